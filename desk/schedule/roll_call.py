"""Who was not there: told after a quarter of an hour, "Tidak hadir" once their day is over.

Looked for once a minute. Each finding is a transaction of its own, with its row in the log.
"""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.schedule.closing import replan
from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting, Slot, SlotDay
from desk.settings import Settings
from desk.templating import Templates
from desk.times import day_span
from waiting_room.line import LIVE
from waiting_room.tables import Ticket, TicketState

log = logging.getLogger(__name__)

PAUSE_S = 60.0
# A desk that stood still longer than this has worse to care for.
LOOKS_BACK = timedelta(days=31)
WAS_SEEN = (*LIVE, TicketState.SERVED)


class RollCall:
    """Finds who missed a time, and has the seats of the coming days counted anew each day."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, templates: Templates
    ) -> None:
        """By this clock, in this database, with mails out of these templates."""
        self._settings, self._clock = settings, clock
        self._database, self._templates = database, templates

    async def call(self) -> None:
        """Mark, and tell, whoever was not there."""
        now = self._clock.now()
        async with self._database.reading() as session:
            due = await _not_there(session, self._settings, now)
        for meeting, access, came in due:
            is_over = now >= self._closes_at(meeting, access)
            if is_over or not (meeting.missed_at or came):
                async with self._database.writing() as session:
                    if is_over:
                        await _mark_no_show(session, meeting, now, came=came)
                    elif await _mark_missed(session, meeting, now):
                        how = (self._templates, self._settings, Kind.MISSED)
                        await tell(session, *how, access, now=now, meeting=meeting)

    def _closes_at(self, meeting: Meeting, access: Access) -> datetime:
        return open_span(meeting, ZoneInfo(access.timezone), self._settings).closes_at

    async def plan_anew(self) -> None:
        """Count the seats of the made days once a day, by what was measured since."""
        now, settings = self._clock.now(), self._settings
        today, _tomorrow = day_span(now, settings.zone)
        old = select(SlotDay.day).where(SlotDay.day >= today.date(), SlotDay.planned_at < today)
        async with self._database.reading() as session:
            if (await session.execute(old.limit(1))).first() is None:
                return
        async with self._database.writing() as session:
            await replan(session, self._templates, settings, now)

    async def run(self) -> None:
        """Call the roll until cancelled."""
        while True:
            try:
                await finished(self.call())
                await finished(self.plan_anew())
            except Exception:
                log.exception("could not call the roll; the next try follows")
            await asyncio.sleep(PAUSE_S)


Due = tuple[Meeting, Access, bool]


async def _not_there(session: AsyncSession, settings: Settings, now: datetime) -> list[Due]:
    """Meetings that have begun without their applicant, and whether that one came at all."""
    late = now - timedelta(minutes=settings.missed_after_minutes)
    begun = (
        select(Meeting, Access)
        .join(Access, Access.id == Meeting.access)
        .where(
            Meeting.starts_at.between(now - LOOKS_BACK, late),
            Meeting.no_show_at.is_(None),
            Meeting.cancelled_at.is_(None),
            Access.state == AccessState.SCHEDULED,
        )
    )
    rows = [(meeting, access) for meeting, access in await session.execute(begun)]
    seen = await _tickets_of(session, [meeting.id for meeting, _access in rows])
    due = []
    for meeting, access in rows:
        opens_at = open_span(meeting, ZoneInfo(access.timezone), settings).opens_at
        states = {
            one.state for one in seen if one.meeting == meeting.id and one.joined_at >= opens_at
        }
        if states.isdisjoint(WAS_SEEN):
            due.append((meeting, access, TicketState.LEFT in states))
    return due


async def _tickets_of(session: AsyncSession, meetings: Collection[str]) -> list[Ticket]:
    found = await session.execute(select(Ticket).where(Ticket.meeting.in_(meetings)))
    return list(found.scalars())


async def _mark_missed(session: AsyncSession, meeting: Meeting, now: datetime) -> bool:
    same = (Meeting.id == meeting.id, Meeting.sequence == meeting.sequence)
    first = update(Meeting).where(*same, Meeting.missed_at.is_(None)).values(missed_at=now)
    if (await session.execute(first.returning(Meeting.id))).first() is None:
        return False
    await audit.record(session, audit.SYSTEM, Did.MEETING_MISSED, meeting.id, now)
    return True


async def _mark_no_show(
    session: AsyncSession, meeting: Meeting, now: datetime, *, came: bool
) -> None:
    """The day is over. Whoever came, and left before they were called, is not counted."""
    same = (Meeting.id == meeting.id, Meeting.sequence == meeting.sequence)
    first = update(Meeting).where(*same, Meeting.no_show_at.is_(None))
    after = {"no_show_at": now, "movable_from_at": now, "no_shows": meeting.no_shows + (not came)}
    if (await session.execute(first.values(**after).returning(Meeting.id))).first() is None:
        return
    await audit.record(session, audit.SYSTEM, Did.NO_SHOW, meeting.id, now, came=came)
    if meeting.is_seated and not came:
        seat = update(Slot).where(Slot.starts_at == meeting.starts_at)
        await session.execute(seat.values(no_shows=Slot.no_shows + 1))
