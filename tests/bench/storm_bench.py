"""The server is killed and started again: how soon everybody is back at the same place."""

import tempfile
import time
from pathlib import Path

import aiohttp

from tests.bench.backoff import Backoff
from tests.bench.crowd import Crowd
from tests.bench.passes import bare_path, desk_path, invited
from tests.bench.result import Result, compared
from tests.bench.servers import bare_server, desk_server, room_for, running

WAITING = 1_000
ROUNDS = 9
ALL_BACK_WITHIN_S = 30.0


async def reconnect_storm() -> Result:
    """Raises SystemExit unless everybody is back in time, at their places."""
    room_for(2 * WAITING)
    with tempfile.TemporaryDirectory() as folder:
        passes = await invited(Path(folder), WAITING)
        servers = desk_server(Path(folder), {}), bare_server()
        backoff = Backoff.of_our_page()
        async with running(*servers), aiohttp.ClientSession(raise_for_status=True) as http:
            ours = Crowd(servers[0], passes, desk_path, http, backoff)
            theirs = Crowd(servers[1], passes, bare_path, http, backoff)
            ours_s, theirs_s = await _rounds(ours, theirs)
            ours.leave()
            theirs.leave()
    return compared(
        ours_s,
        theirs_s,
        unit="s",
        baseline="a bare aiohttp WebSocket server, down for as long, with the same clients",
        case=f"after a SIGKILL, from the open port until all {WAITING:,} are back at their places,"
        " with the pages' own pauses",
    )


async def _rounds(ours: Crowd, theirs: Crowd) -> tuple[list[float], list[float]]:
    ours_s, theirs_s = [], []
    for crowd in (ours, theirs):
        await crowd.arrive(crowd.pages)
    for _ in range(ROUNDS):
        down_s, back_s = await _storm(ours)
        ours_s.append(back_s)
        _down_s, back_s = await _storm(theirs, down_s)
        theirs_s.append(back_s)
    return ours_s, theirs_s


async def _storm(crowd: Crowd, down_s: float = 0.0) -> tuple[float, float]:
    """Kill and start, open after `down_s` at the earliest: seconds closed, seconds until back."""
    before = crowd.places()
    await crowd.server.kill()
    killed_at = time.time()
    opened_at = await crowd.server.start(*([str(killed_at + down_s)] if down_s else []))
    await crowd.all_back()
    back_s = time.time() - opened_at
    if crowd.places() != before:
        raise SystemExit("reconnect_storm: somebody stands at another place than before")
    if back_s > ALL_BACK_WITHIN_S:
        raise SystemExit(f"reconnect_storm: all were back only after {back_s:.1f} s")
    return opened_at - killed_at, back_s
