"""The desk's way of telling thousands, beside a bare server, Socket.IO on Node, and the library.

All of them send the same bytes to WebSockets that do not compress, and those that ping do it every
ten seconds. `ROUNDS` and `WAITING` in the environment make it smaller.
"""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tests.bench.audiences import Rounds, Seated, add, audiences, in_turn
from tests.bench.result import Result, compared

ROUNDS = int(os.environ.get("ROUNDS", "21"))
# A process is quick or slow from its start to its end, by where the system has put it: the rounds
# are of several.
STARTS = 4
SIZES = [int(waiting) for waiting in os.environ.get("WAITING", "1000,2000,5000").split(",")]
VISITORS = 500
MOST_OPEN = 3 * VISITORS  # a server may still be closing those of the round before
BASELINES = {
    "bare": "a bare aiohttp WebSocket server",
    "node": "Socket.IO on Node",
    "stock": "python-socketio as it comes",
}
PINGS = "pings every 10 s, none from the bare server"


async def line_news() -> list[Result]:
    """From the request to tell until the last one who waits has heard, and the server's CPU."""
    return [result for waiting in SIZES for result in await _line_news(waiting)]


async def _line_news(waiting: int) -> list[Result]:
    answers: dict[str, Rounds] = {}
    for _ in range(STARTS):
        async with _waiting(("direct", *BASELINES), waiting) as seated:
            add(answers, await in_turn(seated, -(-ROUNDS // STARTS), "tell"))
    told = f"from the request to tell until the last of {waiting:,} has heard; {PINGS}"
    cpu = f"CPU of the server for one message to {waiting:,}; {PINGS}"
    return [
        *_with_each(answers["told_ms"], "ms", told),
        *_with_each(answers["cpu_ms"], "ms of CPU", cpu),
    ]


async def loop_hold() -> list[Result]:
    """How long the server's event loop is held at the longest while the longest line is told."""
    waiting = max(SIZES)
    async with _waiting(("direct", "bare", "stock"), waiting) as seated:
        answers = await in_turn(seated, ROUNDS, "tell_held")
    case = f"work that held the event loop at the longest while {waiting:,} were told; {PINGS}"
    return _with_each(answers["held_ms"], "ms", case)


async def line_connects() -> list[Result]:
    """How many come a second."""
    async with audiences(("direct", *BASELINES), MOST_OPEN) as seated:
        answers = await in_turn(seated, ROUNDS, "visit", str(VISITORS))
    case = f"{VISITORS} WebSockets are opened and greeted, 50 at once"
    return _with_each(answers["each_s"], "connects a second", case)


@asynccontextmanager
async def _waiting(ways: Iterable[str], waiting: int) -> AsyncIterator[dict[str, Seated]]:
    async with audiences(ways, waiting) as seated:
        for one in seated.values():
            await one.ask("come", str(waiting))
        yield seated


def _with_each(rounds: Rounds, unit: str, case: str) -> list[Result]:
    return [
        compared(rounds["direct"], rounds[way], unit=unit, baseline=name, case=case, digits=1)
        for way, name in BASELINES.items()
        if way in rounds
    ]
