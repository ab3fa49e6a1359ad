"""Every snapshot against the audit log: what is missing, changed, or was never taken."""

from io import BytesIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.encryption import Tampered
from desk.access.store import DocumentStore, sha256_of
from desk.audit import AuditEntry, Did
from desk.database import Database
from desk.recording.promised import Wrong
from desk.recording.tables import Snapshot

GONE = (Did.SNAPSHOT_REMOVED.value, Did.SNAPSHOT_DESTROYED.value)


async def known_snapshots(session: AsyncSession) -> tuple[list[Snapshot], list[Wrong]]:
    """Those whose files are to be looked at, and what is wrong with the rows."""
    there = (await session.execute(select(Snapshot).order_by(Snapshot.taken_at))).scalars().all()
    logged = await _logged(session)
    sound = [one for one in there if logged.get(one.id) == one.sha256]
    lost = logged.keys() - {one.id for one in there}
    return sound, [
        *(
            _wrong(one.id, "it is not the one of the audit log")
            for one in there
            if one not in sound
        ),
        *(_wrong(one, "its row is gone, and nobody destroyed it") for one in sorted(lost)),
    ]


async def _logged(session: AsyncSession) -> dict[str, str]:
    """By snapshot: the hash of each that was taken, and that nobody took back or destroyed."""
    gone = select(AuditEntry.subject).where(AuditEntry.act.in_(GONE))
    taken = select(AuditEntry.subject, AuditEntry.detail).where(
        AuditEntry.act == Did.SNAPSHOT_TAKEN.value, AuditEntry.subject.not_in(gone)
    )
    return {row.subject: row.detail["sha256"] for row in await session.execute(taken)}


async def unlike(
    database: Database, store: DocumentStore, snapshots: list[Snapshot]
) -> list[Wrong]:
    """What is wrong with their files."""
    found = {one.id: what for one in snapshots if (what := await _difference(store, one))}
    async with database.reading() as session:
        # One that was taken back meanwhile has no file any more.
        there = await session.execute(select(Snapshot.id).where(Snapshot.id.in_(found)))
        return [_wrong(one, found[one]) for one in there.scalars()]


async def _difference(store: DocumentStore, snapshot: Snapshot) -> str:
    try:
        content = await store.content(snapshot)
    except FileNotFoundError:
        return "its file is missing"
    except Tampered:
        return "its file is changed or cut"
    is_same = sha256_of(BytesIO(content)) == snapshot.sha256
    return "" if is_same else "its file is not what was taken"


def _wrong(snapshot: str, what: str) -> Wrong:
    return Wrong(f"snapshot {snapshot}", "", what)
