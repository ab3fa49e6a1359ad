"""Taking the next applicant, as often and as fast as it goes: what the take benchmarks share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from desk.accounts.sessions import Identity
from desk.accounts.tables import Role
from desk.asks import Ask
from desk.database import Database
from desk.idempotency import keep_answer, key_of_ours, request_hash, reserve
from desk.keys import SETTINGS
from desk.pages import verifier as page
from desk.settings import Settings
from tests.bench.lines import VERIFIERS
from tests.support import MORNING

NOW = MORNING + timedelta(minutes=5)
AWAY_AFTER = timedelta(seconds=30)
ROUNDS = 9
TICKETS = 2_000

# What the request asks, as the desk has hashed it before it opens the transaction.
ASKED = request_hash("/desk/take", {})

Take = Callable[[str], Awaitable[object]]
EndAll = Callable[[], Awaitable[None]]


def by_the_desk(database: Database) -> Take:
    """The page's own function in the transaction that the desk opens for it, under a key."""
    app = web.Application()
    app[SETTINGS] = Settings(away_after_s=int(AWAY_AFTER.total_seconds()))
    request = make_mocked_request("POST", "/desk/take", app=app)

    async def take(verifier: str) -> object:
        identity = Identity(verifier, "Verifier", "verifier@contoh.test", Role.VERIFIER, 1)
        key = key_of_ours()
        async with database.writing() as session:
            await reserve(session, verifier, key, ASKED, NOW)
            done = await page.take(Ask(request, session, identity, NOW, None))
            await keep_answer(session, verifier, key, done)
        return done

    return take


async def takes_per_second(take: Take, end_all: EndAll) -> float:
    """50 verifiers click at once, 40 times over; making them ready again is not measured.

    Nor is the first time, which opens the connections and prepares the statements.
    """
    spent_s: list[float] = []
    for _ in range(TICKETS // len(VERIFIERS)):
        began = time.perf_counter()
        await asyncio.gather(*(take(verifier) for verifier in VERIFIERS))
        spent_s.append(time.perf_counter() - began)
        await end_all()
    return len(VERIFIERS) * len(spent_s[1:]) / sum(spent_s[1:])
