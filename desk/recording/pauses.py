"""When a verifier holds a recording up, and why; a pause that is final has stopped it."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.dialects import insert_into
from waiting_room.tables import ID_LENGTH, Base, new_id


class RecordingPause(Base):
    """One pause; it goes on until it has its `resumed_at`."""

    __tablename__ = "recording_pause"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    recording: Mapped[str] = mapped_column(ForeignKey("recording.id"))
    verifier: Mapped[str] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    is_final: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="is_final"))
    paused_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_recording_pause_open",
            "recording",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )


async def is_final(session: AsyncSession, recording: str) -> bool:
    """Whether it is stopped for good."""
    final = select(RecordingPause.id).where(
        RecordingPause.recording == recording, RecordingPause.is_final
    )
    return (await session.execute(final)).first() is not None


async def is_paused(session: AsyncSession, recording: str) -> bool:
    """Whether a pause goes on."""
    going = select(RecordingPause.id).where(
        RecordingPause.recording == recording, RecordingPause.resumed_at.is_(None)
    )
    return (await session.execute(going)).first() is not None


async def stop(
    session: AsyncSession, recording: str, verifier: str, reason: str, now: datetime
) -> None:
    """End the pause that goes on, if any, and begin one that never ends."""
    await end(session, recording, now)
    await begin(session, recording, verifier, reason, now, is_final=True)


async def begin(
    session: AsyncSession,
    recording: str,
    verifier: str,
    reason: str,
    now: datetime,
    *,
    is_final: bool = False,
) -> bool:
    """Begin a pause, unless one goes on: whether it is new."""
    pause = {
        "id": new_id(),
        "recording": recording,
        "verifier": verifier,
        "reason": reason,
        "is_final": is_final,
        "paused_at": now,
    }
    inserted = insert_into(session, RecordingPause).values(pause).on_conflict_do_nothing()
    begun = await session.execute(inserted.returning(RecordingPause.id))
    return begun.first() is not None


async def end(session: AsyncSession, recording: str, now: datetime) -> bool:
    """End the pause that goes on: whether there was one."""
    ended = await session.execute(
        update(RecordingPause)
        .where(
            RecordingPause.recording == recording,
            RecordingPause.resumed_at.is_(None),
            RecordingPause.is_final.is_(False),
        )
        .values(resumed_at=now)
        .returning(RecordingPause.id)
    )
    return ended.first() is not None
