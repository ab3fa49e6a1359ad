"""What is being recorded at this moment, as recorders tell it, and both pages of a call after them.

It lies in memory: a recorder that comes back tells it anew. What must outlive it are rows.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from desk.clock import Clock
from desk.database import Database
from desk.recording import legs, lifetime, showing
from desk.recording.showing import Live
from desk.recording.tables import RecordingSegment
from desk.retrying import persistently
from media.control import Hello, News
from signaling.messages import RecordingNews, Side

Tell = Callable[[str, RecordingNews], Awaitable[None]]


class Following:
    """Segments that are being written, by whom, and how each of them goes."""

    def __init__(self, clock: Clock, database: Database, tell: Tell) -> None:
        """`tell` brings news to both pages of a call."""
        self._clock, self._database, self._tell = clock, database, tell
        self._lives: dict[tuple[str, Side], Live] = {}

    async def tell(self, calls: Iterable[str]) -> None:
        """Tell both pages of each call how its recording stands."""
        for call in calls:
            async with self._database.reading() as session:
                news = await self.read(session, call)
            await self._tell(call, news)

    async def read(self, session: AsyncSession, call: str) -> RecordingNews:
        """How the recording of a call stands."""
        return await showing.news_of(session, call, self._lives)

    def begin(self, segment: RecordingSegment, side: Side) -> None:
        """A recorder is asked for this segment."""
        self._lives[segment.recording, side] = Live(segment.recorder, segment.number)

    async def met(self, hello: Hello) -> None:
        """A recorder has come, or come back, with legs that go on."""
        for leg in hello.legs:
            going = Live(hello.name, leg.segment, leg.is_started, leg.is_silent)
            self._lives[leg.recording, leg.side] = going
        await self._tell_of({leg.recording for leg in hello.legs})

    async def told(self, news: News) -> None:
        """A recorder, or a browser that is its own, tells how a segment goes."""
        key = news.recording, news.side
        live = self._lives.get(key)
        if news.news == "closed":
            if live and live.segment == news.segment:
                del self._lives[key]
            await persistently(partial(self._keep_closed, news))
        elif live and live.segment == news.segment:
            is_started = live.is_started or news.news == "started"
            self._lives[key] = Live(live.recorder, live.segment, is_started, news.news == "silent")
        await self._tell_of({news.recording})

    async def _keep_closed(self, news: News) -> None:
        async with self._database.writing() as session:
            await legs.close_segment(session, news, self._clock.now())

    async def lost(self, name: str) -> None:
        """A recorder is gone, and its segments are cut."""
        for key in [key for key, live in self._lives.items() if live.recorder == name]:
            del self._lives[key]
        await self.cut(RecordingSegment.recorder == name)

    async def cut(self, *which: Any) -> None:
        """Give up those segments that nobody writes any more, and tell the pages of their calls."""

        async def cut() -> set[str]:
            async with self._database.writing() as session:
                return await legs.cut_segments(session, self._clock.now(), *which)

        if recordings := await persistently(cut):
            await self._tell_of(recordings)

    async def _tell_of(self, recordings: set[str]) -> None:
        async with self._database.reading() as session:
            calls = await lifetime.calls_of(session, recordings)
        await self.tell(calls)
