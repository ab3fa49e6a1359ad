"""Legal hold: a recording that is kept for a reason, whatever is due."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.tables import Account
from desk.audit import AuditEntry, Did
from desk.problems import Problem
from desk.recording.destroying import HAS_SNAPSHOTS
from desk.recording.tables import Recording, RecordingState
from desk.words import _


async def hold(session: AsyncSession, recording: str, by: str, reason: str, now: datetime) -> None:
    """Keep a recording from being destroyed until it is released. Raises a Problem."""
    held = (
        update(Recording)
        .where(
            Recording.id == recording,
            Recording.held_because.is_(None),
            (Recording.state != RecordingState.DESTROYED) | HAS_SNAPSHOTS,
        )
        .values(held_because=reason)
    )
    if (await session.execute(held.returning(Recording.id))).first() is None:
        raise _gone_on(recording)
    await audit.record(session, by, Did.RECORDING_HELD, recording, now, reason=reason)


async def release(
    session: AsyncSession, recording: str, by: str, reason: str, now: datetime
) -> None:
    """Let a held recording go its way again: what is due by now is destroyed. Raises a Problem."""
    released = (
        update(Recording)
        .where(Recording.id == recording, Recording.held_because.is_not(None))
        .values(held_because=None)
    )
    if (await session.execute(released.returning(Recording.id))).first() is None:
        raise _gone_on(recording)
    await audit.record(session, by, Did.RECORDING_RELEASED, recording, now, reason=reason)


async def holder_of(session: AsyncSession, recording: str) -> tuple[str, datetime] | None:
    """Who has held a recording the last time, and when, by the log."""
    statement = (
        select(Account.name, AuditEntry.at)
        .join(Account, Account.id == AuditEntry.actor)
        .where(AuditEntry.act == Did.RECORDING_HELD.value, AuditEntry.subject == recording)
        .order_by(AuditEntry.id.desc())
    )
    found = (await session.execute(statement.limit(1))).first()
    return (found.name, found.at) if found else None


def _gone_on(recording: str) -> Problem:
    return Problem(
        409,
        "recording_changed",
        _("Rekaman sudah berubah"),
        _("Keadaan rekaman ini sudah berubah sejak halaman dibuka. Periksa lagi halamannya."),
        url=f"/recordings/{recording}",
    )
