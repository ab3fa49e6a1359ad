"""Which meetings and accesses somebody is to be reminded of now.

The day before from 09.00 on in the unit's zone, until three hours before the meeting; an hour
before; thirty days before an access ends. What was missed while the desk was down is made up for
as long as it is still to come. Whoever was told of the time shortly before needs no reminder.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account
from desk.notices.kinds import Kind
from desk.notices.tables import Reminder
from desk.schedule.tables import Meeting
from desk.times import day_span
from waiting_room.line import LIVE
from waiting_room.tables import Ticket

DAY_BEFORE_AT = time(9)
SHORTEST_DAY_BEFORE = timedelta(hours=3)
HOUR_BEFORE = timedelta(hours=1)
# A time that was told no longer than this before its reminder is due speaks for itself.
STILL_KNOWN = {Kind.DAY_BEFORE: timedelta(hours=12), Kind.HOUR_BEFORE: timedelta(hours=1)}
EXPIRING_BEFORE = timedelta(days=30)
# At nine many are due at once; the next ones are looked for after these.
MOST_AT_ONCE = 200

# All others never change again by themselves.
OPEN_STATES = (AccessState.SCHEDULED, AccessState.APPROVED)


class Due(NamedTuple):
    """One reminder to be made: of a meeting, or of an access that ends."""

    kind: Kind
    subject: str


async def zones_in_use(session: AsyncSession) -> list[ZoneInfo]:
    """The zones of all accesses that somebody may have to be reminded of."""
    names = select(Access.timezone).distinct().where(Access.state.in_(OPEN_STATES))
    return [ZoneInfo(name) for name in (await session.execute(names)).scalars()]


async def due_reminders(session: AsyncSession, zone: ZoneInfo, now: datetime) -> list[Due]:
    """What is due in a zone, the most urgent first: of each kind at most so many."""
    found = []
    for kind in (Kind.HOUR_BEFORE, Kind.DAY_BEFORE):
        statement = due_meetings(kind, zone, now).limit(MOST_AT_ONCE)
        rows = (await session.execute(statement)).all()
        found += [Due(kind, meeting.id) for meeting, _access in rows]
    for kind in (Kind.EXPIRING, Kind.EXPIRED):
        ends = due_accesses(kind, zone, now).limit(MOST_AT_ONCE)
        found += [Due(kind, access.id) for access in (await session.execute(ends)).scalars()]
    return found


def is_still_known(kind: Kind, meeting: Meeting, zone: ZoneInfo) -> bool:
    """Whether its applicant was told of the time too shortly before to be reminded of it."""
    if kind is Kind.HOUR_BEFORE:
        due_at = meeting.starts_at - HOUR_BEFORE
    else:
        day = meeting.starts_at.astimezone(zone).date() - timedelta(days=1)
        due_at = datetime.combine(day, DAY_BEFORE_AT, zone)
    return meeting.told_at > due_at - STILL_KNOWN[kind]


def due_meetings(kind: Kind, zone: ZoneInfo, now: datetime) -> Select[Meeting, Access]:
    """Meetings still to come of which this reminder is due and was not made yet."""
    if kind is Kind.HOUR_BEFORE:
        span = (Meeting.starts_at > now, Meeting.starts_at <= now + HOUR_BEFORE)
    else:
        nearest = now + SHORTEST_DAY_BEFORE
        span = (Meeting.starts_at > nearest, Meeting.starts_at < _told_until(zone, now))
    joined = exists().where(Ticket.meeting == Meeting.id, Ticket.state.in_(LIVE))
    return (
        select(Meeting, Access)
        .join(Access, Access.id == Meeting.access)
        .join(Account, Account.id == Access.applicant)
        .where(
            *span,
            Access.state == AccessState.SCHEDULED,
            Access.timezone == zone.key,
            Meeting.cancelled_at.is_(None),
            Meeting.no_show_at.is_(None),
            Account.disabled_at.is_(None),
            ~joined,
            ~_told(kind, Meeting.id, Reminder.moment_at == Meeting.starts_at),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _told_until(zone: ZoneInfo, now: datetime) -> datetime:
    """The end of the day of which one is told by now: tomorrow's from 09.00 on, else today's."""
    _start, end = day_span(now, zone)
    if now.astimezone(zone).time() >= DAY_BEFORE_AT:
        end += timedelta(days=1)
    return end


def due_accesses(kind: Kind, zone: ZoneInfo, now: datetime) -> Select[Access]:
    """Approved accesses that end within thirty days, or have ended."""
    today = now.astimezone(zone).date()
    over: tuple[ColumnElement[bool], ...] = (Access.valid_until < today,)
    soon = (
        Access.valid_until >= today,
        Access.valid_until <= today + EXPIRING_BEFORE,
        # One that was prolonged ends another time, and is told of again.
        ~_told(kind, Access.id, Reminder.moment_at > now),
    )
    return (
        select(Access)
        .where(
            Access.state == AccessState.APPROVED,
            Access.timezone == zone.key,
            *(soon if kind is Kind.EXPIRING else over),
        )
        .order_by(Access.valid_until, Access.id)
    )


def end_of(access: Access, zone: ZoneInfo) -> datetime:
    """The moment from which an access is over: its last day counts as a whole."""
    return datetime.combine(access.valid_until + timedelta(days=1), time(), zone)


def _told(
    kind: Kind, subject: InstrumentedAttribute[str], moment: ColumnElement[bool]
) -> ColumnElement[bool]:
    return exists().where(Reminder.subject == subject, Reminder.kind == kind, moment)
