"""What follows when a recording has ended: a recorder puts its segments together, and the manifest
is written. One after the other, so that calls that go on are recorded undisturbed.
"""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import select

from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.recording import ending
from desk.recording.keys import unwrap
from desk.recording.recorders import NotRecorded, Recorders
from desk.recording.settling import settle
from desk.recording.tables import Recording, RecordingSegment, RecordingState, SegmentState
from desk.settings import Settings
from media.control import Finish

PAUSE_S = 1.0
# A disk that is full, say: nobody gains by a second try at once.
AGAIN_AFTER_S = 60.0
LOOKS_BACK = timedelta(days=7)

log = logging.getLogger(__name__)


class Finisher:
    """Has recordings finished as long as it runs."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, recorders: Recorders
    ) -> None:
        """By these recorders."""
        self._settings, self._clock, self._database = settings, clock, database
        self._recorders = recorders

    async def run(self) -> None:
        """Finish whatever has ended, until cancelled."""
        while True:
            try:
                recording = await self._next()
                if recording is not None:
                    await self._finish(recording)
            except NotRecorded as no:
                log.log(
                    logging.DEBUG if str(no) == "no_recorder" else logging.ERROR,
                    "a recording could not be finished: %s",
                    no,
                )
                await asyncio.sleep(PAUSE_S if str(no) == "no_recorder" else AGAIN_AFTER_S)
            except Exception:
                log.exception("a recording could not be finished; the next try follows")
                await asyncio.sleep(AGAIN_AFTER_S)
            await asyncio.sleep(PAUSE_S)

    async def _next(self) -> Recording | None:
        """The ended recording that has waited longest, of which nothing is being written."""
        written = select(RecordingSegment.number).where(
            RecordingSegment.recording == Recording.id,
            RecordingSegment.state == SegmentState.WRITING,
        )
        statement = (
            select(Recording)
            .where(
                Recording.started_at > self._clock.now() - LOOKS_BACK,
                Recording.state == RecordingState.ENDED,
                ~written.exists(),
            )
            .order_by(Recording.ended_at)
            .limit(1)
        )
        async with self._database.reading() as session:
            return (await session.execute(statement)).scalar_one_or_none()

    async def _finish(self, recording: Recording) -> None:
        is_fresh = recording.manifest is None
        if is_fresh:
            await self._put_together(recording)
        await finished(
            settle(
                self._database,
                self._settings,
                recording.id,
                self._clock.now(),
                is_fresh=is_fresh,
            )
        )

    async def _put_together(self, recording: Recording) -> None:
        async with self._database.reading() as session:
            parts = await ending.parts_of(session, recording.id)
        made = await self._recorders.finish(
            Finish.model_validate(
                {
                    "recording": recording.id,
                    "key": unwrap(self._settings.secret_key, recording.wrapped_key),
                    "pieces": [
                        {"side": one.side, "file": one.file, "offset_ms": one.offset_ms}
                        for one in parts
                    ],
                }
            )
        )
        await finished(self._keep(recording.id, made))

    async def _keep(self, recording: str, made: dict[str, object]) -> None:
        async with self._database.writing() as session:
            await ending.finish(session, self._settings, recording, made, self._clock.now())
