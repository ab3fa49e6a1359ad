"""What the sockets need from the desk, answered here: each question asks the authority anew."""

import time
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit, call_quality
from desk.access.tables import ChatLine
from desk.access.ways import ways_on
from desk.accounts.names import shown_to_applicants
from desk.accounts.sessions import (
    Identity,
    identify,
    identify_each,
    roles_of_sessions,
    token_digest,
)
from desk.accounts.tables import Account, Role
from desk.audit import Did
from desk.authority import Action, Parties, denial, may
from desk.clock import Clock
from desk.cookies import csrf_holds, session_token
from desk.database import Database
from desk.denials import Denials
from desk.keys import IDENTITY
from desk.language import DEFAULT, Language, speaking
from desk.retrying import persistent
from desk.settings import Settings
from desk.times import day_span
from signaling.house import Credential, Over, Seat, Seen
from signaling.quality import Measured
from waiting_room import leases, line
from waiting_room.figures import Figures, read_figures
from waiting_room.presence import mark_presence
from waiting_room.tables import Call, Ticket


class DeskHouse:
    """The desk, as signaling knows it (`signaling.house.House`)."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, denials: Denials
    ) -> None:
        """Put together in `app.py`."""
        self._denials = denials
        self._settings = settings
        self._clock = clock
        self._database = database
        self._kept_at_s = time.monotonic()

    def now(self) -> datetime:
        """The clock's moment."""
        return self._clock.now()

    def today(self) -> tuple[datetime, datetime]:
        """The desk's calendar day."""
        return day_span(self.now(), self._settings.zone)

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A reading transaction."""
        return self._database.reading()

    @property
    def away_after(self) -> timedelta:
        """As set."""
        return self._settings.away_after

    def credential(self, request: web.Request) -> Credential | None:
        """The digest under which the session is stored, and the person's role.

        As it was when the handshake was let in: whether it still is, the watch asks all the time.
        """
        identity, token = request.get(IDENTITY), session_token(request)
        return Credential(token_digest(token), identity.role) if identity and token else None

    async def still_good(self, credentials: Collection[Credential]) -> set[Credential]:
        """Looked up all at once."""
        async with self.reading() as session:
            digests = {one.session for one in credentials}
            roles = await roles_of_sessions(session, digests, self.now())
        return {one for one in credentials if roles.get(one.session) == one.role}

    async def over(self, calls: Collection[str]) -> list[Over]:
        """With the ways on that the page of the call knows."""
        ended = select(Call).where(Call.id.in_(calls), Call.ended_at.is_not(None))
        async with self.reading() as session:
            found = list((await session.execute(ended)).scalars())
        return [
            Over(call.id, call.outcome.value, ways_on(call.outcome, call.ticket))
            for call in found
            if call.outcome
        ]

    async def keep_presence(self, seen: Seen) -> None:
        """Two short transactions; who was set aside and is back has a row in the log."""
        now = self.now()
        async with self._database.writing() as session:
            for ticket in await mark_presence(session, seen.here, seen.gone, now):
                await audit.record(session, audit.SYSTEM, Did.CAME_BACK, ticket, now)
        async with self._database.writing() as session:
            await leases.renew(session, seen.applicants, seen.verifiers, now)
        self._kept_at_s = time.monotonic()

    def blind_for_s(self) -> float:
        """How long it was not written down any more who is here, whatever the clock says."""
        return time.monotonic() - self._kept_at_s

    def csrf_holds(self, request: web.Request, token: str) -> bool:
        """Whether the handshake carries the token of the browser's session."""
        return csrf_holds(request, token)

    async def _who(self, session: AsyncSession, request: web.Request) -> Identity | None:
        token = session_token(request)
        return await identify(session, token, self.now()) if token else None

    @persistent
    async def waiting_ticket(self, request: web.Request) -> str | None:
        """The live ticket of the applicant who asks."""
        async with self.reading() as session:
            identity = await self._who(session, request)
            if identity and may(identity, Action.HEAR_WAITING):
                ticket = await line.live_ticket(session, identity.id)
                return ticket.id if ticket else None
        await self._keep_denial(identity, Action.HEAR_WAITING, None, "/waiting")
        return None

    @persistent
    async def seats(self, requests: Sequence[web.Request], call: str) -> list[Seat | None]:
        """The side of an open call at which each of those who ask may sit, as of one moment."""
        tokens = [session_token(request) for request in requests]
        async with self.reading() as session:
            known = await identify_each(session, [one for one in tokens if one], self.now())
            statement = (
                select(Ticket.applicant, Call.verifier, Account.language)
                .join(Call, Call.ticket == Ticket.id)
                .join(Account, Account.id == Ticket.applicant)
                .where(Call.id == call, Call.ended_at.is_(None))
            )
            found = (await session.execute(statement)).one_or_none()
        parties = Parties(found.applicant, found.verifier) if found else None
        language = (found and found.language) or DEFAULT
        asking = [known.get(token) if token else None for token in tokens]
        return [await self._seat_of(one, call, parties, language) for one in asking]

    async def _seat_of(
        self, identity: Identity | None, call: str, parties: Parties | None, language: Language
    ) -> Seat | None:
        if not (parties and identity and may(identity, Action.SPEAK_IN_CALL, parties)):
            await self._keep_denial(identity, Action.SPEAK_IN_CALL, parties, "/call")
            return None
        if identity.role is Role.APPLICANT:
            return Seat(call, "applicant", identity.id, identity.name)
        with speaking(language):
            label = shown_to_applicants(identity.desk_number)
        return Seat(call, "verifier", identity.id, label)

    @persistent
    async def may_hear_load(self, request: web.Request) -> bool:
        """Whether the one who asks may hear the load."""
        async with self.reading() as session:
            identity = await self._who(session, request)
        await self._keep_denial(identity, Action.HEAR_LOAD, None, "/load")
        return may(identity, Action.HEAR_LOAD)

    async def _keep_denial(
        self, identity: Identity | None, action: Action, parties: Parties | None, where: str
    ) -> None:
        if refused := denial(identity, action, parties):
            await self._denials.keep(refused, where)

    async def figures(self) -> Figures:
        """The figures of this moment."""
        async with self.reading() as session:
            within_s = self._settings.service_level_s
            return await read_figures(session, self.now(), self.today(), within_s)

    async def keep_chat(self, seat: Seat, text: str, at: datetime) -> None:
        """Keep a chat message of a call that is still open. Raises NotYourCall otherwise."""
        async with self._database.writing() as session:
            await line.hold_open(session, seat.call)
            session.add(ChatLine(call=seat.call, sender=seat.account, text=text, at=at))

    async def keep_quality(self, measured: Sequence[Measured]) -> None:
        """One short transaction for all sides of all calls."""
        async with self._database.writing() as session:
            await call_quality.keep(session, measured, self.now())

    def call_url(self, call: str) -> str:
        """The page of a call."""
        return f"/calls/{call}"
