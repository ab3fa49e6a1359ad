"""Booking the earliest time, moving a meeting, and taking its time away.

Each act is part of the caller's one write transaction, with its row in the log; who is to be told
is told by `news.py`. A Problem means that the transaction must be rolled back.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState
from desk.audit import Did
from desk.problems import already_decided
from desk.schedule import slots
from desk.schedule.calendar import A_DAY, place_of, read_calendar
from desk.schedule.plan import read_plan
from desk.schedule.refusals import NoFreeTime, SlotTaken, in_line, moved_meanwhile, not_offered
from desk.schedule.tables import Meeting
from desk.schedule.terms import soonest, terms_of
from desk.settings import Settings
from waiting_room.line import LIVE
from waiting_room.tables import Ticket, new_id, table_of

_NEW_MEETING = insert(table_of(Meeting))
LOOKS_AHEAD = timedelta(days=180)


async def book_earliest(
    session: AsyncSession, settings: Settings, access: Access, now: datetime
) -> Meeting:
    """A meeting at the earliest time that fits a new access. Raises NoFreeTime."""
    since = soonest(settings, now)
    starts_at = await _earliest_seat(session, settings, access, now, since)
    row = {
        "id": new_id(),
        "access": access.id,
        "starts_at": starts_at,
        "created_at": now,
        "is_seated": True,
        "moves": 0,
        "sequence": 0,
        "no_shows": 0,
    }
    await session.execute(_NEW_MEETING, row)
    meeting = Meeting(**row)
    detail = {"starts_at": starts_at.isoformat()}
    await audit.record(session, access.applicant, Did.MEETING_BOOKED, meeting.id, now, **detail)
    return meeting


async def _earliest_seat(
    session: AsyncSession,
    settings: Settings,
    access: Access,
    now: datetime,
    since: datetime,
    last_day: date | None = None,
) -> datetime:
    """A seat at the earliest time from `since` on: on days that are made, then on later ones."""
    calendar, place = await read_calendar(session), place_of(access)
    closed = calendar.closed_for(place)
    if found := await slots.take_earliest(session, since, closed, last_day):
        return found
    today = now.astimezone(settings.zone).date()
    plan = await read_plan(session, settings, now)
    day = await slots.last_made(session, today)
    while (day := day + A_DAY) <= (last_day or today + LOOKS_AHEAD):
        await slots.make_day(session, plan, day, now)
        if found := await slots.take_earliest(session, since, closed, last_day):
            return found
    raise NoFreeTime


async def move(
    session: AsyncSession,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    starts_at: datetime | None,
    now: datetime,
    actor: str,
    *,
    by_staff: bool = False,
) -> None:
    """Give a meeting another time, or the earliest (None); its seat is free again at once.

    Raises a Problem: SlotTaken, NoFreeTime, and those of `refusals.py`.
    """
    await _hold_movable(session, meeting, access)
    today = now.astimezone(settings.zone).date()
    terms = terms_of(await read_calendar(session), settings, meeting, access, today)
    if terms.refusal and not by_staff:
        raise terms.refusal
    last_day = None if by_staff else terms.last_day
    since = soonest(settings, now, by_staff=by_staff)
    if starts_at is None:
        end = None if terms.needs_time else last_day
        starts_at = await _earliest_seat(session, settings, access, now, since, end)
    else:
        await _take_seat(session, settings, meeting, access, starts_at, now, since, last_day)
    counts = not (by_staff or terms.needs_time)
    await _sit(session, meeting, starts_at, now, moves=meeting.moves + counts)
    detail = {"starts_at": starts_at.isoformat(), "by_staff": by_staff}
    await audit.record(session, actor, Did.MEETING_MOVED, meeting.id, now, **detail)


async def move_for_the_desk(
    session: AsyncSession, settings: Settings, meeting: Meeting, access: Access, now: datetime
) -> None:
    """Give a meeting the next fitting time because the desk is closed. Raises NoFreeTime."""
    since = soonest(settings, now)
    starts_at = await _earliest_seat(session, settings, access, now, since)
    await _sit(session, meeting, starts_at, now, movable_from_at=now)
    detail = {"starts_at": starts_at.isoformat(), "by_desk": True}
    await audit.record(session, audit.SYSTEM, Did.MEETING_MOVED, meeting.id, now, **detail)


async def cancel(session: AsyncSession, meeting: Meeting, now: datetime, actor: str) -> None:
    """Take a meeting's time away; the applicant, or staff, may choose another one."""
    if meeting.is_seated:
        await slots.give_back(session, meeting.starts_at)
    gone = {"is_seated": False, "cancelled_at": now, "movable_from_at": now}
    await _change(session, meeting, **gone)
    await audit.record(session, actor, Did.MEETING_CANCELLED, meeting.id, now)


async def _hold_movable(session: AsyncSession, meeting: Meeting, access: Access) -> None:
    """Keep the access from being decided, and its applicant from joining, meanwhile."""
    scheduled = select(Access.id).where(
        Access.id == access.id, Access.state == AccessState.SCHEDULED
    )
    if (await session.execute(scheduled.with_for_update())).first() is None:
        raise already_decided()
    waits = select(Ticket.id).where(Ticket.meeting == meeting.id, Ticket.state.in_(LIVE))
    if (await session.execute(waits)).first() is not None:
        raise in_line()


async def hold_time(session: AsyncSession, meeting: Meeting) -> None:
    """Keep a meeting where it is until this transaction has ended. Raises moved_meanwhile."""
    same = select(Meeting.id).where(Meeting.id == meeting.id, Meeting.sequence == meeting.sequence)
    if (await session.execute(same.with_for_update(read=True))).first() is None:
        raise moved_meanwhile()


async def _take_seat(
    session: AsyncSession,
    settings: Settings,
    meeting: Meeting,
    access: Access,
    starts_at: datetime,
    now: datetime,
    since: datetime,
    last_day: date | None,
) -> None:
    """The seat that was chosen. Raises a Problem: not_offered, SlotTaken."""
    day, today = (at.astimezone(settings.zone).date() for at in (starts_at, now))
    plan = await read_plan(session, settings, now)
    end = last_day or today + LOOKS_AHEAD
    fits = starts_at >= since and day <= end and plan.calendar.is_bookable(day, place_of(access))
    if not fits or meeting.sits_at(starts_at) or starts_at not in plan.seats_of(day):
        raise not_offered()
    await slots.make_days_until(session, plan, today, day, now)
    await slots.hold(session, starts_at, meeting.starts_at)
    if not await slots.take(session, starts_at):
        raise SlotTaken


async def _sit(
    session: AsyncSession, meeting: Meeting, starts_at: datetime, now: datetime, **more: Any
) -> None:
    if meeting.is_seated:
        await slots.give_back(session, meeting.starts_at)
    fresh = {"is_seated": True, "missed_at": None, "no_show_at": None, "cancelled_at": None}
    await _change(session, meeting, starts_at=starts_at, moved_at=now, **fresh, **more)


async def _change(session: AsyncSession, meeting: Meeting, **values: Any) -> None:
    """Change a meeting unless it has changed since it was read. Raises moved_meanwhile."""
    same = update(Meeting).where(Meeting.id == meeting.id, Meeting.sequence == meeting.sequence)
    after = {**values, "sequence": meeting.sequence + 1}
    if (await session.execute(same.values(**after).returning(Meeting.id))).first() is None:
        raise moved_meanwhile()
