"""Those who wait at one server and hear what it tells, a process of their own.

    python -m tests.bench.audience bare|socketio HOST PORT

Each line on standard input asks for something, and each on standard output answers it, in JSON:

    come N      so many come, and stay
    tell        have the server tell the line's news: milliseconds until the last has heard the same
                bytes, and milliseconds of CPU that it cost the server
    tell_held   the same under the server's watch: milliseconds for which its loop was held
    visit N     so many come and go again: how many came a second
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiohttp

from signaling.messages import Line, Version
from tests.bench.socket_client import OPENED, PING, PONG, SocketClient

AT_ONCE = 50
PATIENCE_S = 60.0
COME_IN = b"40/waiting,"
BARE, SOCKET_IO = "/listener/1", "/socket.io/?EIO=4&transport=websocket"


class Listener:
    """One who waits."""

    def __init__(self, audience: "Audience") -> None:
        """Not connected yet."""
        self._audience = audience
        self._is_leaving = False

    async def come(self) -> None:
        """Connect, and be greeted."""
        audience = self._audience
        name = f"{audience.host}:{audience.port}"
        headers = {"Host": name, "Origin": f"http://{name}"}
        self._socket = SocketClient(audience.path, headers, self._heard, self._lost)
        loop = asyncio.get_running_loop()
        self._is_in = loop.create_future()
        self._has_gone = loop.create_future()
        await self._socket.connect(audience.host, audience.port)
        await self._is_in

    async def go(self) -> None:
        """Hang up."""
        self._is_leaving = True
        self._socket.close()
        await self._has_gone

    def _heard(self, payload: bytes) -> None:
        if payload == self._audience.awaited:
            self._audience.one_more_has_heard()
        elif payload == PING:
            self._socket.say(PONG)
        elif payload.startswith(OPENED):
            self._socket.say(COME_IN)
        elif not self._is_in.done():
            self._is_in.set_result(None)

    def _lost(self) -> None:
        self._has_gone.set_result(None)
        if not self._is_in.done():
            self._is_in.set_exception(ConnectionError("the server refused a connection"))
        elif not self._is_leaving:
            self._audience.fail(ConnectionError("the server closed a connection"))


class Audience:
    """All of them."""

    def __init__(self, kind: str, host: str, port: int, http: aiohttp.ClientSession) -> None:
        """Nobody is there yet."""
        self.host, self.port = host, port
        self.path = BARE if kind == "bare" else SOCKET_IO
        self.awaited = b""
        self._http = http
        self._listeners: list[Listener] = []
        self._missing = self._tellings = 0
        self._heard_at = asyncio.get_running_loop().create_future()

    async def come(self, listeners: int) -> dict[str, float]:
        """Some more come, and stay."""
        self._listeners += await self._come(listeners)
        # A collection in the middle of the news would be this process's delay, not the server's.
        gc.collect()
        gc.freeze()
        return {}

    async def _come(self, listeners: int) -> list[Listener]:
        """So many at once, each after another."""
        newcomers = [Listener(self) for _ in range(listeners)]
        rest = iter(newcomers)
        await asyncio.gather(*(_each_comes(rest) for _ in range(AT_ONCE)))
        return newcomers

    async def visit(self, listeners: int) -> dict[str, float]:
        """Some come, and go again."""
        began = time.perf_counter()
        visitors = await self._come(listeners)
        each_s = listeners / (time.perf_counter() - began)
        await asyncio.gather(*(visitor.go() for visitor in visitors))
        return {"each_s": each_s}

    async def tell(self) -> dict[str, float]:
        """Let them hear the news."""
        before_ms = await self._asked("/cpu")
        told_ms = await self._told_ms()
        return {"told_ms": told_ms, "cpu_ms": await self._asked("/cpu") - before_ms}

    async def tell_held(self) -> dict[str, float]:
        """Let them hear the news while the server watches its loop."""
        async with self._http.post("/beat"):
            await self._told_ms()
        return {"held_ms": await self._asked("/held")}

    async def _told_ms(self) -> float:
        self._tellings += 1
        version = Version("DoMo8qAl", self._tellings)
        news = Line(version, len(self._listeners), [(1, -1)], [612.4, 95.2, 8.5]).as_dict()
        body = json.dumps(news, separators=(",", ":")).encode()
        self.awaited = b'42/waiting,["line",%s]' % body
        self._missing = len(self._listeners)
        began = time.perf_counter()
        sent = self.awaited if self.path == BARE else body
        async with asyncio.timeout(PATIENCE_S), self._http.post("/tell", data=sent):
            heard_at: float = await self._heard_at
        self._heard_at = asyncio.get_running_loop().create_future()
        return (heard_at - began) * 1000

    def one_more_has_heard(self) -> None:
        """Somebody has heard what is awaited."""
        self._missing -= 1
        if not self._missing:
            self._heard_at.set_result(time.perf_counter())

    def fail(self, error: Exception) -> None:
        """Let the telling, or the next one, end with this."""
        if not self._heard_at.done():
            self._heard_at.set_exception(error)

    async def _asked(self, path: str) -> float:
        async with self._http.get(path) as answer:
            return float(await answer.text())


async def _each_comes(rest: Iterator[Listener]) -> None:
    for listener in rest:
        await listener.come()


async def main() -> None:
    """Do what is asked until nobody asks any more."""
    kind, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with aiohttp.ClientSession(f"http://{host}:{port}", raise_for_status=True) as http:
        audience = Audience(kind, host, port, http)
        while line := await reader.readline():
            what, *numbers = line.decode().split()
            answer: dict[str, Any] = await getattr(audience, what)(*map(int, numbers))
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
