"""A Socket.IO server that tells, and listeners of every kind: without a desk around them."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web

from signaling.closed_server import ClosedServer
from signaling.server import PATH, socket_server
from tests.sockets import PATIENCE_S
from tests.support import free_port

WAITING = "/waiting"
HEAD = f"42{WAITING},"
HERE = f"40{WAITING},"
# Acknowledgements, and what announces a binary part.
KEPT = ("43", "45")
SEPARATOR = "\x1e"


WAYS = pytest.mark.parametrize("is_direct", [True, False], ids=["direct", "stock"])


class Everybody(socketio.AsyncNamespace):  # type: ignore[misc]
    """A namespace that lets everybody in, into the room "all"."""

    async def on_connect(self, sid: str, _environ: Any, _auth: Any) -> None:
        """Come in."""
        await self.enter_room(sid, "all")


@dataclass
class Teller:
    """The server, where it is, and its clients' session."""

    server: ClosedServer
    base: str
    http: aiohttp.ClientSession
    runner: web.AppRunner
    serial: int = 0

    @property
    def url(self) -> str:
        """Where a transport is opened, less its name."""
        return f"{self.base}/{PATH}/?EIO=4&transport="

    @property
    def connections(self) -> int:
        """How many are open."""
        assert self.runner.server
        return len(self.runner.server.connections)

    async def tell(self, to: Any = "all", skip: Any = None, data: Any = None) -> int:
        """The next number, or `data`, to a room, a socket or several rooms, less those skipped."""
        self.serial += 1
        number = self.serial
        await self.server.emit(
            "news", number if data is None else data, to=to, skip_sid=skip, namespace=WAITING
        )
        return number


@asynccontextmanager
async def telling(
    is_direct: bool, manager: socketio.AsyncManager | None = None
) -> AsyncIterator[Teller]:
    """Run such a server."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    more = {"client_manager": manager} if manager else {}
    server = socket_server(base, time.monotonic, is_direct=is_direct, **more)
    server.register_namespace(Everybody(WAITING))
    app = web.Application()
    server.attach(app, socketio_path=PATH)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            yield Teller(server, base, http, runner)
    finally:
        await server.shutdown()
        await runner.cleanup()


class Listener:
    """Keeps the messages that it hears, in their order; answers pings."""

    def __init__(self) -> None:
        self.sid = ""
        self.news: list[Any] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self._moved = asyncio.Condition()
        self.is_closed = False

    async def take(self, frame: str | bytes) -> str | None:
        """Keep what a frame tells; the answer that it wants, if any."""
        answer = None
        async with self._moved:
            if isinstance(frame, bytes):
                self.news.append(frame)
            elif frame.startswith(HERE):
                self.sid = json.loads(frame.removeprefix(HERE))["sid"]
            elif frame.startswith(HEAD):
                self.news.append(json.loads(frame.removeprefix(HEAD))[1])
            elif frame.startswith(KEPT):
                self.news.append(frame)
            elif frame == "2":
                answer = "3"
            self._moved.notify_all()
        return answer

    async def end(self) -> None:
        """The server has closed the connection."""
        self.is_closed = True
        async with self._moved:
            self._moved.notify_all()

    async def until(self, fulfilled: Callable[[], bool]) -> None:
        """Wait until something has come of what was heard."""
        async with asyncio.timeout(PATIENCE_S), self._moved:
            await self._moved.wait_for(fulfilled)

    async def until_told(self, last: Any) -> None:
        """Wait for this piece of news."""
        await self.until(lambda: last in self.news)


@asynccontextmanager
async def on_a_socket(teller: Teller) -> AsyncIterator[Listener]:
    """A listener on a WebSocket."""
    listener = Listener()
    async with teller.http.ws_connect(teller.url + "websocket") as ws:
        await ws.send_str(f"40{WAITING},")
        reading = asyncio.create_task(_read(ws, listener))
        try:
            await listener.until(lambda: bool(listener.sid))
            yield listener
        finally:
            reading.cancel()
            await asyncio.wait([reading])


async def _read(ws: aiohttp.ClientWebSocketResponse, listener: Listener) -> None:
    async for message in ws:
        if answer := await listener.take(message.data):
            await ws.send_str(answer)
        await listener.may_read.wait()
    await listener.end()


class Poller(Listener):
    """A listener that polls, and may change over to a WebSocket."""

    def __init__(self, teller: Teller) -> None:
        super().__init__()
        self._teller = teller
        self.url = ""

    async def come(self) -> None:
        """Open a session and come in."""
        async with self._teller.http.get(self._teller.url + "polling") as answer:
            sid = json.loads((await answer.text())[1:])["sid"]
        self.url = f"{self._teller.url}polling&sid={sid}"
        await self.post(f"40{WAITING},")
        while not self.sid:
            await self.poll()

    async def post(self, packet: str) -> None:
        """Say something."""
        async with self._teller.http.post(self.url, data=packet) as answer:
            assert answer.status == 200

    async def poll(self) -> list[str]:
        """Hear what there is; the packets."""
        async with self._teller.http.get(self.url) as answer:
            assert answer.status == 200, await answer.text()
            packets = (await answer.text()).split(SEPARATOR)
        for packet in packets:
            binary = packet.startswith("b")
            if reply := await self.take(base64.b64decode(packet[1:]) if binary else packet):
                await self.post(reply)
        return packets

    async def poll_until_told(self, last: Any) -> None:
        """Poll until this piece of news has come."""
        async with asyncio.timeout(PATIENCE_S):
            while last not in self.news:
                await self.poll()

    @property
    def websocket_url(self) -> str:
        """Where this session may change over to a WebSocket."""
        return self.url.replace("polling", "websocket")

    @asynccontextmanager
    async def changing_over(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket for this session that has been probed, and waits for the upgrade."""
        async with self._teller.http.ws_connect(self.websocket_url) as ws:
            await ws.send_str("2probe")
            assert await ws.receive_str() == "3probe"
            yield ws

    async def listen_on(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Go on hearing there."""
        await _read(ws, self)


@asynccontextmanager
async def by_polling(teller: Teller) -> AsyncIterator[Poller]:
    """A listener that polls."""
    poller = Poller(teller)
    await poller.come()
    yield poller


async def until_closed(ws: aiohttp.ClientWebSocketResponse) -> None:
    """Read, without answering, until the server closes."""
    async with asyncio.timeout(PATIENCE_S):
        async for _message in ws:
            pass
