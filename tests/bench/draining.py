"""A crowd whose turns come: each page follows its place until it is called, and then goes.

All are taken from the head. So whoever stood at position p at first stands at p less all who have
gone, and those are as many as are missing from the number waiting that is told with each place.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import aiohttp

from tests.bench.backoff import Backoff
from tests.bench.crowd import Crowd, Page, body_of
from tests.bench.passes import Pass, desk_path
from tests.bench.servers import Server

CALLED = b'42/waiting,["called"'


class Follower(Page):
    """One applicant's page: asks one thing at a time, and shows nothing older than it has shown."""

    def __init__(self, crowd: "DrainingCrowd", who: Pass) -> None:
        """Not connected yet."""
        super().__init__(crowd, who)
        self._draining = crowd
        self._is_asking = self._has_gone = False
        # What people see, also while the connection is lost.
        self._shown: dict[str, Any] | None = None

    def _heard(self, payload: bytes) -> None:
        if payload.startswith(CALLED):
            self._go(body_of(payload)["call"])
        elif not self._has_gone:
            super()._heard(payload)

    async def _ask(self) -> None:
        if self._is_asking:
            return
        self._is_asking = True
        answer = await self._crowd.read(self.who)
        self._is_asking = False
        # One whose turn has come has no place any more; which call it is, is told.
        if "position" in answer:
            self._take(answer)

    def _show(self, place: dict[str, Any]) -> None:
        shown = self._shown
        if self._has_gone or (shown and shown["version"]["count"] > place["version"]["count"]):
            return
        self.place = self._shown = place
        if shown is None or shown["version"] != place["version"]:
            self._draining.shows(self.who, place, shown)

    def _go(self, call: str) -> None:
        if not self._has_gone:
            self._has_gone = True
            self._draining.goes(self.who, call, self._shown)
            self.close()

    def _lost(self) -> None:
        if not self._has_gone:
            self._draining.broken += 1
            super()._lost()


class DrainingCrowd(Crowd):
    """Those who wait at the desk while the line drains."""

    def __init__(self, server: Server, passes: Sequence[Pass], http: aiohttp.ClientSession) -> None:
        """Nobody is connected yet."""
        super().__init__(server, passes, desk_path, http, Backoff.of_our_page())
        self.pages = [Follower(self, who) for who in passes]
        self.shown = self.wrong = self.broken = self.refused = 0
        self._takes = 0  # asked for until now
        self._asked_at: dict[str, float] = {}  # by call: when it was asked for
        self._taken: dict[str, int] = {}  # by call: at which position they stood at first
        self._known_at: list[float] = []  # when all knew that one more had gone
        self._pages_at: Counter[int] = Counter()  # by how many have gone, as they know

    def shows(self, who: Pass, place: dict[str, Any], before: dict[str, Any] | None) -> None:
        """A page shows a place, and showed another before."""
        gone = self._gone(place)
        self.shown += 1
        self.wrong += place["position"] != who.position - gone or gone > self._takes
        self._pages_at[gone] += 1
        self._no_longer(before)

    def goes(self, who: Pass, call: str, before: dict[str, Any] | None) -> None:
        """A page's turn has come."""
        self._taken[call] = who.position
        self._no_longer(before)
        self._moved.set()

    def _gone(self, place: dict[str, Any]) -> int:
        return len(self.pages) - int(place["waiting"])

    def _no_longer(self, before: dict[str, Any] | None) -> None:
        """A page has left a place: perhaps it was the last to know of so few."""
        if before is None:
            return
        gone = self._gone(before)
        self._pages_at[gone] -= 1
        if self._pages_at[gone]:
            return
        del self._pages_at[gone]
        news = min(self._pages_at, default=len(self.pages)) - len(self._known_at)
        if news > 0:
            self._known_at += [time.perf_counter()] * news
            self._moved.set()

    async def take(self, verifier: Pass, at: float) -> None:
        """Have this verifier take the next at that moment, by `perf_counter`; asked until done."""
        headers = {
            "Cookie": verifier.cookie, "X-CSRF-Token": verifier.csrf, "Accept": "application/json",
            "Idempotency-Key": secrets.token_urlsafe(),
        }  # fmt: skip
        await asyncio.sleep(at - time.perf_counter())
        asked_at = time.perf_counter()
        self._takes += 1
        while (call := await self._call(headers)) is None:
            self.refused += 1
        self._asked_at[call] = asked_at

    async def _call(self, headers: dict[str, str]) -> str | None:
        url = f"{self.server.base}/desk/take"
        async with self.http.post(url, headers=headers, json={}, raise_for_status=False) as answer:
            if answer.status == 503:
                return None
            answer.raise_for_status()
            return str((await answer.json())["call"])

    async def all_know(self, gone: int) -> None:
        """Wait until nobody's place is from before so many had gone, and they have all left."""
        await self.until(lambda: min(len(self._known_at), len(self._taken)) >= gone)

    def delays_ms(self) -> list[float]:
        """From asking for each take until all knew. Raises SystemExit if the order was broken."""
        if sorted(self._taken.values()) != list(range(1, self._takes + 1)):
            raise SystemExit("line_drain: others were taken than those at the head")
        return [
            (self._known_at[position - 1] - self._asked_at[call]) * 1000
            for call, position in self._taken.items()
        ]
