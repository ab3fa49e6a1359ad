"""How long recordings are kept, and how they are destroyed: on time, sooner where consent was taken
back, not at all while somebody holds them for a reason.

Files of what is destroyed go after the transaction, and at the next look if the desk died then.
"""

import asyncio
import logging
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.store import DocumentStore
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.recording.destroying import HAS_SNAPSHOTS, MAY_BE_DESTROYED, WITHDRAWN_WITHIN, destroy
from desk.recording.ending import folder
from desk.recording.snapshot_terms import SnapshotTerms
from desk.recording.tables import Kept, Recording, RecordingState, Snapshot
from desk.settings import Settings
from waiting_room.tables import Call, CallOutcome

log = logging.getLogger(__name__)

FIRST_AFTER_S = 60.0
PAUSE_S = 300.0
# Neither database takes more than some 32,000 values in a statement.
MOST_ASKED = 10_000
WITH_A_VERDICT = (CallOutcome.APPROVED, CallOutcome.REJECTED)


class Retention:
    """Destroys what is due, by the clock that is handed in."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, store: DocumentStore
    ) -> None:
        """By these days, by this clock, in this database, with these files of snapshots."""
        self._settings, self._clock, self._database = settings, clock, database
        self._terms = {
            Kept.VERIFIED: timedelta(days=settings.recording_days),
            Kept.ABORTED: timedelta(days=settings.recording_aborted_days),
        }
        self._snapshots = SnapshotTerms(settings, database, store)

    async def keep_to_it(self) -> None:
        """Destroy every recording, and the snapshots of every call, whose time has come.

        Each in a transaction of its own.
        """
        now = self._clock.now()
        await self._set_terms()
        async with self._database.reading() as session:
            due = (await session.execute(_due(now))).all()
        for row in due:
            because = "withdrawal" if row.withdrawn_at else "retention"
            async with self._database.writing() as session:
                await destroy(session, self._settings, row.id, audit.SYSTEM, because, now)
        await self.sweep()
        await self._snapshots.keep_to_them(now)

    async def _set_terms(self) -> None:
        """Write down how long each is kept whose call has ended since the last look."""
        ended = (
            select(Recording.id, Recording.withdrawn_at, Call.ended_at, Call.outcome)
            .join(Call, Call.id == Recording.call)
            .where(MAY_BE_DESTROYED, Recording.destroy_at.is_(None), Call.ended_at.is_not(None))
        )
        async with self._database.reading() as session:
            rows = (await session.execute(ended)).all()
        for row in rows:
            kept = Kept.VERIFIED if row.outcome in WITH_A_VERDICT else Kept.ABORTED
            destroy_at = row.ended_at + self._terms[kept]
            if row.withdrawn_at:
                destroy_at = min(destroy_at, row.withdrawn_at + WITHDRAWN_WITHIN)
            this = update(Recording).where(
                Recording.id == row.id,
                Recording.destroy_at.is_(None),
                Recording.withdrawn_at.is_not_distinct_from(row.withdrawn_at),
            )
            async with self._database.writing() as session:
                await session.execute(this.values(retention=kept, destroy_at=destroy_at))

    async def sweep(self) -> None:
        """Remove the files of recordings that are destroyed, once their keys lie nowhere."""
        root = folder(self._settings)
        lying = await asyncio.to_thread(_names_in, root)
        names = await self._destroyed(lying)
        if names and not await self._database.forget_old_pages():
            log.warning("destroyed keys may still be read from the database's log; again later")
            return
        for name in names:
            await asyncio.to_thread(shutil.rmtree, root / name, ignore_errors=True)

    async def _destroyed(self, lying: Sequence[str]) -> list[str]:
        names: list[str] = []
        async with self._database.reading() as session:
            for start in range(0, len(lying), MOST_ASKED):
                gone = select(Recording.id).where(
                    Recording.id.in_(lying[start : start + MOST_ASKED]),
                    Recording.state == RecordingState.DESTROYED,
                )
                names += (await session.execute(gone)).scalars()
        return names

    async def run(self) -> None:
        """Keep to it until cancelled; not yet while a desk that has started has better to do."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                await finished(self.keep_to_it())
            except Exception:
                log.exception("could not destroy what is due; the next try follows")
            await asyncio.sleep(PAUSE_S)


def _due(now: datetime) -> Select[str, datetime | None]:
    return select(Recording.id, Recording.withdrawn_at).where(
        MAY_BE_DESTROYED, Recording.destroy_at <= now, Recording.held_because.is_(None)
    )


def _names_in(root: Path) -> list[str]:
    return [path.name for path in root.iterdir()] if root.is_dir() else []


async def withdraw(session: AsyncSession, consent: str, by: str, now: datetime) -> list[str]:
    """Consent was taken back: what was recorded with it goes within 72 hours, snapshots too.

    Until then it is a task of the administrators: do it sooner, or hold it for a reason. Gives
    the ids of the recordings that are concerned.
    """
    by_then = now + WITHDRAWN_WITHIN
    # One that has none yet gets its moment when its call has ended.
    sooner = case((Recording.destroy_at > by_then, by_then), else_=Recording.destroy_at)
    marked = (
        update(Recording)
        .where(
            Recording.consent == consent,
            Recording.withdrawn_at.is_(None),
            (Recording.state != RecordingState.DESTROYED) | HAS_SNAPSHOTS,
        )
        .values(withdrawn_at=now, destroy_at=sooner)
        .returning(Recording.id)
    )
    recordings = list((await session.execute(marked)).scalars())
    calls = select(Recording.call).where(Recording.id.in_(recordings))
    later_ones = update(Snapshot).where(Snapshot.call.in_(calls), Snapshot.destroy_at > by_then)
    await session.execute(later_ones.values(destroy_at=by_then))
    for recording in recordings:
        detail = {"consent": consent}
        await audit.record(session, by, Did.RECORDING_WITHDRAWN, recording, now, **detail)
    return recordings
