"""What a recorder tells the desk of its legs: now, or as soon as the desk is there again."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from pydantic import TypeAdapter

from media.control import Going, News
from media.facts import SegmentFacts
from media.recorder import OpenLeg, Told

FACTS = TypeAdapter(SegmentFacts)
# For each of some hundred calls a handful; more than these, and the desk is away for good.
MOST_UNTOLD = 10_000

Leg = tuple[str, str]


class Telling:
    """News that wait for somebody to listen, and the legs that they are of."""

    def __init__(self) -> None:
        """Nothing is to be told."""
        self._untold: deque[News] = deque(maxlen=MOST_UNTOLD)
        self._to_tell, self._all_told = asyncio.Event(), asyncio.Event()
        self._all_told.set()
        self._going: dict[Leg, Going] = {}

    def legs(self) -> list[Going]:
        """The legs that go on, and what was told of them so far."""
        return list(self._going.values())

    def begin(self, wanted: OpenLeg) -> None:
        """A leg goes on from now."""
        self._going[wanted.recording, wanted.side] = Going.model_validate(
            {
                "recording": wanted.recording,
                "side": wanted.side,
                "segment": wanted.segment,
                "is_started": False,
                "is_silent": False,
            }
        )

    def tell(self, told: Told) -> None:
        """Tell the desk, now or as soon as it is there."""
        facts = None if told.facts is None else FACTS.dump_python(told.facts, mode="json")
        news = News.model_validate(
            {
                "news": told.news,
                "recording": told.recording,
                "side": told.side,
                "segment": told.segment,
                "facts": facts,
            }
        )
        self._follow(news)
        self._untold.append(news)
        self._all_told.clear()
        self._to_tell.set()

    def _follow(self, news: News) -> None:
        leg = news.recording, news.side
        going = self._going.get(leg)
        if going is None or going.segment != news.segment:
            return
        if news.news == "closed":
            del self._going[leg]
        elif news.news == "started":
            self._going[leg] = going.model_copy(update={"is_started": True})
        else:
            self._going[leg] = going.model_copy(update={"is_silent": news.news == "silent"})

    async def tell_all(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send whatever is to be told, until cancelled; what could not be sent waits."""
        while True:
            while self._untold:
                await send(self._untold[0].model_dump_json())
                self._untold.popleft()
            self._to_tell.clear()
            self._all_told.set()
            await self._to_tell.wait()

    async def all_is_told(self, within_s: float | None = None) -> None:
        """Wait until the desk has heard all, or no longer than this."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._all_told.wait()
