"""The control room: takes legs in, and ends what is over. What goes on meanwhile: `following`."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from desk.access.files import CallFile
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.keyring import derive
from desk.problems import Problem
from desk.recording import legs, lifetime
from desk.recording.chunks import BROWSER, Chunk, Chunks
from desk.recording.door import Door
from desk.recording.following import Following, Tell
from desk.recording.recorders import NotRecorded, Recorders
from desk.recording.refusals import has_room, refused
from desk.recording.tables import Recording, RecordingSegment
from desk.retrying import persistently
from desk.settings import Settings
from media.control import News, Open
from signaling.messages import Side

PAUSE_S = 1.0
# A recorder knocks twice a second; one that has not come back after the desk did is gone.
RETURNS_WITHIN_S = 10.0
# Calls take minutes; what is older was looked at often enough.
LOOKS_BACK = timedelta(days=1)

log = logging.getLogger(__name__)


class ControlRoom:
    """What is being recorded, and by whom."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, tell: Tell) -> None:
        """`tell` brings news to both pages of a call."""
        self._settings, self._clock, self._database = settings, clock, database
        self.following = Following(clock, database, tell)
        self.recorders = Recorders()
        key = derive(settings.secret_key, "recorders")
        self.door = Door(settings.recorders_socket, key, self.recorders, self.following)
        self.chunks = Chunks(settings.recordings, self.following.told, clock)

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
        self.following.begin(segment, side)
        return name, wanted

    async def _demand_still(self, file: CallFile, recording: str) -> None:
        async with self._database.writing() as session:
            await lifetime.demand_consent(session, file)
            await lifetime.demand_open(session, await session.get_one(Recording, recording))

    async def _give_up(self, wanted: Open) -> None:
        """Nothing was written of a segment, and nothing will be."""
        told = wanted.model_dump(include={"recording", "side", "segment"})
        await self.following.told(News.model_validate(told | {"news": "closed"}))

    async def close(self, recording: str, side: Side | None = None) -> None:
        """End the legs of a recording; more may follow."""
        await self.recorders.close(recording, side)
        await self.chunks.close(recording, side)

    async def run(self) -> None:
        """Once a second end what is over, until cancelled."""
        began_s = self._clock.seconds()
        # Chunks do not outlive the desk that they came to.
        await self.following.cut(RecordingSegment.recorder == BROWSER)
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
        since = self._clock.now() - LOOKS_BACK
        async with self._database.reading() as session:
            over = await lifetime.over(session, since)
        for recording, call in over:
            await self._end(recording, call)

    async def _cut_of_those_gone(self, here: set[str]) -> None:
        gone = (
            RecordingSegment.recorder.not_in(here),
            RecordingSegment.started_at > self._clock.now() - LOOKS_BACK,
        )
        await self.following.cut(*gone)

    async def _end(self, recording: str, call: str) -> None:
        async with self._database.writing() as session:
            await lifetime.end(session, recording, self._clock.now())
        await self.close(recording)
        self.recorders.release(recording)
        await self.following.cut(RecordingSegment.recording == recording)
        await self.following.tell({call})
