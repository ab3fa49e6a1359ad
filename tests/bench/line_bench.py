"""How fast the next applicant is taken on SQLite, and whether a long line makes it slower."""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.by_hand import ByHand
from tests.bench.lines import VERIFIERS, end_all_calls, line_of
from tests.bench.result import Result, compared
from tests.bench.takes import ROUNDS, TICKETS, Take, by_the_desk, takes_per_second

TAKES = 40


async def take_next_sqlite() -> Result:
    """Takes in a second, against the same transaction by hand."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await _round(by_hand=False))
        theirs.append(await _round(by_hand=True))
    return compared(
        ours,
        theirs,
        unit="takes/s",
        baseline="the same statements on bare aiosqlite, one connection, synchronous=FULL",
        case="50 verifiers at once, 2,000 tickets",
        digits=1,
    )


async def _round(*, by_hand: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        database = await line_of(path, TICKETS)
        bare = await ByHand.at(path)
        try:
            take = bare.take if by_hand else by_the_desk(database)
            end_all = partial(asyncio.to_thread, end_all_calls, path, "served")
            return await takes_per_second(take, end_all)
        finally:
            await bare.close()
            await database.close()


async def _take_ms(path: Path, take: Take) -> float:
    """The median of one verifier's takes; each ticket goes back to its place, unmeasured."""
    times_ms = []
    for _ in range(TAKES):
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
        for _ in range(ROUNDS):
            for path, database, times in zip(paths, lines, times_ms, strict=True):
                times.append(await _take_ms(path, by_the_desk(database)))
        for database in lines:
            await database.close()
    return compared(
        *times_ms,
        unit="ms",
        baseline="the same take with 100 waiting",
        case="one take with 10,000 waiting",
    )
