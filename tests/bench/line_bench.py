"""How fast the next applicant is taken, and whether a long line makes it slower."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple, cast

from aiohttp import web

from desk.accounts.sessions import Identity
from desk.accounts.tables import Role
from desk.asks import Ask
from desk.database import Database
from desk.pages import verifier as page
from tests.bench.by_hand import ByHand
from tests.bench.lines import VERIFIERS, end_all_calls, line_of
from tests.support import MORNING

NOW = MORNING + timedelta(minutes=5)
ROUNDS = 5
TICKETS = 2_000
FLAT_ROUNDS = 9
FLAT_TAKES = 40

Take = Callable[[str], Awaitable[object]]


class Result(NamedTuple):
    """What `make bench` prints of each benchmark."""

    value: float
    unit: str
    baseline: str
    baseline_value: float
    ratio: float
    case: str
    spread: list[float]


def _by_the_desk(database: Database) -> Take:
    """The page's own function inside the transaction that the desk opens for it."""

    async def take(verifier: str) -> object:
        async with database.writing() as session:
            identity = Identity(verifier, "Verifier", "verifier@contoh.test", Role.VERIFIER, 1)
            # Taking reads nothing of the request itself.
            return await page.take(Ask(cast(web.Request, None), session, identity, NOW, None))

    return take


async def _takes_per_second(path: Path, take: Take) -> float:
    """50 verifiers click at once, 40 times over; making them ready again is not measured."""
    spent_s = 0.0
    for _ in range(TICKETS // len(VERIFIERS)):
        began = time.perf_counter()
        await asyncio.gather(*(take(verifier) for verifier in VERIFIERS))
        spent_s += time.perf_counter() - began
        await asyncio.to_thread(end_all_calls, path, "served")
    return TICKETS / spent_s


async def take_next_sqlite() -> Result:
    """Takes in a second, against the same transaction by hand."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "desk.db"
            database = await line_of(path, TICKETS)
            ours.append(await _takes_per_second(path, _by_the_desk(database)))
            await database.close()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "desk.db"
            await (await line_of(path, TICKETS)).close()
            by_hand = await ByHand.at(path)
            theirs.append(await _takes_per_second(path, partial(by_hand.take, now=NOW)))
            await by_hand.close()
    return Result(
        value=round(median(ours), 1),
        unit="takes/s",
        baseline="the same statements on bare aiosqlite, one connection, synchronous=FULL",
        baseline_value=round(median(theirs), 1),
        ratio=round(median(ours) / median(theirs), 3),
        case="50 verifiers at once, 2,000 tickets",
        spread=[round(min(ours), 1), round(max(ours), 1)],
    )


async def _take_ms(path: Path, take: Take) -> float:
    """The median of one verifier's takes; each ticket goes back to its place, unmeasured."""
    times_ms = []
    for _ in range(FLAT_TAKES):
        began = time.perf_counter()
        await take(VERIFIERS[0])
        times_ms.append((time.perf_counter() - began) * 1000)
        await asyncio.to_thread(end_all_calls, path, "waiting")
    return median(times_ms)


async def take_next_flat() -> Result:
    """One take's time with 10,000 waiting, against 100 waiting."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "long.db", Path(folder) / "short.db"]
        lines = [await line_of(paths[0], 10_000), await line_of(paths[1], 100)]
        times_ms: list[list[float]] = [[], []]
        for _ in range(FLAT_ROUNDS):
            for path, database, times in zip(paths, lines, times_ms, strict=True):
                times.append(await _take_ms(path, _by_the_desk(database)))
        for database in lines:
            await database.close()
    long_ms, short_ms = (median(times) for times in times_ms)
    return Result(
        value=round(long_ms, 3),
        unit="ms",
        baseline="the same take with 100 waiting",
        baseline_value=round(short_ms, 3),
        ratio=round(long_ms / short_ms, 3),
        case="one take with 10,000 waiting",
        spread=[round(min(times_ms[0]), 3), round(max(times_ms[0]), 3)],
    )
