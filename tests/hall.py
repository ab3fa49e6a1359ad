"""The line on a real database, each act a transaction of its own at the clock's time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from desk.database import Database
from tests.support import SetClock
from waiting_room import leases, line, presence, shifts, standing
from waiting_room.leases import Lapsed
from waiting_room.tables import Base, Call, CallOutcome, Shift, ShiftState, Ticket

LATE_AFTER = timedelta(minutes=10)


class Patience(NamedTuple):
    """How long silence may last: until passed over, until set aside, until a call is lost."""

    away_after: timedelta = timedelta(days=1)
    hold: timedelta = timedelta(days=1)
    grace: timedelta = timedelta(days=1)


PATIENT = Patience()
AS_SHIPPED = Patience(timedelta(seconds=30), timedelta(minutes=10), timedelta(seconds=60))


@dataclass
class Hall:
    """Applicants and verifiers are plain words here: the line knows them as opaque ids.

    Who is not patient `AS_SHIPPED` may forget about presence: nobody is away for too long.
    """

    database: Database
    clock: SetClock
    patience: Patience = PATIENT

    async def join(self, applicant: str, booked_in_s: float = 0) -> tuple[Ticket, bool]:
        """Join for a meeting booked so many seconds from now (before now where negative)."""
        now = self.clock.now()
        booked_at = now + timedelta(seconds=booked_in_s)
        async with self.database.writing() as session:
            return await line.join(
                session, applicant, f"of {applicant}"[:22], booked_at, now, LATE_AFTER
            )

    async def leave(self, ticket: str) -> None:
        async with self.database.writing() as session:
            await line.leave(session, ticket, self.clock.now())

    async def start(self, *verifiers: str) -> None:
        async with self.database.writing() as session:
            for verifier in verifiers:
                await shifts.start(session, verifier, self.clock.now())

    async def choose(self, verifier: str, state: ShiftState, reason: str | None = None) -> None:
        async with self.database.writing() as session:
            await shifts.choose(session, verifier, state, self.clock.now(), reason)

    async def take(self, verifier: str) -> tuple[Ticket, Call]:
        async with self.database.writing() as session:
            away_after = self.patience.away_after
            return await line.take_next(session, verifier, self.clock.now(), away_after)

    async def finish(
        self, call: str, verifier: str, outcome: CallOutcome = CallOutcome.APPROVED
    ) -> str:
        async with self.database.writing() as session:
            return await line.finish(session, call, verifier, outcome, self.clock.now())

    async def hand_back(self, call: str, verifier: str) -> str:
        async with self.database.writing() as session:
            return await line.hand_back(session, call, verifier, self.clock.now())

    async def leave_call(self, call: str) -> str:
        async with self.database.writing() as session:
            return await line.leave_call(session, call, self.clock.now())

    async def see(
        self,
        here: Collection[str] = (),
        gone: Collection[str] = (),
        applicants: Collection[str] = (),
        verifiers: Collection[str] = (),
    ) -> list[str]:
        """What the sockets tell: tickets listened for and not, calls by the side seen there."""
        async with self.database.writing() as session:
            now = self.clock.now()
            back = await presence.mark_presence(session, here, gone, now)
            await leases.renew(session, applicants, verifiers, now)
            return back

    async def wait_on(self, call: str, verifier: str) -> None:
        async with self.database.writing() as session:
            await leases.wait_on(session, call, verifier, self.clock.now())

    async def reap(self) -> Lapsed:
        """What silence leads to, with the look that says beforehand whether it leads anywhere."""
        now, (_away_after, hold, grace) = self.clock.now(), self.patience
        async with self.database.writing() as session:
            is_due = await leases.is_due(session, now, hold, grace)
            lapsed = await leases.reap(session, now, hold, grace)
        assert is_due == any(lapsed)
        return lapsed

    async def lose_role(self, verifier: str) -> Call | None:
        """The verifier may serve no longer: the call that ended with it."""
        async with self.database.writing() as session:
            call = await leases.give_up_call(session, verifier, self.clock.now())
            await shifts.end(session, verifier, self.clock.now())
            return call

    async def start_anew(self) -> None:
        async with self.database.writing() as session:
            await presence.start_anew(session, self.clock.now())

    async def order(self) -> list[str]:
        """The applicants who wait, the next one first."""
        async with self.database.reading() as session:
            away_after = self.patience.away_after
            stands = await standing.waiting_tickets(session, 100_000, self.clock.now(), away_after)
            return [stand.ticket.applicant for stand in stands]

    async def state_of(self, verifier: str) -> ShiftState | None:
        async with self.database.reading() as session:
            shift = await session.get(Shift, verifier)
            return shift.state if shift else None

    async def all(self, table: type[Base]) -> list[Any]:
        """Every row of a table."""
        async with self.database.reading() as session:
            return list((await session.execute(select(table))).scalars())
