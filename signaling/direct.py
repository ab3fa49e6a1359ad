"""Packets straight to their WebSockets: thousands hear of the line as from a bare server.

The libraries make a task for each packet and each client, and keep for each client a task that
writes, one that reads under a timer, and one that sleeps until the next ping. To tell 5,000 of them
costs half a second in which nobody else is served. Here, for a client on a WebSocket:

- `Outbox` stands in for the queue of its Engine.IO socket. What is put into it goes to the
  transport in the same moment, so it can overtake nothing, and the transport's buffer is the only
  place where something waits.
- `DirectEar` reads in the task of the request, without another, and `Held` has it do so after the
  request: what has led to it is over, and no longer in memory.
- `DirectManager` frames a message once. All who hear it have it held in the same step, which fixes
  its place among other messages; then it is sent in slices, between which others are served.
- `DirectEngine` pings by a timer.

Clients that poll, or are about to change to a WebSocket, and messages that ask for an answer go the
libraries' way. Both libraries are pinned exactly, and `tests/test_direct_inside.py` names all that
is touched of them and is no public API. `DESK_DIRECT_SOCKETS=0` leaves this file unused.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from aiohttp import web
from engineio import exceptions, packet
from engineio.async_socket import AsyncSocket
from socketio import packet as packets

from signaling.closed_server import ClosedServer
from signaling.engine import ClosedEngine, Ear
from signaling.kept_rooms import KeptRooms
from signaling.limits import MOST_UNREAD_BYTES
from signaling.slices import Turn

# RFC 6455, section 5.2: a whole message in one frame, and how its size is written.
TEXT, BINARY = 0x81, 0x82
SHORTEST_LONG, LONG, LONGER = 126, 126, 127
PROBE = packet.Packet(packet.PING, "probe").encode()
PROBED = packet.Packet(packet.PONG, "probe").encode()
UPGRADE = packet.Packet(packet.UPGRADE).encode()


def framed(message: str | bytes) -> bytes:
    """A message in one unmasked WebSocket frame."""
    opcode, payload = (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
    size = len(payload)
    if size < SHORTEST_LONG:
        return bytes((opcode, size)) + payload
    if size < 1 << 16:
        return bytes((opcode, LONG)) + size.to_bytes(2, "big") + payload
    return bytes((opcode, LONGER)) + size.to_bytes(8, "big") + payload


class Outbox:
    """What an Engine.IO socket takes for its queue, once its WebSocket is open."""

    __slots__ = ("_ear", "_held", "_read_at", "_read_bytes", "_sent_bytes", "_transport")

    def __init__(self, ear: "DirectEar", transport: asyncio.Transport) -> None:
        """Nothing is held."""
        self._ear, self._transport = ear, transport
        self._held = b""
        self._sent_bytes = self._read_bytes = 0
        self._read_at = 0.0

    def hold(self, frames: bytes) -> None:
        """Keep frames for `release`; whatever is put in meanwhile goes behind them."""
        self._held += frames

    def release(self) -> None:
        """Send what is held. A client with too much unread is cut off."""
        frames, self._held = self._held, b""
        if not frames or self._transport.is_closing():
            return
        self._transport.write(frames)
        self._sent_bytes += len(frames)
        if self._transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._transport.abort()

    def put_nowait(self, sent: packet.Packet | None) -> None:
        """Send a packet; the last one, and the library's word for none at all, close."""
        if sent is not None:
            self.hold(framed(sent.encode()))
            self.release()
        if sent is None or sent.packet_type == packet.CLOSE:
            self.hang_up()

    async def put(self, sent: packet.Packet | None) -> None:
        """As `put_nowait`."""
        self.put_nowait(sent)

    async def join(self) -> None:
        """Nothing waits here: it is with the transport."""

    def is_stuck(self, now_s: float, longest_s: float) -> bool:
        """Whether the client has read nothing for so long; it is asked every second."""
        read_bytes = self._sent_bytes - self._transport.get_write_buffer_size()
        if read_bytes == self._sent_bytes or read_bytes != self._read_bytes:
            self._read_bytes, self._read_at = read_bytes, now_s
        return now_s - self._read_at > longest_s

    def hang_up(self) -> None:
        """Close; who does not read is not waited for."""
        self._ear.hang_up()

    def abort(self) -> None:
        """Cut the client off."""
        self._transport.abort()


class Held(web.WebSocketResponse):
    """A WebSocket that is served once its request has been answered.

    What has led there, the desk's middlewares and the engine, is over by then: it would weigh more
    than the connection.
    """

    def __init__(self, serve: Callable[[], Awaitable[None]], **options: Any) -> None:
        """`serve` returns when the connection has ended; the options are the library's."""
        super().__init__(**options)
        self._serve = serve

    async def write_eof(self) -> None:  # type: ignore[override]
        """Called by the web server, with which the request ends."""
        self.headers.clear()
        await self._serve()
        del self._serve
        await super().write_eof()


