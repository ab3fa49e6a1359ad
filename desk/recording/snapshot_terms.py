"""How long snapshots are kept: the life of the access and a year; less where nothing was decided
or consent was taken back; and while the recording of their call is held, whatever is due.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.store import DocumentStore
from desk.access.tables import Access
from desk.database import Database
from desk.recording import snapshots
from desk.recording.destroying import WITHDRAWN_WITHIN
from desk.recording.tables import Recording, Snapshot
from desk.settings import Settings
from waiting_room.tables import Call, CallOutcome


class SnapshotTerms:
    """Sets the terms of snapshots, and destroys what is due."""

    def __init__(self, settings: Settings, database: Database, store: DocumentStore) -> None:
        """By these days, in this database, with these files."""
        self._settings, self._database, self._store = settings, database, store

    async def keep_to_them(self, now: datetime) -> None:
        """Forget the snapshots of every call whose time has come, and their files after that."""
        await self._set_terms()
        due = (
            select(Snapshot.call, Recording.withdrawn_at)
            .join(Recording, Recording.call == Snapshot.call)
            .where(Snapshot.destroy_at <= now, Recording.held_because.is_(None))
            .distinct()
        )
        async with self._database.reading() as session:
            rows = (await session.execute(due)).all()
        for row in rows:
            because = "withdrawal" if row.withdrawn_at else "retention"
            async with self._database.writing() as session:
                gone = await snapshots.destroy(session, row.call, audit.SYSTEM, because, now)
            for stored_as in gone:
                self._store.forget(stored_as)

    async def _set_terms(self) -> None:
        """Write down how long those are kept whose call has ended since the last look."""
        ended = (
            select(Snapshot.call)
            .join(Recording, Recording.call == Snapshot.call)
            .join(Call, Call.id == Snapshot.call)
            .where(Snapshot.destroy_at.is_(None), Call.ended_at.is_not(None))
            .distinct()
        )
        async with self._database.reading() as session:
            calls = (await session.execute(ended)).scalars().all()
        for call in calls:
            async with self._database.writing() as session:
                destroy_at = await self._end_of(session, call)
                of_call = update(Snapshot).where(Snapshot.call == call)
                await session.execute(of_call.values(destroy_at=destroy_at))

    async def _end_of(self, session: AsyncSession, call: str) -> datetime:
        """When the snapshots of a call that is over are due.

        Its recording is held meanwhile, so that no consent is taken back unseen.
        """
        statement = (
            select(Recording.withdrawn_at, Call.ended_at, Call.outcome, Access.valid_until)
            .join(Call, Call.id == Recording.call)
            .join(Access, Access.id == Recording.access)
            .where(Call.id == call)
            .with_for_update(of=Recording)
        )
        row = (await session.execute(statement)).one()
        years = timedelta(days=self._settings.snapshot_days)
        if row.outcome is CallOutcome.APPROVED:
            over = datetime.combine(row.valid_until, time.max, self._settings.zone)
            destroy_at = over + years
        elif row.outcome is CallOutcome.REJECTED:
            destroy_at = row.ended_at + years
        else:
            destroy_at = row.ended_at + timedelta(days=self._settings.recording_aborted_days)
        if row.withdrawn_at:
            destroy_at = min(destroy_at, row.withdrawn_at + WITHDRAWN_WITHIN)
        return destroy_at
