"""What becomes of meetings whose time is no more: a day closed, hours shortened, fewer on duty."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.schedule import slots
from desk.schedule.booking import cancel, move_for_the_desk
from desk.schedule.calendar import Calendar, place_of, read_calendar
from desk.schedule.plan import Plan, read_plan
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
    *,
    seats_fall: bool = False,
) -> Resettled:
    """Count all seats anew, and give another time to whoever has lost theirs; all are told.

    `day` is one that was closed: those who were booked on it lose their time too where no slot
    was theirs. `seats_fall`: a slot that has too few seats now loses those who booked it last.
    Else it keeps them, since what is measured goes up and down.
    """
    plan = await read_plan(session, settings, now)
    lost = await losing_seats(session, plan, now, hold=True) if seats_fall else []
    await slots.plan_again(session, plan, now.astimezone(settings.zone).date(), now)
    lost += [one for one in await _without_a_slot(session, now) if one not in lost]
    if day:
        calendar = await read_calendar(session)
        lost += [one for one in await _on(session, settings, calendar, day, now) if one not in lost]
    done = Resettled()
    for meeting, access in sorted(lost, key=lambda pair: (pair[0].starts_at, pair[0].id)):
        before_at = meeting.starts_at
        if await _moves(session, settings, meeting, access, now):
            kind, about = Kind.MOVED, {"before_at": before_at}
            done.moved += 1
        else:
            kind, about = Kind.CANCELLED, {}
            done.unplaced.append(access.number)
        await tell(session, templates, settings, kind, access, now=now, meeting=meeting, **about)
    return done


async def _moves(
    session: AsyncSession, settings: Settings, meeting: Meeting, access: Access, now: datetime
) -> bool:
    """Give a meeting another time, or take it away: whether there was one."""
    try:
        await move_for_the_desk(session, settings, meeting, access, now)
    except NoFreeTime:
        await cancel(session, meeting, now, audit.SYSTEM)
        return False
    return True


Booked = tuple[Meeting, Access]


async def losing_seats(
    session: AsyncSession, plan: Plan, now: datetime, *, hold: bool = False
) -> list[Booked]:
    """Who would lose their time by this plan: of each slot as many as it has fewer seats.

    A slot that is fuller than it should be already loses no more than that. `hold` keeps the slots
    as they are until the transaction has ended.
    """
    taken = select(Slot.starts_at, Slot.day, Slot.taken, Slot.capacity)
    taken = taken.where(Slot.starts_at > now, Slot.taken > 0).order_by(Slot.starts_at)
    rows = (await session.execute(taken.with_for_update() if hold else taken)).all()
    seats = {at: n for day in {row.day for row in rows} for at, n in plan.seats_of(day).items()}
    fewer = {
        row.starts_at: min(row.taken, row.capacity) - seats.get(row.starts_at, 0) for row in rows
    }
    short = [at for at, count in fewer.items() if count > 0]
    seated = _to_come(now).where(Meeting.is_seated, Meeting.starts_at.in_(short))
    losing = []
    last_first = seated.order_by(Meeting.created_at.desc(), Meeting.id)
    for meeting, access in await session.execute(last_first):
        if fewer[meeting.starts_at] > 0:
            fewer[meeting.starts_at] -= 1
            losing.append((meeting, access))
    return losing


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
