"""The Engine.IO server, deaf to what is no frame of the protocol.

The library reads every frame as JSON before it asks what it is, ends in an exception over what it
cannot read, and waits without end for clients that do not read.
"""

import asyncio
import re
from typing import Any

import engineio
from aiohttp import web
from engineio.async_drivers.aiohttp import WebSocket, translate_request
from engineio.async_socket import AsyncSocket

from signaling.limits import (
    MOST_UNREAD,
    SIGNS_AT_ONCE,
    SIGNS_EACH_S,
    SLOWEST_POST_S,
    SLOWEST_READER_S,
    SLOWEST_UPGRADE_S,
    Seconds,
    TokenBucket,
)

# Close, the probe of an upgrade, the answer to a ping, the upgrade; or a Socket.IO packet.
FRAME = re.compile(r"[135]|2probe|4[0-6].*", re.DOTALL)
SEPARATOR = "\x1e"
MOST_FRAMES = 16


class Unreadable(engineio.exceptions.EngineIOError, OSError):
    """A client sent what is no frame, too much of it, or too slowly."""


class Ear(WebSocket):
    """A WebSocket that passes on frames alone, and leaves a client that does not read."""

    def __init__(self, handler: Any, server: "ClosedEngine") -> None:
        """The library's handler is a method of the Engine.IO socket that this one is for."""
        super().__init__(handler, server)
        self._socket: AsyncSocket = handler.__self__

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        """Serve one connection. Raises Unreadable where another is being made of the session."""
        self._begin(environ)
        try:
            response: web.StreamResponse = await super().__call__(environ)
        finally:
            self._end()
        return response

    def _begin(self, environ: dict[str, Any]) -> None:
        request = environ["aiohttp.request"]
        # Kept for as long as the connection, the rest would be the largest part of it.
        environ.clear()
        environ["aiohttp.request"] = request
        self._transport = request.transport
        self._signs = TokenBucket(SIGNS_EACH_S, SIGNS_AT_ONCE, self.server.seconds)
        if self._socket.upgrading:
            raise Unreadable

    def _end(self) -> None:
        # Left true, as the library does, a poll would be answered at once and for ever.
        self._socket.upgrading = False

    async def wait(self) -> str | bytes:
        """The next frame. Raises Unreadable, which closes the connection."""
        frame: str | bytes
        frame = await (super().wait() if self._socket.upgraded else self._before_the_upgrade())
        if isinstance(frame, bytes):
            return frame
        if not FRAME.fullmatch(frame) or not (frame.startswith("4") or self._signs.take()):
            raise Unreadable
        return frame

    async def _before_the_upgrade(self) -> Any:
        """The next frame of a client that still polls; its pings do not come this way."""
        try:
            async with asyncio.timeout(self.server.slowest_upgrade_s):
                return await super().wait()
        except TimeoutError:
            raise Unreadable from None

    async def send(self, message: str | bytes) -> None:
        """Send a frame. Raises TimeoutError for a client that has long read nothing."""
        try:
            async with asyncio.timeout(self.server.slowest_reader_s):
                await super().send(message)
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()
            raise


class PostedFrames:
    """The body of a long-polling POST, as the library reads it."""

    def __init__(self, request: web.Request) -> None:
        """Nothing is read before the library asks for it."""
        self._content = request.content

    async def read(self, length: int) -> bytes:
        """The whole body without what is binary in it. Raises Unreadable."""
        try:
            async with asyncio.timeout(SLOWEST_POST_S):
                text = (await self._content.readexactly(length)).decode()
        except (OSError, EOFError, UnicodeDecodeError, web.RequestPayloadError):
            raise Unreadable from None
        frames = [frame for frame in text.split(SEPARATOR) if not frame.startswith("b")]
        if len(frames) > MOST_FRAMES or not all(map(FRAME.fullmatch, frames)):
            raise Unreadable
        return SEPARATOR.join(frames).encode()


def _translated(request: web.Request) -> dict[str, Any]:
    environ: dict[str, Any] = translate_request(request)
    return environ | {"wsgi.input": PostedFrames(request)}


class ClosedEngine(engineio.AsyncServer):
    """An Engine.IO server with these ears; `seconds` is a monotonic clock."""

    ear: type[Ear] = Ear

    def __init__(self, *, seconds: Seconds, **options: Any) -> None:
        """The other options are the library's."""
        super().__init__(**options)
        self.seconds = seconds
        self.slowest_reader_s = SLOWEST_READER_S
        self.slowest_upgrade_s = SLOWEST_UPGRADE_S
        self._async: dict[str, Any] = self._async | {
            "websocket": self.ear,
            "translate_request": _translated,
        }

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Answer a request; one to a session that has just ended is like one to none."""
        sid = request.query.get("sid")
        if sid in self.sockets and self.sockets[sid].closed:
            del self.sockets[sid]
        response: web.StreamResponse = await super().handle_request(request)
        return response

    async def disconnect(self, sid: str | None = None) -> None:
        """Send what there is, and close; nobody waits until the client has read it."""
        if socket := self.sockets.pop(sid, None):
            await socket.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            await socket.queue.put(None)

    def is_stuck(self, socket: AsyncSocket) -> bool:
        """Whether too much waits for a client that does not read it."""
        return bool(socket.queue.qsize() > MOST_UNREAD)

    async def forget_unread(self, sid: str) -> None:
        """Close the connection of a client that does not read, without what it has not read."""
        queue = self.sockets[sid].queue
        while not queue.empty():
            queue.get_nowait()
            queue.task_done()
        await self.disconnect(sid)
