"""Many applicants' pages, as far as they are on the socket: at the desk, or at the baseline."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from functools import lru_cache
from typing import Any

import aiohttp

from tests.bench.backoff import Backoff
from tests.bench.passes import Pass
from tests.bench.servers import HOST, Server
from tests.bench.socket_client import OPENED, PING, PONG, SocketClient

AT_ONCE = 50
PATIENCE_S = 120.0
PLACE, LINE, REFUSED = b'42/waiting,["place"', b'42/waiting,["line"', b"44/waiting"


def body_of(payload: bytes) -> Any:
    """What a message says."""
    return json.loads(payload.partition(b",")[2])[1]


@lru_cache(maxsize=8)
def _line(payload: bytes) -> Any:
    # The same bytes come to everybody.
    return body_of(payload)


def followed(place: dict[str, Any], line: dict[str, Any]) -> dict[str, Any] | None:
    """The place after the line's news, or None where it does not follow: as `place.js` does."""
    before, after = place["version"], line["version"]
    missed = after["count"] - before["count"]
    if before["epoch"] != after["epoch"] or missed not in {0, 1}:
        return None
    position = place["position"]
    for at, by in line["changes"] if missed else ():
        if by < 0 and at == position:
            return None
        position += by * (at < position if by < 0 else at <= position)
    return place | {"position": position, "waiting": line["waiting"], "version": after}


class Page:
    """One applicant's page: keeps its place, and comes back where the crowd has a backoff."""

    def __init__(self, crowd: "Crowd", who: Pass) -> None:
        """Not connected yet."""
        self.who = who
        self.place: dict[str, Any] | None = None
        self._crowd = crowd
        self.line = b""
        self._attempts = 0

    async def connect(self) -> None:
        """Open the socket; the place is heard later."""
        server, who = self._crowd.server, self.who
        headers = {"Host": f"{HOST}:{server.port}", "Origin": server.base, "Cookie": who.cookie}
        path = self._crowd.path(who)
        self._socket = SocketClient(path, headers, self._heard, self._lost)
        try:
            await self._socket.connect(HOST, server.port)
        except OSError:
            self._lost()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _heard(self, payload: bytes) -> None:
        if payload.startswith(LINE):
            self._hear_of_the_line(payload)
        elif payload.startswith(PLACE):
            self._take(body_of(payload))
        elif payload == PING:
            self._socket.say(PONG)
        elif payload.startswith(OPENED):
            self._socket.say(b'40/waiting,{"csrf":"%s"}' % self.who.csrf.encode())
        elif payload.startswith(REFUSED):
            self._crowd.fail(RuntimeError(f"a page was refused: {payload.decode()}"))

    def _hear_of_the_line(self, payload: bytes) -> None:
        if payload != self.line:
            self.line = payload
            self._crowd.told(payload)
        if self._crowd.backoff is None:
            return
        if place := followed(self.place, _line(payload)) if self.place else None:
            self._show(place)
        else:
            self._crowd.run(self._ask())

    async def _ask(self) -> None:
        try:
            self._take(await self._crowd.read(self.who))
        except aiohttp.ClientConnectionError:
            # The server has just been killed: the place is told after coming back.
            return

    def _show(self, place: dict[str, Any]) -> None:
        self.place = place

    def _take(self, place: dict[str, Any]) -> None:
        self._show(place)
        self._attempts = 0
        self._crowd.placed(self)

    def _lost(self) -> None:
        self.place = None
        if backoff := self._crowd.lost(self):
            delay_s = backoff.delay_s(self._attempts)
            self._attempts += 1
            loop = asyncio.get_running_loop()
            loop.call_later(delay_s, lambda: self._crowd.run(self.connect()))


class Crowd:
    """Who waits at one server."""

    def __init__(
        self,
        server: Server,
        passes: Sequence[Pass],
        path: Callable[[Pass], str],
        http: aiohttp.ClientSession,
        backoff: Backoff | None = None,
    ) -> None:
        """Nobody is connected yet; without a `backoff` a lost connection is a failure."""
        self.server, self.path, self.http, self.backoff = server, path, http, backoff
        self.pages = [Page(self, who) for who in passes]
        self.newest = b""  # the newest line that everybody has heard, and when the last one did
        self.newest_at = 0.0
        self.asked = 0
        self._placed: set[Page] = set()
        self._heard_by: Counter[bytes] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_leaving = False

    async def arrive(self, pages: Sequence[Page]) -> None:
        """Connect these, some at once, and wait until each knows its place."""
        for first in range(0, len(pages), AT_ONCE):
            few = pages[first : first + AT_ONCE]
            await asyncio.gather(*(page.connect() for page in few))
            await self._placed_are(len(self._placed.union(few)))

    async def all_back(self) -> None:
        """Wait until everybody knows their place."""
        await self._placed_are(len(self.pages))

    async def _placed_are(self, pages: int) -> None:
        await self.until(lambda: len(self._placed) == pages)

    def places(self) -> dict[str, int | None]:
        """Where each ticket stands, as its page knows."""
        return {
            page.who.ticket: page.place["position"] if page.place else None for page in self.pages
        }

    async def next_line(self, than: bytes) -> float:
        """Wait until all have heard another line: when the last one did, by `perf_counter`."""
        await self.until(lambda: self.newest != than)
        return self.newest_at

    async def until(self, fulfilled: Callable[[], bool]) -> None:
        """Wait for a condition. Raises what went wrong meanwhile, and TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while not fulfilled():
                await self._moved.wait()
                self._moved.clear()
                if self._failure:
                    raise self._failure

    async def read(self, who: Pass) -> Any:
        """The place, asked for over HTTP as the page asks."""
        self.asked += 1
        headers = {"Accept": "application/json", "Cookie": who.cookie}
        url = f"{self.server.base}/waiting/{who.ticket}"
        async with self.http.get(url, headers=headers) as answer:
            return await answer.json()

    def told(self, line: bytes) -> None:
        """One more page has heard this line, which is new to it."""
        self._heard_by[line] += 1
        self._look_at(line)

    def placed(self, page: Page) -> None:
        """A page knows its place; it may have heard of the line before."""
        self._placed.add(page)
        self._moved.set()
        self._look_at(page.line)

    def _look_at(self, line: bytes) -> None:
        if line != self.newest and self._heard_by[line] == len(self._placed):
            self.newest, self.newest_at = line, time.perf_counter()
            self._moved.set()

    def lost(self, page: Page) -> Backoff | None:
        """A page has lost its connection: how it comes back, if it shall."""
        self._placed.discard(page)
        if self._is_leaving:
            return None
        if self.backoff is None:
            self.fail(ConnectionError("the server closed a connection, or refused it"))
        return self.backoff

    def fail(self, error: BaseException) -> None:
        """Let whoever waits for something know that it will not come."""
        self._failure = self._failure or error
        self._moved.set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background; its failure is the crowd's."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.fail(error)

    def leave(self) -> None:
        """Close every connection."""
        self._is_leaving = True
        for page in self.pages:
            page.close()
