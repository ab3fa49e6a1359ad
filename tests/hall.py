"""The line on a real database, each act a transaction of its own at the clock's time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from desk.database import Database
from tests.support import SetClock
from waiting_room import line, shifts, standing
from waiting_room.tables import Base, Call, CallOutcome, Shift, ShiftState, Ticket

LATE_AFTER = timedelta(minutes=10)


@dataclass
class Hall:
    """Applicants and verifiers are plain words here: the line knows them as opaque ids."""

    database: Database
    clock: SetClock

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
            return await line.take_next(session, verifier, self.clock.now())

    async def finish(
        self, call: str, verifier: str, outcome: CallOutcome = CallOutcome.APPROVED
    ) -> str:
        async with self.database.writing() as session:
            return await line.finish(session, call, verifier, outcome, self.clock.now())

    async def hand_back(self, call: str, verifier: str) -> str:
        async with self.database.writing() as session:
            return await line.hand_back(session, call, verifier, self.clock.now())

    async def order(self) -> list[str]:
        """The applicants who wait, the next one first."""
        async with self.database.reading() as session:
            return [one.applicant for one in await standing.waiting_tickets(session, 100_000)]

    async def state_of(self, verifier: str) -> ShiftState | None:
        async with self.database.reading() as session:
            shift = await session.get(Shift, verifier)
            return shift.state if shift else None

    async def all(self, table: type[Base]) -> list[Any]:
        """Every row of a table."""
        async with self.database.reading() as session:
            return list((await session.execute(select(table))).scalars())
