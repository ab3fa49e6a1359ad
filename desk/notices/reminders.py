"""Reminders, and the end of accesses: looked for twice a minute, each told exactly once.

Each is a transaction of its own: the rows are read again and held, the reminder is written under
its unique key, and the notice and the mail go with it. A second desk finds nothing left to do.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.notices.due import (
    Due,
    due_accesses,
    due_meetings,
    due_reminders,
    end_of,
    is_still_known,
    zones_in_use,
)
from desk.notices.kinds import ENDS, Kind
from desk.notices.notices import tell
from desk.notices.tables import Reminder
from desk.retrying import persistent
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates
from waiting_room.dialects import insert_into

log = logging.getLogger(__name__)

PAUSE_S = 30.0


class Reminders:
    """Tells people in time of what is coming, and ends accesses whose day is over."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        templates: Templates,
        written: Callable[[], None],
    ) -> None:
        """`written` is called once mails were written."""
        self._settings, self._clock, self._database = settings, clock, database
        self._templates, self._written = templates, written

    async def remind(self) -> int:
        """See to what is due, of each kind at most MOST_AT_ONCE in a zone: how much it was."""
        told = 0
        async with self._database.reading() as session:
            zones = await zones_in_use(session)
        for zone in zones:
            async with self._database.reading() as session:
                due = await due_reminders(session, zone, self._clock.now())
            for one in due:
                told += await finished(self._tried(one, zone))
        if told:
            self._written()
        return told

    async def _tried(self, due: Due, zone: ZoneInfo) -> bool:
        try:
            return await self._told(due, zone)
        except Exception:
            # One that makes no sense must not keep those behind it.
            log.exception("%s of %s could not be told; the next try follows", due.kind, due.subject)
            return False

    @persistent
    async def _told(self, due: Due, zone: ZoneInfo) -> bool:
        now = self._clock.now()
        tell = self._of_access if due.kind in ENDS else self._of_meeting
        async with self._database.writing() as session:
            return await tell(session, due, zone, now)

    async def _of_meeting(
        self, session: AsyncSession, due: Due, zone: ZoneInfo, now: datetime
    ) -> bool:
        # Held, so that it is neither moved nor decided before it is told of.
        held = due_meetings(due.kind, zone, now).where(Meeting.id == due.subject)
        row = (await session.execute(held.with_for_update(of=(Meeting, Access)))).one_or_none()
        if row is None or not await _is_first(session, due, row.Meeting.starts_at, now):
            return False
        # What is left out counts as told too, so that it is not looked at again.
        if not is_still_known(due.kind, row.Meeting, zone):
            await self._tell(session, due.kind, row.Access, now, row.Meeting)
        return True

    async def _of_access(
        self, session: AsyncSession, due: Due, zone: ZoneInfo, now: datetime
    ) -> bool:
        held = due_accesses(due.kind, zone, now).where(Access.id == due.subject)
        access = (await session.execute(held.with_for_update())).scalar_one_or_none()
        if access is None:
            return False
        if due.kind is Kind.EXPIRED:
            is_first = await _expire(session, access, now)
        else:
            is_first = await _is_first(session, due, end_of(access, zone), now)
        if is_first:
            await self._tell(session, due.kind, access, now)
        return is_first

    async def _tell(
        self,
        session: AsyncSession,
        kind: Kind,
        access: Access,
        now: datetime,
        meeting: Meeting | None = None,
    ) -> None:
        await tell(session, self._templates, self._settings, kind, access, now=now, meeting=meeting)

    async def run(self) -> None:
        """Remind until cancelled."""
        while True:
            told = 0
            try:
                told = await self.remind()
            except Exception:
                log.exception("could not look for what is due; the next try follows")
            # After something there may be more.
            await asyncio.sleep(0 if told else PAUSE_S)


async def _is_first(session: AsyncSession, due: Due, moment: datetime, now: datetime) -> bool:
    reminder = insert_into(session, Reminder).values(
        subject=due.subject, kind=due.kind, moment_at=moment, told_at=now
    )
    made = await session.execute(reminder.on_conflict_do_nothing().returning(Reminder.subject))
    return made.scalar_one_or_none() is not None


async def _expire(session: AsyncSession, access: Access, now: datetime) -> bool:
    approved = update(Access).where(Access.id == access.id, Access.state == AccessState.APPROVED)
    ended = await session.execute(
        approved.values(state=AccessState.EXPIRED).returning(Access.id),
        execution_options={"synchronize_session": False},
    )
    if ended.scalar_one_or_none() is None:
        return False
    await audit.record(session, audit.SYSTEM, Did.EXPIRED, access.id, now)
    return True
