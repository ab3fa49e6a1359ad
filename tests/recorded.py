"""A call that was recorded, with real files."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desk.recording import ending
from desk.recording.keys import new_key, wrap
from desk.recording.settling import settle
from desk.recording.tables import Recording, RecordingSegment, RecordingState, SegmentState
from desk.recording.verifying import verify_recordings
from media.files import SIDES, segment_file, side_file, strip_file
from media.finishing import finish
from media.sealed import SealedWriter
from tests.scenes import InCall, in_call
from tests.segments import write_segment
from tests.support import RunningDesk
from waiting_room.tables import new_id

CONSENT = "C" * 22


@dataclass(frozen=True)
class Leg:
    """A segment to be written, so many seconds after the recording's zero."""

    side: str
    number: int = 1
    seconds: int = 2
    after_s: float = 0.0
    with_video: bool = True
    is_cut: bool = False


BOTH = (Leg("applicant"), Leg("verifier", after_s=0.5))


@dataclass
class Recorded:
    """The recording of a call, and where its files lie."""

    desk: RunningDesk
    call: InCall
    id: str
    key: bytes

    @property
    def root(self) -> Path:
        """The folder of all recordings."""
        return ending.folder(self.desk.settings)

    @property
    def page(self) -> str:
        """Where it is played."""
        return f"/recordings/{self.id}"

    def files(self) -> list[Path]:
        """All that lies there of it."""
        return sorted(path for path in (self.root / self.id).rglob("*") if path.is_file())

    async def row(self) -> Recording:
        """Its row as it is now."""
        async with self.desk.database.reading() as session:
            return await session.get_one(Recording, self.id)

    async def write(self, legs: Iterable[Leg] = BOTH) -> None:
        """Segments of both sides, as a recorder leaves them, and their rows."""
        zero = self.desk.clock.now()
        for leg in legs:
            row = self._segment(leg, zero)
            async with self.desk.database.writing() as session:
                session.add(row)

    def _segment(self, leg: Leg, zero: datetime) -> RecordingSegment:
        file = segment_file(self.id, leg.side, leg.number)
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        how = {"with_video": leg.with_video, "is_cut": leg.is_cut}
        sealed = write_segment(path, file, leg.seconds, self.key, **how)
        started_at = zero + timedelta(seconds=leg.after_s)
        return RecordingSegment(
            recording=self.id, side=leg.side, number=leg.number, file=file, recorder="r1",
            state=SegmentState.CLOSED if sealed else SegmentState.CUT, started_at=started_at,
            ended_at=started_at + timedelta(seconds=leg.seconds),
            sha256=sealed and sealed.sha256, plain_bytes=sealed and sealed.plain_bytes,
            facts={"notes": {}},
        )  # fmt: skip

    async def end(self) -> None:
        """Nothing more is added to it."""
        async with self.desk.database.writing() as session:
            row = await session.get_one(Recording, self.id)
            row.state, row.ended_at = RecordingState.ENDED, self.desk.clock.now()

    async def put_together(self) -> dict[str, Any]:
        """What the recorder does then, the manifest of it, and what gives way."""
        made = await self.sign()
        await self.settle()
        return made

    async def settle(self, *, is_fresh: bool = True) -> None:
        """What the desk does once the manifest is signed."""
        now = self.desk.clock.now()
        await settle(self.desk.database, self.desk.settings, self.id, now, is_fresh=is_fresh)

    async def sign(self) -> dict[str, Any]:
        """What the recorder does then, and the manifest of it."""
        async with self.desk.database.reading() as session:
            parts = await ending.parts_of(session, self.id)
        made = await asyncio.to_thread(finish, self.root, self.id, self.key, parts)
        now = self.desk.clock.now()
        async with self.desk.database.writing() as session:
            await ending.finish(session, self.desk.settings, self.id, made, now)
        return made

    async def stand_in(self) -> None:
        """A manifest, and files with a few bytes in them, which nobody can play."""
        sides = {side: self._sealed(side) for side in SIDES}
        now = self.desk.clock.now()
        made: dict[str, Any] = {"found": {}, "sides": sides}
        async with self.desk.database.writing() as session:
            await ending.finish(session, self.desk.settings, self.id, made, now)
        await self.settle()

    def _sealed(self, side: str) -> dict[str, Any]:
        (self.root / self.id).mkdir(parents=True, exist_ok=True)
        file, strip = side_file(self.id, side), strip_file(self.id, side)
        made = {}
        for name, content in ((file, bytes(range(200)) * 2), (strip, b'{"level_ms": 100}')):
            writer = SealedWriter(self.root / name, self.key, name)
            writer.write(content[:150])
            writer.write(content[150:])
            made[name] = writer.close()
        return {
            "file": file, "sha256": made[file].sha256, "plain_bytes": 400, "duration_ms": 4_000,
            "cues": 4, "strip": strip, "strip_sha256": made[strip].sha256,
            "holds": [],
        }  # fmt: skip


async def recording_of(desk: RunningDesk, call: InCall) -> Recorded:
    """The call is being recorded from now on; nothing was written yet."""
    key = new_key()
    row = Recording(
        id=new_id(), call=call.call, access=call.who.access.id, consent=CONSENT,
        state=RecordingState.OPEN, wrapped_key=wrap(desk.settings.secret_key, key),
        started_at=desk.clock.now(),
    )  # fmt: skip
    async with desk.database.writing() as session:
        session.add(row)
    return Recorded(desk, call, row.id, key)


async def recorded(desk: RunningDesk, legs: Iterable[Leg] = BOTH) -> Recorded:
    """A call that was recorded, approved, and put together."""
    recording = await recording_of(desk, await in_call(desk))
    await recording.write(legs)
    await recording.call.approve()
    await recording.end()
    await recording.put_together()
    return recording


async def wrongs(desk: RunningDesk) -> list[str]:
    """What `desk recordings verify` says."""
    return [str(one) for one in (await verify_recordings(desk.database, desk.settings)).wrong]
