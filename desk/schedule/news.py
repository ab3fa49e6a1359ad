"""What an applicant is told about a meeting: booked, moved, missed, cancelled.

Each is a notice and a mail, in the transaction of what it tells of.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates


async def booked(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    now: datetime,
) -> None:
    """The first time of a new application."""
    await _tell(session, templates, settings, Kind.BOOKED, meeting, access, now)


async def moved(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    now: datetime,
    before_at: datetime,
) -> None:
    """Another time than `before_at`: by their own choice, by staff, or as the desk is closed."""
    await _tell(session, templates, settings, Kind.MOVED, meeting, access, now, before_at)


async def missed(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    now: datetime,
) -> None:
    """The time has come and gone, and they may still join today."""
    await _tell(session, templates, settings, Kind.MISSED, meeting, access, now)


async def cancelled(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    now: datetime,
) -> None:
    """The time is taken away, and there is no other one yet."""
    await _tell(session, templates, settings, Kind.CANCELLED, meeting, access, now)


async def _tell(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    kind: Kind,
    meeting: Meeting,
    access: Access,
    now: datetime,
    before_at: datetime | None = None,
) -> None:
    await tell(
        session, templates, settings, kind, access,
        now=now, meeting=meeting, before_at=before_at,
    )  # fmt: skip
