"""What a long line costs on the sockets: until the last one has the news, and in memory."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.crowd import Crowd
from tests.bench.passes import Pass, bare_path, desk_path, invited
from tests.bench.result import Result, compared
from tests.bench.servers import bare_server, desk_server, room_for, running

SIZES = (1_000, 5_000)
ROUNDS = 9
WARM_UP = 50
QUIET_S = 0.5
NOBODY_IS_AWAY = {"DESK_AWAY_AFTER_S": "86400", "DESK_HOLD_MINUTES": "1440"}
DIRECT = {"DESK_DIRECT_SOCKETS": "1"}
STOCK = {"DESK_DIRECT_SOCKETS": "0"}


@asynccontextmanager
async def _both(
    waiting: int, settings: dict[str, str]
) -> AsyncIterator[tuple[Crowd, Crowd, list[Pass]]]:
    """Those who will wait at the desk and at the baseline, and some more with only a ticket."""
    room_for(2 * waiting)
    with tempfile.TemporaryDirectory() as folder:
        passes = await invited(Path(folder), waiting + ROUNDS)
        servers = desk_server(Path(folder), NOBODY_IS_AWAY | settings), bare_server()
        async with running(*servers), aiohttp.ClientSession(raise_for_status=True) as http:
            ours = Crowd(servers[0], passes[:waiting], desk_path, http)
            theirs = Crowd(servers[1], passes[:waiting], bare_path, http)
            yield ours, theirs, passes[waiting:]
            ours.leave()
            theirs.leave()
            await asyncio.sleep(0)


async def line_change() -> list[Result]:
    """Somebody leaves: the time until the last one who waits has heard of it."""
    return [await _line_change(waiting) for waiting in SIZES]


async def _line_change(waiting: int) -> Result:
    ours_ms, theirs_ms = [], []
    async with _both(waiting, DIRECT) as (ours, theirs, more):
        for crowd in (ours, theirs):
            await crowd.arrive(crowd.pages)
        await ours.next_line(b"")
        for who in more:
            headers = {"Cookie": who.cookie, "X-CSRF-Token": who.csrf, "Accept": "application/json"}
            leaving = f"/waiting/{who.ticket}/leave"
            ours_ms.append(await _told_ms(ours, leaving, headers=headers, json={}))
            theirs_ms.append(await _told_ms(theirs, "/tell", data=ours.newest))
    return compared(
        ours_ms,
        theirs_ms,
        unit="ms",
        baseline="the same bytes from a bare aiohttp WebSocket server",
        case=f"from the request that changes the line until the last of {waiting:,} has heard",
        digits=1,
    )


async def _told_ms(crowd: Crowd, path: str, **request: Any) -> float:
    await asyncio.sleep(QUIET_S)
    before = crowd.newest
    began = time.perf_counter()
    async with crowd.http.post(crowd.server.base + path, **request):
        return (await crowd.next_line(before) - began) * 1000


async def waiting_memory() -> list[Result]:
    """What the server holds for each waiting socket, from nine steps on the way to the last."""
    return [
        await _waiting_memory(waiting, settings, how)
        for waiting in SIZES
        for settings, how in ((DIRECT, "directly"), (STOCK, "by the library's own way"))
    ]


async def _waiting_memory(waiting: int, settings: dict[str, str], how: str) -> Result:
    async with _both(WARM_UP + waiting, settings) as (ours, theirs, _more):
        for crowd in (ours, theirs):
            await crowd.arrive(crowd.pages[:WARM_UP])
        # All have heard the line once: nothing is made for the first time any more.
        await ours.next_line(b"")
        held: list[list[int]] = [[ours.server.resident_kb()], [theirs.server.resident_kb()]]
        for step in range(ROUNDS):
            first, last = (WARM_UP + waiting * n // ROUNDS for n in (step, step + 1))
            for crowd, kb in zip((ours, theirs), held, strict=True):
                await crowd.arrive(crowd.pages[first:last])
                kb.append(crowd.server.resident_kb())
    case = f"resident memory for each of {waiting:,} waiting sockets, told {how}"
    return _of_memory(case, waiting, *held)


def _of_memory(case: str, waiting: int, ours_kb: list[int], theirs_kb: list[int]) -> Result:
    """The whole growth for each socket, because a median would leave out what grows by leaps."""
    value, baseline_value = ((kb[-1] - kb[0]) / waiting for kb in (ours_kb, theirs_kb))
    steps = [(later - kb) * ROUNDS / waiting for kb, later in pairwise(ours_kb)]
    return Result(
        value=round(value, 1),
        unit="kB",
        baseline="a bare aiohttp WebSocket server, neither compresses",
        baseline_value=round(baseline_value, 1),
        ratio=round(value / baseline_value, 3),
        case=f"{case}; the spread: of nine steps",
        spread=[round(min(steps), 1), round(max(steps), 1)],
    )
