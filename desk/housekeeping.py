"""What is over: answers kept for a repeated request, and places that nobody came back to."""

import asyncio
import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit, call_quality
from desk.access.tables import Access
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.idempotency import GivenAnswer
from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting
from desk.settings import Settings
from waiting_room import line
from waiting_room.tables import Ticket, TicketState

log = logging.getLogger(__name__)

ANSWERS_ARE_KEPT = timedelta(days=1)
PAUSE_S = 3_600.0


class Housekeeping:
    """Tidies up at the start, and then every hour."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        """By this clock, in this database."""
        self._settings, self._clock, self._database = settings, clock, database

    async def tidy(self) -> None:
        """Forget old answers and figures of calls; end what nobody came back to."""
        now = self._clock.now()
        async with self._database.writing() as session:
            old = GivenAnswer.given_at < now - ANSWERS_ARE_KEPT
            await session.execute(delete(GivenAnswer).where(old))
            await call_quality.forget(session, now)
            for ticket in await self._given_up(session, now):
                await line.leave(session, ticket, now)
                await audit.record(session, audit.SYSTEM, Did.LEFT, ticket, now)

    async def _given_up(self, session: AsyncSession, now: datetime) -> list[str]:
        """Tickets that were set aside, and whose meeting's day is over."""
        aside = (
            select(Ticket.id, Meeting, Access.timezone)
            .join(Meeting, Meeting.id == Ticket.meeting)
            .join(Access, Access.id == Meeting.access)
            .where(Ticket.state == TicketState.SET_ASIDE)
        )
        return [
            ticket
            for ticket, meeting, zone in await session.execute(aside)
            if now >= open_span(meeting, ZoneInfo(zone), self._settings).closes_at
        ]

    async def run(self) -> None:
        """Tidy up until cancelled."""
        while True:
            try:
                await finished(self.tidy())
            except Exception:
                log.exception("could not tidy up; the next try follows")
            await asyncio.sleep(PAUSE_S)
