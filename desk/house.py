"""What the sockets need from the desk, answered here: each question asks the authority anew."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import ChatLine
from desk.accounts.names import shown_to_applicants
from desk.accounts.sessions import Identity, identify, token_digest
from desk.accounts.tables import Role
from desk.authority import Action, Parties, may
from desk.clock import Clock
from desk.cookies import csrf_holds, session_token
from desk.database import Database
from desk.settings import Settings
from desk.times import day_span
from signaling.house import Seat
from waiting_room import line
from waiting_room.errors import NotYourCall
from waiting_room.figures import Figures, read_figures
from waiting_room.tables import Call, Ticket


class DeskHouse:
    """The desk, as signaling knows it (`signaling.house.House`)."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        """Put together in `app.py`."""
        self._settings = settings
        self._clock = clock
        self._database = database

    def now(self) -> datetime:
        """The clock's moment."""
        return self._clock.now()

    def today(self) -> tuple[datetime, datetime]:
        """The desk's calendar day."""
        return day_span(self.now(), self._settings.zone)

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A reading transaction."""
        return self._database.reading()

    def session_of(self, request: web.Request) -> str | None:
        """The digest under which the session is stored."""
        token = session_token(request)
        return token_digest(token) if token else None

    def csrf_holds(self, request: web.Request, token: str) -> bool:
        """Whether the handshake carries the token of the browser's session."""
        return csrf_holds(request, token)

    async def _who(self, session: AsyncSession, request: web.Request) -> Identity | None:
        token = session_token(request)
        return await identify(session, token, self.now()) if token else None

    async def waiting_ticket(self, request: web.Request) -> str | None:
        """The live ticket of the applicant who asks."""
        async with self.reading() as session:
            identity = await self._who(session, request)
            if identity is None or not may(identity, Action.HEAR_WAITING):
                return None
            ticket = await line.live_ticket(session, identity.id)
            return ticket.id if ticket else None

    async def seat(self, request: web.Request, call: str) -> Seat | None:
        """The side of an open call at which the one who asks may sit."""
        async with self.reading() as session:
            identity = await self._who(session, request)
            statement = select(Ticket.applicant, Call.verifier).join(Call, Call.ticket == Ticket.id)
            row = await session.execute(statement.where(Call.id == call, Call.ended_at.is_(None)))
            parties = next((Parties(*found) for found in row), None)
            if identity is None or not may(identity, Action.SPEAK_IN_CALL, parties):
                return None
            if identity.role is Role.APPLICANT:
                return Seat(call, "applicant", identity.id, identity.name)
            return Seat(call, "verifier", identity.id, shown_to_applicants(identity.desk_number))

    async def may_hear_load(self, request: web.Request) -> bool:
        """Whether the one who asks may hear the load."""
        async with self.reading() as session:
            return may(await self._who(session, request), Action.HEAR_LOAD)

    async def figures(self) -> Figures:
        """The figures of this moment."""
        async with self.reading() as session:
            within_s = self._settings.service_level_s
            return await read_figures(session, self.now(), self.today(), within_s)

    async def keep_chat(self, seat: Seat, text: str, at: datetime) -> None:
        """Keep a chat message of a call that is still open. Raises NotYourCall otherwise."""
        async with self._database.writing() as session:
            still_open = select(Call.id).where(Call.id == seat.call, Call.ended_at.is_(None))
            if (await session.execute(still_open)).first() is None:
                raise NotYourCall
            session.add(ChatLine(call=seat.call, sender=seat.account, text=text, at=at))

    def call_url(self, call: str) -> str:
        """The page of a call."""
        return f"/calls/{call}"
