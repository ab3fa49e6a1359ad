"""How well the desk serves: the day's counts, handling times and service level.

Terms as in the contact-centre field. A day is the half-open span [since, until) in UTC that the
caller derives from the desk's own zone.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.forecast import NEWEST_CALLS
from waiting_room.tables import Call, CallOutcome, Ticket, TicketState

VERDICTS = (CallOutcome.APPROVED, CallOutcome.REJECTED)


class DayCounts(NamedTuple):
    """What happened in the day: calls started, verdicts, and people who left the line."""

    taken: int
    approved: int
    rejected: int
    left: int


class ServiceLevel(NamedTuple):
    """`in_time` of `counted`; `share` is None on a day on which nobody counts yet."""

    in_time: int
    counted: int

    @property
    def share(self) -> float | None:
        """The service level, 0 to 1."""
        return self.in_time / self.counted if self.counted else None


async def day_counts(
    session: AsyncSession, since: datetime, until: datetime, verifier: str | None = None
) -> DayCounts:
    """The day's counts, of all or of one verifier (for whom `left` is always 0)."""
    own = (Call.verifier == verifier,) if verifier else ()
    started = select(func.count()).where(Call.started_at >= since, Call.started_at < until, *own)
    taken = (await session.execute(started)).scalar_one()
    ended = (
        select(Call.outcome, func.count())
        .where(Call.ended_at >= since, Call.ended_at < until, *own)
        .group_by(Call.outcome)
    )
    outcomes = dict((await session.execute(ended)).all())
    gone = select(func.count()).where(*_left(since, until))
    left = 0 if verifier else (await session.execute(gone)).scalar_one()
    return DayCounts(
        taken, outcomes.get(CallOutcome.APPROVED, 0), outcomes.get(CallOutcome.REJECTED, 0), left
    )


def _left(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Ticket.state == TicketState.LEFT, Ticket.ended_at >= since, Ticket.ended_at < until)


async def service_level(
    session: AsyncSession, since: datetime, until: datetime, within_s: float
) -> ServiceLevel:
    """Served for the first time within `within_s`, of all first served, plus those who gave up.

    Who left sooner than `within_s` counts neither way: they gave the desk no time to serve them.
    """
    in_time = func.count(case((Call.waited_s <= within_s, 1)))
    statement = select(in_time, func.count()).where(
        Call.is_first.is_(True), Call.started_at >= since, Call.started_at < until
    )
    served_in_time, served = (await session.execute(statement)).one()
    gave_up = select(Ticket.joined_at, Ticket.ended_at).where(
        *_left(since, until), Ticket.first_called_at.is_(None)
    )
    waits = [ended - joined for joined, ended in await session.execute(gave_up) if ended]
    too_long = sum(wait.total_seconds() > within_s for wait in waits)
    return ServiceLevel(served_in_time, served + too_long)


async def handling_times_s(
    session: AsyncSession, since: datetime, until: datetime, verifier: str | None = None
) -> list[float]:
    """Seconds of the day's newest calls that ended in a verdict, newest last."""
    statement = (
        select(Call.started_at, Call.ended_at)
        .where(Call.outcome.in_(VERDICTS), Call.ended_at >= since, Call.ended_at < until)
        .order_by(Call.ended_at.desc())
        .limit(NEWEST_CALLS)
    )
    if verifier:
        statement = statement.where(Call.verifier == verifier)
    rows = (await session.execute(statement)).all()
    return [(ended - began).total_seconds() for began, ended in reversed(rows) if ended]
