"""A long line drains: what it costs the desk, and how late the last one hears of each take."""

import asyncio
import gc
import os
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

import aiohttp

from desk.database import Database
from tests.bench.draining import DrainingCrowd
from tests.bench.lines import VERIFIERS, end_all_calls
from tests.bench.passes import Pass, invited, signed_in
from tests.bench.result import Result, compared
from tests.bench.servers import desk_server, room_for, running
from tests.bench.waiting_bench import NOBODY_IS_AWAY

WAITING = int(os.environ.get("WAITING", "5000"))
TAKES = int(os.environ.get("TAKES", "300"))
SECONDS = float(os.environ.get("SECONDS", "60"))
# Presence is written in whole every five seconds: by then all are known to be here.
SETTLES_S = 6.0
BASELINE = "the same desk with the sockets of stock python-socketio, in the same run"


class Drained(NamedTuple):
    """One desk's line: `delays_ms` of the takes, from the request until the last page knew."""

    cpu_s: float
    delays_ms: list[float]
    shown: int
    wrong: int
    asked: int
    broken: int
    refused: int


async def line_drain() -> list[Result]:
    """Both desks one after the other, in random order."""
    room_for(WAITING)
    drained: dict[bool, Drained] = {}
    # A collection among so many pages would take longer than most news.
    gc.disable()
    for is_direct in random.sample((True, False), 2):
        drained[is_direct] = await _drained(is_direct)
    gc.enable()
    return _results(drained[True], drained[False])


async def _drained(is_direct: bool) -> Drained:
    settings = NOBODY_IS_AWAY | {"DESK_DIRECT_SOCKETS": str(int(is_direct))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        passes, verifiers = await invited(folder, WAITING), await _verifiers(folder)
        server = desk_server(folder, settings)
        async with running(server), aiohttp.ClientSession(raise_for_status=True) as http:
            crowd = DrainingCrowd(server, passes, http)
            await crowd.arrive(crowd.pages)
            await asyncio.sleep(SETTLES_S)
            drained = await _drain(crowd, verifiers, folder)
            crowd.leave()
            await asyncio.sleep(0)
    return drained


async def _verifiers(folder: Path) -> list[Pass]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'desk.db'}")
    async with database.writing() as session:
        tokens = await signed_in(session, VERIFIERS, datetime.now(UTC))
    await database.close()
    return [Pass("", 0, token) for token in tokens]


async def _drain(crowd: DrainingCrowd, verifiers: list[Pass], folder: Path) -> Drained:
    cpu_s, began, shown, asked = crowd.server.cpu_s(), time.perf_counter(), crowd.shown, crowd.asked
    for first in range(0, TAKES, len(verifiers)):
        takes = [
            crowd.take(verifiers[number - first], began + number * SECONDS / TAKES)
            for number in range(first, min(first + len(verifiers), TAKES))
        ]
        await asyncio.gather(*takes)
        await asyncio.to_thread(end_all_calls, folder / "desk.db", "served")
    await crowd.all_know(TAKES)
    await asyncio.sleep(began + SECONDS - time.perf_counter())
    cpu_s = crowd.server.cpu_s() - cpu_s
    return Drained(
        cpu_s,
        crowd.delays_ms(),
        crowd.shown - shown,
        crowd.wrong,
        crowd.asked - asked,
        crowd.broken,
        crowd.refused,
    )


def _results(ours: Drained, stock: Drained) -> list[Result]:
    case = f"{WAITING:,} waiting, {TAKES} taken in {SECONDS:g} s"
    last = f"{case}: from the request until the last page shows it"
    slowest_ms, slowest_stock_ms = ([quantiles(one.delays_ms, n=100)[-1]] for one in (ours, stock))
    wrong = f"{case}: places against the order, of {ours.shown:,} shown"
    return [
        _compared([ours.cpu_s], [stock.cpu_s], "s", f"{case}: CPU of the desk"),
        _compared(ours.delays_ms, stock.delays_ms, "ms", last),
        _compared(slowest_ms, slowest_stock_ms, "ms", f"{last}, 99th percentile"),
        _counted(ours.wrong, stock.wrong, wrong),
        _counted(ours.asked, stock.asked, f"{case}: pages that missed news and asked"),
        _counted(ours.broken, stock.broken, f"{case}: connections that broke"),
        _counted(ours.refused, stock.refused, f"{case}: takes asked for again after a 503"),
    ]


def _compared(ours: list[float], stock: list[float], unit: str, case: str) -> Result:
    return compared(ours, stock, unit=unit, baseline=BASELINE, case=case, digits=2)


def _counted(ours: int, stock: int, case: str) -> Result:
    return Result(ours, "times", BASELINE, stock, None, case, [ours, ours])
