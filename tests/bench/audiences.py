"""Servers that tell the same, and the audience of each: they take turns in random order."""

import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.servers import (
    HOST,
    Server,
    bare_server,
    news_server,
    node_server,
    room_for,
    running,
)

QUIET_S = 0.3
WARM_UPS = 3
SERVERS = {
    "direct": lambda: news_server("direct"),
    "stock": lambda: news_server("stock"),
    "bare": bare_server,
    "node": node_server,
}

# What was asked of each audience, round by round.
Rounds = dict[str, list[float]]


@dataclass
class Seated:
    """A server's audience, and how it is asked."""

    process: asyncio.subprocess.Process

    async def ask(self, *words: str) -> dict[str, float]:
        """Have something done. Raises RuntimeError for an audience that has failed."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(" ".join(words).encode() + b"\n")
        if not (line := await self.process.stdout.readline()):
            raise RuntimeError(f"the audience failed over {words}")
        answer: dict[str, float] = json.loads(line)
        return answer


@asynccontextmanager
async def audiences(ways: Iterable[str], most: int) -> AsyncIterator[dict[str, Seated]]:
    """A server of each of these ways, and for each an audience of nobody yet, of so many at most.

    Each audience is a process, because one may not have as many files open as all of them need.
    """
    room_for(most)
    servers = {way: SERVERS[way]() for way in ways}
    seated: dict[str, Seated] = {}
    async with running(*servers.values()):
        try:
            for way, server in servers.items():
                seated[way] = Seated(await _started(way, server))
            yield seated
        finally:
            for one in seated.values():
                if one.process.returncode is None:
                    one.process.kill()
                    await one.process.wait()


async def _started(way: str, server: Server) -> asyncio.subprocess.Process:
    kind = "bare" if way == "bare" else "socketio"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.audience", kind, HOST, str(server.port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def in_turn(seated: dict[str, Seated], rounds: int, *words: str) -> dict[str, Rounds]:
    """Ask all of them so often, in another order each time: of each answer's values, the rounds."""
    answers: dict[str, Rounds] = defaultdict(lambda: defaultdict(list))
    for number in range(WARM_UPS + rounds):
        for way in random.sample(list(seated), len(seated)):
            await asyncio.sleep(QUIET_S)
            answer = await seated[way].ask(*words)
            for what, value in answer.items() if number >= WARM_UPS else ():
                answers[what][way].append(value)
    return answers


def add(answers: dict[str, Rounds], more: dict[str, Rounds]) -> None:
    """Put more rounds to those that there are."""
    for what, rounds in more.items():
        for way, values in rounds.items():
            answers.setdefault(what, {}).setdefault(way, []).extend(values)
