"""Who is on duty when: hours by weekday, days on which it is otherwise."""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.tables import Account, Role
from desk.schedule.tables import RosterException, RosterShift

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Roster:
    """The verifiers who can sign in by id, their hours by weekday, and the days that differ.

    While nobody has any hours, all of them are on duty whenever the desk is open.
    """

    verifiers: frozenset[str]
    shifts: dict[tuple[str, int], Span]
    exceptions: dict[tuple[str, date], Span | None]

    @property
    def is_empty(self) -> bool:
        """Whether nobody's hours are written down."""
        return not any(verifier in self.verifiers for verifier, _weekday in self.shifts)

    def without(self, verifier: str) -> Self:
        """The roster as it would be if somebody were no verifier any more."""
        return replace(self, verifiers=self.verifiers - {verifier})

    def on_duty(self, day: date, begins: time, ends: time) -> int:
        """How many are on duty all the time between two times of the desk's day."""
        spans = (self.span_of(verifier, day) for verifier in self.verifiers)
        return sum(span is not None and span[0] <= begins and ends <= span[1] for span in spans)

    def span_of(self, verifier: str, day: date) -> Span | None:
        """The hours of a verifier on a day, or None where they are not on duty."""
        if (verifier, day) in self.exceptions:
            return self.exceptions[verifier, day]
        if self.is_empty:
            return time.min, time.max
        return self.shifts.get((verifier, day.weekday()))


async def read_roster(session: AsyncSession) -> Roster:
    """The roster as it is written down, of the verifiers who can sign in."""
    enabled = select(Account.id).where(
        Account.role == Role.VERIFIER,
        Account.disabled_at.is_(None),
        Account.confirmed_at.is_not(None),
    )
    shifts = (await session.execute(select(RosterShift))).scalars()
    exceptions = (await session.execute(select(RosterException))).scalars()
    return Roster(
        frozenset((await session.execute(enabled)).scalars()),
        {(one.verifier, one.weekday): (one.begins, one.ends) for one in shifts},
        {
            (one.verifier, one.day): (one.begins, one.ends) if one.begins and one.ends else None
            for one in exceptions
        },
    )
