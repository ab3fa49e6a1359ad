"""Destroying a recording: its only key is forgotten, and a signed certificate says so.

Files go after the transaction (`retention.py`): without the key nobody can read them.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.audit import Did
from desk.recording import manifest
from desk.recording.ending import segments_of
from desk.recording.tables import Certificate, Recording, RecordingState, Snapshot
from desk.settings import Settings
from waiting_room.tables import new_id

CERTIFICATES = "certificates"
# UU 27/2022, art. 40 and 42: after the withdrawal, three times 24 hours.
WITHDRAWN_WITHIN = timedelta(hours=72)
# Of a recording that is destroyed there may be snapshots still.
HAS_SNAPSHOTS = select(Snapshot.id).where(Snapshot.call == Recording.call).exists()
MAY_BE_DESTROYED = Recording.state.not_in((RecordingState.OPEN, RecordingState.DESTROYED))


async def certificate_of(session: AsyncSession, recording: str) -> Certificate | None:
    """The certificate of a recording that was destroyed."""
    statement = select(Certificate).where(Certificate.recording == recording)
    return (await session.execute(statement)).scalar_one_or_none()


async def destroy(
    session: AsyncSession, settings: Settings, recording: str, by: str, because: str, now: datetime
) -> bool:
    """Forget the key of a recording and certify it: false where it is held, open, or gone already.

    Its files go with the next `sweep`.
    """
    forgotten = (
        update(Recording)
        .where(Recording.id == recording, MAY_BE_DESTROYED, Recording.held_because.is_(None))
        .values(state=RecordingState.DESTROYED, wrapped_key=None)
    )
    row = (await session.execute(forgotten.returning(Recording))).scalar_one_or_none()
    if row is None:
        return False
    statement = await _statement(session, row, by, because, now)
    signed = manifest.signature(settings.secret_key, CERTIFICATES, statement)
    certificate = Certificate(
        id=new_id(), recording=recording, destroyed_at=now, statement=statement, signature=signed
    )
    session.add(certificate)
    detail = {"because": because, "sha256": manifest.digest(statement)}
    await audit.record(session, by, Did.RECORDING_DESTROYED, recording, now, **detail)
    return True


async def _statement(
    session: AsyncSession, row: Recording, by: str, because: str, now: datetime
) -> str:
    segments = await segments_of(session, row.id)
    files = [
        {"file": one.file, "sha256": one.sha256, "plain_bytes": one.plain_bytes} for one in segments
    ]
    return manifest.canonical(
        {
            "recording": row.id,
            "call": row.call,
            "access": row.access,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "manifest_sha256": row.manifest and manifest.digest(row.manifest),
            "segments": files,
            "destroyed_at": now,
            "destroyed_by": by,
            "because": because,
            "how": "the only key of the recording was destroyed, then its files",
        }
    )
