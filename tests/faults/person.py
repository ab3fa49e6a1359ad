"""Somebody at the door of a server that may be gone: requests until they are answered, sockets."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.faults.history import History
from tests.faults.server import Server
from waiting_room.tables import new_id

PATIENCE_S = 30.0  # a bound for hanging tests, never a measure
COME_BACK_S = (0.02, 0.3)
TRY_LATER = {429, 503}
CLOSE, PING, PONG = "1", "2", "3"
HERE, OUT = "here", "out"
WORDS = {"40": HERE, "41": OUT, "44": OUT}
GONE = (aiohttp.ClientError, TimeoutError, ConnectionError)


class Interrupted(Exception):
    """The answer was lost: the server is gone."""


@dataclass
class Person:
    """An account with a session of its own, and what it does written into the history."""

    account: str
    token: str
    csrf: str
    server: Server
    http: aiohttp.ClientSession
    history: History
    chance: random.Random

    @property
    def headers(self) -> dict[str, str]:
        """What every request of this person carries."""
        return {"Accept": "application/json", "Cookie": f"desk_session={self.token}"}

    async def pause(self, shortest_s: float, longest_s: float) -> None:
        """Do nothing for a random while."""
        await asyncio.sleep(self.chance.uniform(shortest_s, longest_s))

    async def back(self) -> None:
        """Wait until the server listens, and a little longer, as pages do."""
        await self.pause(*COME_BACK_S)
        await self.server.up.wait()

    async def act(
        self, act: str, path: str, body: dict[str, Any], key: str, **headers: str
    ) -> tuple[int, Any]:
        """One command, once: status and JSON. Raises Interrupted."""
        own = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key, **headers}
        request = self.history.sent(self.account, act, path, body)
        try:
            async with (
                asyncio.timeout(PATIENCE_S),
                self.http.post(
                    self.server.settings.public_url + path, json=body,
                    headers=self.headers | own, allow_redirects=False,
                ) as answer,
            ):  # fmt: skip
                said = await answer.json(content_type=None)
        except GONE:
            self.history.lost(self.account, request)
            raise Interrupted from None
        self.history.answered(self.account, request, answer.status, said)
        return answer.status, said

    async def insist(
        self, act: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        """A command with one key, repeated until it is answered."""
        key = new_id()
        while True:
            try:
                status, said = await self.act(act, path, body or {}, key)
            except Interrupted:
                await self.back()
                continue
            if status not in TRY_LATER:
                return status, said
            await self.back()

    async def read(self, path: str) -> dict[str, Any]:
        """What a page says, asked until it is answered."""
        while True:
            try:
                async with (
                    asyncio.timeout(PATIENCE_S),
                    self.http.get(
                        self.server.settings.public_url + path,
                        headers=self.headers, allow_redirects=False,
                    ) as answer,
                ):  # fmt: skip
                    if answer.status == 200:
                        return dict(await answer.json(content_type=None))
            except GONE:
                pass
            await self.back()

    async def news(self, namespace: str, **auth: str) -> AsyncGenerator[tuple[str, Any], None]:
        """What a socket is told, until it breaks: HERE says that it was let in, OUT that it
        was refused or shown out.

        A bare WebSocket that speaks Engine.IO by hand: hundreds of them are light.
        """
        base = self.server.settings.public_url
        url = f"{base}/socket.io/?EIO=4&transport=websocket"
        try:
            async with self.http.ws_connect(url, headers=self.headers | {"Origin": base}) as ws:
                await ws.receive()
                await ws.send_str(f"40{namespace}," + json.dumps({"csrf": self.csrf, **auth}))
                async for message in ws:
                    if message.data == PING:
                        await ws.send_str(PONG)
                        continue
                    if message.data == CLOSE:
                        return
                    kind, _, said = str(message.data).partition(f"{namespace},")
                    yield (WORDS[kind], None) if kind in WORDS else _event(said)
        except GONE:
            return


def _event(said: str) -> tuple[str, Any]:
    event, *data = json.loads(said)
    return event, data[0] if data else None
