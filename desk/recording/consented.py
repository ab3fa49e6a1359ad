"""What somebody who has agreed to a recording may know: what stands, and what became of it."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.recording.consent import standing
from desk.recording.consent_tables import Answer
from desk.recording.destroying import HAS_SNAPSHOTS, WITHDRAWN_WITHIN
from desk.recording.tables import Recording, RecordingState


async def consented(session: AsyncSession, meeting: str) -> dict[str, Any] | None:
    """When it was given and withdrawn, and of what was recorded: what is kept, held, gone by when.

    None where nobody has agreed.
    """
    stands = await standing(session, meeting)
    if stands is None or stands.answer is not Answer.GIVEN:
        return None
    is_kept = or_(Recording.state != RecordingState.DESTROYED, HAS_SNAPSHOTS)
    statement = select(Recording.held_because, is_kept.label("is_kept"))
    rows = (await session.execute(statement.where(Recording.consent == stands.id))).all()
    withdrawn_at = stands.withdrawn_at
    return {
        "given_at": stands.at,
        "withdrawn_at": withdrawn_at,
        "is_recorded": bool(rows),
        "is_kept": any(row.is_kept for row in rows),
        "is_held": any(row.is_kept and row.held_because is not None for row in rows),
        "destroyed_by": withdrawn_at + WITHDRAWN_WITHIN if withdrawn_at else None,
    }