class DirectEar(Ear):
    """A WebSocket of the engine's that reads, and nothing else, until it ends."""

    def __init__(self, handler: Any, server: ClosedEngine) -> None:
        """As the engine makes it; its own way of serving takes the place of the library's."""
        super().__init__(handler, server)
        del self.handler
        self._hanging_up: asyncio.Task[None] | None = None

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        """The answer to one request, which serves its connection."""
        self._begin(environ)
        self._sock = Held(
            self._serve, max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        await self._sock.prepare(environ["aiohttp.request"])
        return self._sock

    async def _serve(self) -> None:
        socket = self._socket
        try:
            if socket.connected and not await self._change_over():
                return
        finally:
            self._end()
        socket.connected = socket.upgraded = True
        self._take_over()
        try:
            while True:
                await self._hear(packet.Packet(encoded_packet=await self.wait()))
        except (exceptions.EngineIOError, OSError):
            pass  # it went, said what is no packet, or nothing more is to be heard of it
        finally:
            await socket.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
            self.server.sockets.pop(socket.sid, None)
            # Else they would hold each other until the next collection of all garbage.
            del self._socket

    async def _hear(self, said: packet.Packet) -> None:
        try:
            await self._socket.receive(said)
        except exceptions.UnknownPacketError:
            pass
        except exceptions.EngineIOError:
            raise
        except Exception:
            # As the library: what fails in answering one message does not end the connection.
            self.server.logger.exception("a message could not be answered")

    async def _change_over(self) -> bool:
        """From polling to this WebSocket: whether the client went through with it."""
        socket = self._socket
        socket.upgrading = True
        try:
            if await self.wait() == PROBE:
                await self.send(PROBED)
                await socket.queue.put(packet.Packet(packet.NOOP))  # ends the poll
                return await self.wait() == UPGRADE and not (socket.closed or socket.upgraded)
        except OSError:
            pass
        return False

    def _take_over(self) -> None:
        """What waited for a poll goes first, and a poll that still waits hears nothing."""
        waited, self._socket.queue = self._socket.queue, Outbox(self, self._transport)
        while not waited.empty():
            self._socket.queue.put_nowait(waited.get_nowait())
        waited.put_nowait(packet.Packet(packet.NOOP))

    def hang_up(self) -> None:
        """Close; who does not read is not waited for."""
        if self._hanging_up is None:
            self._hanging_up = asyncio.ensure_future(self._close_or_cut_off())

    async def _close_or_cut_off(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.server.slowest_reader_s):
                await self.close()
        self._transport.abort()


class DirectEngine(ClosedEngine):
    """An Engine.IO server with these ears."""

    ear = DirectEar

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """As the library's; but until a ping is due there need not be a task."""
        if getattr(target, "__func__", None) is AsyncSocket._send_ping:
            return asyncio.get_running_loop().call_later(self.ping_interval, _ping, target.__self__)
        return super().start_background_task(target, *args, **kwargs)

    def is_stuck(self, socket: AsyncSocket) -> bool:
        """Whether a client does not read what it is sent."""
        if isinstance(socket.queue, Outbox):
            return socket.queue.is_stuck(self.seconds(), self.slowest_reader_s)
        return super().is_stuck(socket)

    async def forget_unread(self, sid: str) -> None:
        """Cut off a client that does not read."""
        queue = self.sockets[sid].queue
        if isinstance(queue, Outbox):
            queue.abort()
        else:
            await super().forget_unread(sid)


def _ping(socket: AsyncSocket) -> None:
    if not socket.closing and not socket.closed:
        socket.last_ping = time.time()
        socket.queue.put_nowait(packet.Packet(packet.PING))


class DirectManager(KeptRooms):
    """Tells many at once."""

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Tell a room; returns once everything is with the transports, or in the queues of polls.

        Cancelled, it still sends what was to be sent, as the library does.
        """
        if callback:
            await super().emit(event, data, namespace, room, skip_sid, callback, to=to, **options)
            return
        encoded = self._encoded(event, data, namespace)
        hearers = self._hearers(namespace, to or room, skip_sid)
        await _in_slices(list(self._hold(hearers, encoded)))

    def _hearers(self, namespace: str, room: Any, skip_sid: Any) -> Iterator[str]:
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        for sid, eio_sid in self.get_participants(namespace, room):
            if sid not in skipped:
                yield eio_sid

    def _encoded(self, event: str, data: Any, namespace: str) -> list[str | bytes]:
        arguments = list(data) if isinstance(data, tuple) else [data] if data is not None else []
        told = self.server.packet_class(
            packets.EVENT, namespace=namespace, data=[event, *arguments]
        ).encode()
        return told if isinstance(told, list) else [told]

    def _hold(self, hearers: Iterable[str], encoded: list[str | bytes]) -> Iterator[Outbox]:
        """Give the message its place with each of them: the outboxes that are to be released."""
        messages = [
            part if isinstance(part, bytes) else f"{packet.MESSAGE}{part}" for part in encoded
        ]
        frames = b"".join(map(framed, messages))
        sockets = self.server.eio.sockets
        for eio_sid in hearers:
            socket = sockets.get(eio_sid)
            if socket is None or socket.closing or socket.closed:
                continue
            if isinstance(socket.queue, Outbox):
                socket.queue.hold(frames)
                yield socket.queue
                continue
            for part in encoded:
                socket.queue.put_nowait(packet.Packet(packet.MESSAGE, part))


class DirectServer(ClosedServer):
    """The closed server on this engine."""

    def __init__(self, **options: Any) -> None:
        """The options are those of the closed server; another manager is a `DirectManager` too."""
        super().__init__(**{"client_manager": DirectManager()} | options)

    def _engineio_server_class(self) -> type[ClosedEngine]:
        return DirectEngine

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        """The library tells one that no longer answers nothing, and leaves it to its reader."""
        if reason == self.reason.PING_TIMEOUT:
            queue = self.eio.sockets[eio_sid].queue
            if isinstance(queue, Outbox):
                queue.hang_up()
        await super()._handle_eio_disconnect(eio_sid, reason)


async def _in_slices(outboxes: list[Outbox]) -> None:
    rest = iter(outboxes)
    turn = Turn()
    try:
        for outbox in rest:
            outbox.release()
            if turn.is_over():
                await turn.of_others()
    finally:
        for outbox in rest:
            outbox.release()
