"""A bare WebSocket, for what no client library would say."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.sockets import PATIENCE_S
from tests.support import Visitor

NOWHERE = "40/nowhere,"
CLOSING = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


class Wire:
    """Says frames as they are, and gives back what was said to it."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self.is_closed = False

    async def say(self, *frames: str | bytes) -> None:
        """Send these frames; a connection that the server has closed takes none."""
        for frame in frames:
            if self._ws.closed:
                return
            if isinstance(frame, str):
                await self._ws.send_str(frame)
            else:
                await self._ws.send_bytes(frame)

    async def read(self) -> str | None:
        """The next frame, or None when the connection is closed."""
        message = await self._ws.receive(timeout=PATIENCE_S)
        self.is_closed = not isinstance(message.data, str) or message.type in CLOSING
        return None if self.is_closed else str(message.data)

    async def until_silence(self) -> list[str]:
        """Every frame up to the answer to a question of ours: packets are heard in order."""
        await self.say(NOWHERE)
        frames: list[str] = []
        while (frame := await self.read()) is not None and not frame.startswith("44/nowhere,"):
            if frame == "2":
                await self.say("3")
            else:
                frames.append(frame)
        return frames

    async def until_closed(self) -> list[str]:
        """Every frame until the server closes the connection."""
        frames: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while (frame := await self.read()) is not None:
                frames.append(frame)
        return frames


@asynccontextmanager
async def wire(
    visitor: Visitor, namespace: str | None = None, **auth: Any
) -> AsyncIterator[tuple[Wire, list[str]]]:
    """A connection, and what was said when it asked to come into a namespace."""
    url = f"{visitor.base}/socket.io/?EIO=4&transport=websocket"
    async with visitor.http.ws_connect(url, headers={"Origin": visitor.base}) as ws:
        one = Wire(ws)
        assert (await one.read() or "").startswith("0{")
        greeted: list[str] = []
        if namespace:
            await one.say(f"40{namespace},{json.dumps({'csrf': visitor.csrf, **auth})}")
            greeted = await one.until_silence()
        yield one, greeted


def event(namespace: str, name: str, *said: Any, ack: int | None = 1) -> str:
    """The frame of an event."""
    number = "" if ack is None else ack
    return f"42{namespace},{number}{json.dumps([name, *said])}"


def acked(frames: list[str], namespace: str, ack: int = 1) -> Any:
    """What the event was acknowledged with, or None."""
    start = f"43{namespace},{ack}["
    return next(
        (json.loads(one[len(start) - 1 :])[0] for one in frames if one[: len(start)] == start), None
    )
