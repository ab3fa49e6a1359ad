"""Everything that a fault test stands on: a server to kill, a mail sink, a history, a crowd."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
from aiosmtpd.smtp import SMTP, Envelope, Session

from desk.clock import SystemClock
from desk.csrf import token_for
from desk.database import Database
from desk.settings import Settings
from tests.faults.crowd import Enrolled
from tests.faults.history import History, Kind
from tests.faults.invariants import check_invariants
from tests.faults.person import PATIENCE_S, Person
from tests.faults.server import Server
from tests.sink import Sink, listening
from tests.support import free_port

PROBE_S = 0.01
HANGS_AFTER_S = 180.0  # a bound for hanging tests, never a measure


class RecordingSink(Sink):
    """Writes down what it accepts before it says so."""

    history: History

    async def handle_DATA(  # noqa: N802  aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        message_id = str(self.arrived[-1]["Message-ID"]).strip()
        for address in envelope.rcpt_tos:
            self.history.add(Kind.MAILED, message_id=message_id, to=address)
        return answer

    async def accepted(self, mails: int) -> None:
        """Wait until so many different mails were accepted."""
        async with asyncio.timeout(PATIENCE_S):
            while len({mail["Message-ID"] for mail in self.arrived}) < mails:
                self.arrival.clear()
                await self.arrival.wait()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again; what is waited for happens in another process."""
    async with asyncio.timeout(HANGS_AFTER_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(PROBE_S)


@dataclass
class Stage:
    """One run; the database is also open here, beside the server."""

    settings: Settings
    database: Database
    server: Server
    http: aiohttp.ClientSession
    history: History
    sink: RecordingSink
    chance: random.Random

    async def start(self, step: int = 0) -> None:
        """Start the server, to be killed at this step of the request under test."""
        self.history.add(Kind.STARTING)
        await self.server.start(step)
        self.history.add(Kind.STARTED)

    def person(self, one: Enrolled) -> Person:
        """Somebody who was enrolled."""
        csrf = token_for(self.settings.secret_key, one.token)
        return Person(
            one.account, one.token, csrf, self.server, self.http, self.history,
            random.Random(self.chance.random()),
        )  # fmt: skip

    async def violations(self) -> list[str]:
        """What does not hold, by the history as it lies in its file."""
        assert self.history.path is not None
        told = History.read(self.history.path, now)
        return await check_invariants(self.database, told, self.settings)


def now() -> datetime:
    """The machine's clock, by which the server goes as well."""
    return SystemClock().now()


@asynccontextmanager
async def staged(
    settings: Settings, database: Database, folder: Path, seed: int = 0
) -> AsyncIterator[Stage]:
    """A stage on a migrated database; nothing is started yet, and nothing is left behind."""
    sink = RecordingSink(free_port())
    settings = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    sink.history = History(now, folder / "history.jsonl")
    server = Server(settings, folder)
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        listening(sink),
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        chance = random.Random(seed)
        stage = Stage(settings, database, server, http, sink.history, sink, chance)
        try:
            yield stage
        finally:
            await server.close()
            sink.history.close()
