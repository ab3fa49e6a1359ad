"""Pictures that a verifier takes in a call: of the face, the card, the letter.

They belong to the recording of the call and to the consent that allows it; they outlive its video.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.files import CallFile
from desk.audit import Did
from desk.authority import Found, Parties
from desk.problems import Problem, not_found
from desk.recording import consent, lifetime
from desk.recording.consent_text import WITHOUT_SNAPSHOTS
from desk.recording.tables import Recording, Snapshot, SnapshotOf
from desk.words import _, later
from waiting_room import line
from waiting_room.tables import Call

MOST = 10
LABELS = {
    SnapshotOf.FACE: later("Wajah"),
    SnapshotOf.CARD: later("KTP depan"),
    SnapshotOf.LETTER: later("Surat Tugas"),
}
SENTENCES = {
    "no_consent": later(
        "Pemohon belum menyetujui perekaman dan cuplikan. Tidak ada cuplikan yang diambil."
    ),
    "too_many_snapshots": later("Sudah ada {most} cuplikan. Hapus satu, lalu ambil lagi."),
    "unusable_picture": later("Gambar ini tidak dapat dibaca. Ambil cuplikan sekali lagi."),
    "picture_too_large": later("Gambar ini terlalu besar. Ambil cuplikan sekali lagi."),
    "disk_full": later("Cuplikan belum dapat disimpan di meja verifikasi. Coba lagi nanti."),
    "snapshot_held": later("Rekaman panggilan ini sedang ditahan, jadi cuplikannya tetap ada."),
}
STATUSES = {"unusable_picture": 422, "picture_too_large": 413, "disk_full": 507}


def refused(code: str) -> Problem:
    """The Problem for a word of SENTENCES. Raises a KeyError."""
    detail = _(SENTENCES[code]).format(most=MOST)
    return Problem(STATUSES.get(code, 409), code, _("Cuplikan tidak berubah"), detail)


async def of_call(session: AsyncSession, call: str) -> list[Snapshot]:
    """The snapshots of a call, the oldest first."""
    statement = select(Snapshot).where(Snapshot.call == call)
    found = await session.execute(statement.order_by(Snapshot.taken_at, Snapshot.id))
    return list(found.scalars())


async def count_of(session: AsyncSession, call: str) -> int:
    """How many there are of a call."""
    statement = select(func.count()).where(Snapshot.call == call)
    return (await session.execute(statement)).scalar_one()


async def find_snapshot(session: AsyncSession, snapshot: str) -> Found[Snapshot]:
    """A snapshot, while its call is open. Raises the Problem not_found."""
    statement = select(Snapshot, Call.verifier).join(Call, Call.id == Snapshot.call)
    current = statement.where(Snapshot.id == snapshot, Call.ended_at.is_(None))
    row = (await session.execute(current)).one_or_none()
    if row is None:
        raise not_found()
    return Found(row.Snapshot, Parties(verifier=row.verifier))


async def demand_allowed(session: AsyncSession, file: CallFile, *, hold: bool = False) -> str:
    """The id of the consent that allows one more; `hold`: and stands until the transaction ends.

    Raises the Problems no_consent and too_many_snapshots.
    """
    stands = await consent.standing(session, file.meeting.id, hold=hold)
    if stands is None or not stands.allows or stands.version.startswith(WITHOUT_SNAPSHOTS):
        raise refused("no_consent")
    if await count_of(session, file.call.id) >= MOST:
        raise refused("too_many_snapshots")
    return stands.id


async def add(session: AsyncSession, file: CallFile, secret: str, row: dict[str, Any]) -> None:
    """Add a snapshot to an open call, which is recorded from now on if it was not before.

    Raises NotYourCall, and the Problems no_consent and too_many_snapshots.
    """
    call, now = file.call.id, row["taken_at"]
    await line.hold_open(session, call)
    # Held, the answer lets nobody else count until this one is there.
    allowed_by = await demand_allowed(session, file, hold=True)
    await lifetime.made(session, file, allowed_by, secret, now)
    await session.execute(insert(Snapshot), row)
    detail = {name: row[name] for name in ("call", "kind", "sha256")}
    await audit.record(session, file.verifier.id, Did.SNAPSHOT_TAKEN, row["id"], now, **detail)


async def remove(session: AsyncSession, snapshot: Snapshot, by: str, now: datetime) -> None:
    """Take a snapshot out of an open call; its file is the caller's.

    Raises NotYourCall, and the Problems snapshot_held and not_found.
    """
    await line.hold_open(session, snapshot.call)
    if await _is_held(session, snapshot.call):
        raise refused("snapshot_held")
    one = delete(Snapshot).where(Snapshot.id == snapshot.id).returning(Snapshot.id)
    if (await session.execute(one)).first() is None:
        raise not_found()
    detail = {"call": snapshot.call, "sha256": snapshot.sha256}
    await audit.record(session, by, Did.SNAPSHOT_REMOVED, snapshot.id, now, **detail)


async def destroy(
    session: AsyncSession, call: str, by: str, because: str, now: datetime
) -> Sequence[str]:
    """Forget the snapshots of a call unless its recording is held: the names of their files."""
    if await _is_held(session, call):
        return []
    all_of_them = delete(Snapshot).where(Snapshot.call == call)
    returning = all_of_them.returning(Snapshot.id, Snapshot.sha256, Snapshot.stored_as)
    gone = (await session.execute(returning)).all()
    for one in gone:
        detail = {"call": call, "sha256": one.sha256, "because": because}
        await audit.record(session, by, Did.SNAPSHOT_DESTROYED, one.id, now, **detail)
    return [one.stored_as for one in gone]


async def _is_held(session: AsyncSession, call: str) -> bool:
    """Whether its recording is; nobody holds or releases it before the transaction has ended."""
    held = select(Recording.held_because).where(Recording.call == call).with_for_update()
    return (await session.execute(held)).scalar_one_or_none() is not None
