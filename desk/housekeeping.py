"""What is over: answers kept for a repeated request, accounts and links that nobody confirmed,
files that nothing speaks of, and places that nobody came back to.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit, call_quality
from desk.access import uploads
from desk.access.store import DocumentStore
from desk.access.tables import Access
from desk.accounts.links import forget_links
from desk.accounts.signing_up import forget_unconfirmed
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.idempotency import GivenAnswer
from desk.notices import notices
from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting
from desk.settings import Settings
from waiting_room import line
from waiting_room.tables import Ticket, TicketState

log = logging.getLogger(__name__)

ANSWERS_ARE_KEPT = timedelta(days=1)
FIRST_AFTER_S = 60.0
PAUSE_S = 3_600.0


class Housekeeping:
    """Tidies up a minute after the start, and then every hour."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, store: DocumentStore
    ) -> None:
        """By this clock, in this database, with these files."""
        self._settings, self._clock, self._database = settings, clock, database
        self._store = store

    async def tidy(self) -> None:
        """Forget what is old or was never confirmed or sent; end what nobody came back to."""
        now = self._clock.now()
        async with self._database.writing() as session:
            old = GivenAnswer.given_at < now - ANSWERS_ARE_KEPT
            await session.execute(delete(GivenAnswer).where(old))
            await call_quality.forget(session, now)
            await notices.forget(session, now)
            await forget_unconfirmed(session, now)
            await forget_links(session, now)
            for ticket in await self._given_up(session, now):
                await line.leave(session, ticket, now)
                await audit.record(session, audit.SYSTEM, Did.LEFT, ticket, now)
            await uploads.forget_unsent(session, now)
        await self._sweep()

    async def _sweep(self) -> None:
        """Remove files that no row speaks of: their transaction failed, or their row is gone."""
        # First the files: whichever gets its row after this look is too young to be among them.
        found = await asyncio.to_thread(self._store.old_files)
        async with self._database.reading() as session:
            orphans = found - await uploads.names_in_use(session)
        for name in orphans:
            await asyncio.to_thread(self._store.forget, name)

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
        """Tidy up until cancelled; first those are served who waited for the desk to be back."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                await finished(self.tidy())
            except Exception:
                log.exception("could not tidy up; the next try follows")
            await asyncio.sleep(PAUSE_S)
