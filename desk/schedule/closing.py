"""What becomes of meetings whose time is no more: a day was closed, hours were shortened."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState
from desk.schedule import news, slots
from desk.schedule.booking import cancel, move_for_the_desk
from desk.schedule.calendar import Calendar, place_of, read_calendar
from desk.schedule.plan import read_plan
from desk.schedule.refusals import NoFreeTime
from desk.schedule.tables import Meeting, Slot
from desk.settings import Settings
from desk.templating import Templates
from desk.times import day_span
from waiting_room.line import LIVE
from waiting_room.tables import Ticket


@dataclass(slots=True)
class Resettled:
    """How many meetings have another time, and the accesses for which there was none."""

    moved: int = 0
    unplaced: list[str] = field(default_factory=list)


async def replan(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    now: datetime,
    day: date | None = None,
) -> Resettled:
    """Count all seats anew, and give another time to whoever has lost theirs; all are told.

    `day` is one that was closed: those who were booked on it lose their time too where no slot
    was theirs.
    """
    plan = await read_plan(session, settings, now)
    await slots.plan_again(session, plan, now.astimezone(settings.zone).date(), now)
    lost = await _without_a_slot(session, now)
    if day:
        calendar = await read_calendar(session)
        lost += [one for one in await _on(session, settings, calendar, day, now) if one not in lost]
    done = Resettled()
    for meeting, access in sorted(lost, key=lambda pair: (pair[0].starts_at, pair[0].id)):
        before_at = meeting.starts_at
        try:
            await move_for_the_desk(session, settings, meeting, access, now)
        except NoFreeTime:
            await cancel(session, meeting, now, audit.SYSTEM)
            await news.cancelled(session, templates, settings, meeting, access, now)
            done.unplaced.append(access.number)
        else:
            await news.moved(session, templates, settings, meeting, access, now, before_at)
            done.moved += 1
    return done


Booked = tuple[Meeting, Access]


async def _without_a_slot(session: AsyncSession, now: datetime) -> list[Booked]:
    slot = select(Slot.starts_at).where(Slot.starts_at == Meeting.starts_at)
    gone = _to_come(now).where(Meeting.is_seated, ~slot.exists())
    return [(meeting, access) for meeting, access in await session.execute(gone)]


async def _on(
    session: AsyncSession, settings: Settings, calendar: Calendar, day: date, now: datetime
) -> list[Booked]:
    """Those of the day for whom it is closed."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=settings.zone)
    begins, ends = day_span(noon, settings.zone)
    span = _to_come(now).where(Meeting.starts_at >= begins, Meeting.starts_at < ends)
    booked = [(meeting, access) for meeting, access in await session.execute(span)]
    return [one for one in booked if not calendar.is_bookable(day, place_of(one[1]))]


def _to_come(now: datetime) -> Select[Meeting, Access]:
    """Meetings that are still to be, but for those who are in line already."""
    waits = select(Ticket.id).where(Ticket.meeting == Meeting.id, Ticket.state.in_(LIVE))
    return (
        select(Meeting, Access)
        .join(Access, Access.id == Meeting.access)
        .where(
            Meeting.starts_at > now,
            Meeting.cancelled_at.is_(None),
            Access.state == AccessState.SCHEDULED,
            ~waits.exists(),
        )
    )
