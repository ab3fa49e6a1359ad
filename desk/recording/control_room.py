"""The control room: takes legs in, follows what recorders tell, ends what is over.

What it knows of this moment lies in memory and is told anew by each recorder that comes back; what
must outlive it lies in the rows of `legs`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.files import CallFile
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.keyring import derive
from desk.problems import Problem
from desk.recording import legs, lifetime, showing
from desk.recording.chunks import BROWSER, Chunk, Chunks
from desk.recording.consent_tables import Answer, Consent
from desk.recording.recorders import Listener, NotRecorded, Recorders
from desk.recording.refusals import has_room, refused
from desk.recording.showing import Live
from desk.recording.tables import Recording, RecordingSegment, RecordingState
from desk.retrying import persistently
from desk.settings import Settings
from media.control import Hello, News, Open
from signaling.messages import RecordingNews, Side
from waiting_room.tables import Call

PAUSE_S = 1.0
# A recorder knocks twice a second; one that has not come back after the desk did is gone.
RETURNS_WITHIN_S = 10.0
# Calls take minutes; what is older was looked at often enough.
LOOKS_BACK = timedelta(days=1)

log = logging.getLogger(__name__)
Tell = Callable[[str, RecordingNews], Awaitable[None]]


class ControlRoom:
    """What is being recorded, and by whom."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, tell: Tell) -> None:
        """`tell` brings news to both pages of a call."""
        self._settings, self._clock, self._database = settings, clock, database
        self._tell = tell
        self._lives: dict[tuple[str, Side], Live] = {}
        self.recorders = Recorders(
            settings.recorders_socket, derive(settings.secret_key, "recorders")
        )
        self.chunks = Chunks(settings.recordings, self._told, clock)
        self.recorders.listener = Listener(self._met, self._told, self._lost)

    async def open_leg(self, file: CallFile, side: Side, offer: str) -> dict[str, Any]:
        """Record a side from now on: the recorder's answer to its offer. Raises a Problem.

        An older leg of the same side ends. No media comes before the answer has gone out, and it
        goes out only if the consent stands even then.
        """
        self._demand_room()
        begin = partial(self._begin, file, side, self.recorders.choose, offer)
        name, wanted = await persistently(begin)
        await self.chunks.close(wanted.recording, side)
        try:
            answer = await self.recorders.open(name, wanted)
        except NotRecorded as no:
            await self._give_up(wanted)
            raise refused(str(no)) from None
        try:
            await persistently(partial(self._demand_still, file, wanted.recording))
        except Problem:
            await self.close(wanted.recording, side)
            raise
        return {"answer": answer, "segment": wanted.segment}

    async def open_chunks(self, file: CallFile, side: Side) -> dict[str, Any]:
        """Await a side's recording in chunks: the number of its segment. Raises a Problem."""
        self._demand_room()
        begin = partial(self._begin, file, side, lambda _recording: BROWSER, "")
        _name, wanted = await persistently(begin)
        await self.recorders.close(wanted.recording, side)
        await self.chunks.open(wanted)
        return {"segment": wanted.segment}

    async def take_chunk(
        self, file: CallFile, side: Side, segment: int, number: int, chunk: Chunk
    ) -> dict[str, Any]:
        """Keep a chunk: the number of the next one. Raises a Problem."""
        async with self._database.reading() as session:
            recording = await lifetime.recording_of(session, file.call.id)
        name = recording.id if recording else ""
        return {"next": await self.chunks.take(name, side, segment, number, chunk)}

    def _demand_room(self) -> None:
        if not has_room(self._settings):
            log.error("nothing is recorded: the disk is down to its reserve")
            raise refused("disk_low")

    async def _begin(
        self, file: CallFile, side: Side, choose: Callable[[str], str], offer: str
    ) -> tuple[str, Open]:
        now, secret = self._clock.now(), self._settings.secret_key
        async with self._database.writing() as session:
            recording = await lifetime.begun(session, file, self._settings, now)
            try:
                name = choose(recording.id)
            except NotRecorded as no:
                raise refused(str(no)) from None
            segment = await legs.add_segment(session, recording, side, name, now)
            wanted = legs.opening(segment, recording, secret, offer)
        self._lives[recording.id, side] = Live(name, segment.number)
        return name, wanted

    async def _demand_still(self, file: CallFile, recording: str) -> None:
        async with self._database.writing() as session:
            await lifetime.demand_consent(session, file)
            await lifetime.demand_open(session, await session.get_one(Recording, recording))

    async def _give_up(self, wanted: Open) -> None:
        """Nothing was written of a segment, and nothing will be."""
        told = wanted.model_dump(include={"recording", "side", "segment"})
        await self._told(News.model_validate(told | {"news": "closed"}))

    def _forget(self, recording: str, side: Side, segment: int) -> None:
        live = self._lives.get((recording, side))
        if live and live.segment == segment:
            del self._lives[recording, side]

    async def close(self, recording: str, side: Side | None = None) -> None:
        """End the legs of a recording; more may follow."""
        await self.recorders.close(recording, side)
        await self.chunks.close(recording, side)

    async def tell(self, calls: Iterable[str]) -> None:
        """Tell both pages of each call how its recording stands."""
        for call in calls:
            async with self._database.reading() as session:
                news = await self.read(session, call)
            await self._tell(call, news)

    async def read(self, session: AsyncSession, call: str) -> RecordingNews:
        """How the recording of a call stands."""
        return await showing.news_of(session, call, self._lives)

    # What recorders tell.

    async def _met(self, hello: Hello) -> None:
        for leg in hello.legs:
            going = Live(hello.name, leg.segment, leg.is_started, leg.is_silent)
            self._lives[leg.recording, leg.side] = going
        async with self._database.reading() as session:
            calls = await lifetime.calls_of(session, {leg.recording for leg in hello.legs})
        await self.tell(calls)

    async def _told(self, news: News) -> None:
        key = news.recording, news.side
        live = self._lives.get(key)
        if news.news == "closed":
            self._forget(news.recording, news.side, news.segment)
            await persistently(partial(self._keep_closed, news))
        elif live and live.segment == news.segment:
            is_started = live.is_started or news.news == "started"
            self._lives[key] = Live(live.recorder, live.segment, is_started, news.news == "silent")
        await self._tell_of({news.recording})

    async def _keep_closed(self, news: News) -> None:
        async with self._database.writing() as session:
            await legs.close_segment(session, news, self._clock.now())

    async def _lost(self, name: str) -> None:
        for key in [key for key, live in self._lives.items() if live.recorder == name]:
            del self._lives[key]
        await self._cut(RecordingSegment.recorder == name)

    async def _cut(self, *which: Any) -> None:
        async def cut() -> set[str]:
            async with self._database.writing() as session:
                return await legs.cut_segments(session, self._clock.now(), *which)

        if recordings := await persistently(cut):
            await self._tell_of(recordings)

    async def _tell_of(self, recordings: set[str]) -> None:
        async with self._database.reading() as session:
            calls = await lifetime.calls_of(session, recordings)
        await self.tell(calls)

    # What is over.

    async def run(self) -> None:
        """Once a second end what is over, until cancelled."""
        began_s = self._clock.seconds()
        # Chunks do not outlive the desk that they came to.
        await self._cut(RecordingSegment.recorder == BROWSER)
        while True:
            try:
                await finished(self._look(self._clock.seconds() - began_s))
            except Exception:
                log.exception("recordings could not be looked after; the next try follows")
            await asyncio.sleep(PAUSE_S)

    async def _look(self, since_start_s: float) -> None:
        await self.end_what_is_over()
        await self.chunks.look()
        if since_start_s > RETURNS_WITHIN_S:
            here = self.recorders.names() | {BROWSER}
            await self._cut_of_those_gone(here)

    async def end_what_is_over(self) -> None:
        """End the recordings whose call is over, or whose consent stands no longer."""
        for recording, call in await self._over():
            await self._end(recording, call)

    async def _cut_of_those_gone(self, here: set[str]) -> None:
        gone = (
            RecordingSegment.recorder.not_in(here),
            RecordingSegment.started_at > self._clock.now() - LOOKS_BACK,
        )
        await self._cut(*gone)

    async def _over(self) -> list[tuple[str, str]]:
        """Open recordings whose call has ended, or whose consent stands no longer."""
        statement = (
            select(Recording.id, Recording.call)
            .join(Call, Call.id == Recording.call)
            .join(Consent, Consent.id == Recording.consent)
            .where(
                Recording.started_at > self._clock.now() - LOOKS_BACK,
                Recording.state == RecordingState.OPEN,
                Call.ended_at.is_not(None)
                | Consent.withdrawn_at.is_not(None)
                | Consent.replaced_at.is_not(None)
                | (Consent.answer != Answer.GIVEN),
            )
        )
        async with self._database.reading() as session:
            return [(row.id, row.call) for row in await session.execute(statement)]

    async def _end(self, recording: str, call: str) -> None:
        async with self._database.writing() as session:
            await lifetime.end(session, recording, self._clock.now())
        await self.close(recording)
        self.recorders.release(recording)
        await self._cut(RecordingSegment.recording == recording)
        await self.tell({call})
