"""Leases: each side of a call holds it as long as it is seen, and what follows when it is not.

The clock handed in decides. A lease that ran out gives the applicant back to the head of the line
and frees the verifier; whoever waits and is away for too long is set aside.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room import shifts
from waiting_room.errors import NotYourCall
from waiting_room.line import put_back
from waiting_room.tables import Absence, Call, CallOutcome, Ticket, TicketState


class Lapsed(NamedTuple):
    """What was concluded: tickets set aside, and calls whose lease ran out, now ended."""

    set_aside: list[str]
    calls: list[Call]


async def renew(
    session: AsyncSession, applicants: Collection[str], verifiers: Collection[str], now: datetime
) -> None:
    """Both sides' leases on the calls, named by id, at which they were seen `now`.

    An applicant who is seen for the first time has arrived.
    """
    is_open = Call.ended_at.is_(None)
    if applicants:
        seen = update(Call).where(Call.id.in_(applicants), is_open).values(applicant_seen_at=now)
        await session.execute(seen)
        arrived = seen.where(Call.applicant_arrived_at.is_(None))
        await session.execute(arrived.values(applicant_arrived_at=now))
    if verifiers:
        seen = update(Call).where(Call.id.in_(verifiers), is_open).values(verifier_seen_at=now)
        await session.execute(seen)


async def wait_on(session: AsyncSession, call: str, verifier: str, now: datetime) -> None:
    """The verifier waits for a lost applicant, for one grace more. Raises NotYourCall."""
    statement = (
        update(Call)
        .where(Call.id == call, Call.verifier == verifier, Call.ended_at.is_(None))
        .values(applicant_seen_at=now)
        .returning(Call.id)
    )
    if (await session.execute(statement)).one_or_none() is None:
        how = await session.execute(select(Call.outcome).where(Call.id == call))
        raise NotYourCall(how.scalar_one_or_none())


async def is_due(session: AsyncSession, now: datetime, hold: timedelta, grace: timedelta) -> bool:
    """Whether `reap` would conclude anything: a look that needs no writer."""
    lapsed = select(Call.id).where(Call.ended_at.is_(None), or_(*_unheld(now - grace)))
    away = select(Ticket.id).where(*_away_too_long(now - hold))
    found = await session.execute(select(or_(exists(lapsed), exists(away))))
    return bool(found.scalar_one())


async def reap(session: AsyncSession, now: datetime, hold: timedelta, grace: timedelta) -> Lapsed:
    """Set aside whoever is away for longer than `hold`; end calls not held for `grace`."""
    aside = (
        update(Ticket)
        .where(*_away_too_long(now - hold))
        .values(state=TicketState.SET_ASIDE)
        .returning(Ticket.id)
    )
    set_aside = list((await session.execute(aside)).scalars())
    return Lapsed(set_aside, await _end_unheld(session, now, now - grace))


def _away_too_long(since: datetime) -> tuple[ColumnElement[bool], ...]:
    away = select(Absence.ticket).where(Absence.since_at < since)
    return (Ticket.state == TicketState.WAITING, Ticket.id.in_(away))


def _unheld(since: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Not held by the verifier; not held by the applicant.

    One who has not arrived yet is waited for until the verifier decides.
    """
    arrived = Call.applicant_arrived_at.is_not(None)
    return Call.verifier_seen_at < since, and_(arrived, Call.applicant_seen_at < since)


async def _end_unheld(session: AsyncSession, now: datetime, since: datetime) -> list[Call]:
    by_verifier, by_applicant = _unheld(since)
    outcome = case(
        (by_verifier, CallOutcome.VERIFIER_GONE.value), else_=CallOutcome.APPLICANT_GONE.value
    )
    statement = (
        update(Call)
        .where(Call.ended_at.is_(None), or_(by_verifier, by_applicant))
        .values(ended_at=now, outcome=outcome)
        .returning(Call)
    )
    calls = list((await session.execute(statement)).scalars())
    for call in calls:
        lost = call.outcome is CallOutcome.APPLICANT_GONE
        await put_back(session, call.ticket, now, call.applicant_seen_at if lost else None)
        await shifts.wrap_up(session, call.verifier, now)
    return calls


async def give_up_call(session: AsyncSession, verifier: str, now: datetime) -> Call | None:
    """End the open call of a verifier who may serve no longer: the call, if there was one."""
    statement = (
        update(Call)
        .where(Call.verifier == verifier, Call.ended_at.is_(None))
        .values(ended_at=now, outcome=CallOutcome.VERIFIER_GONE)
        .returning(Call)
    )
    call = (await session.execute(statement)).scalar_one_or_none()
    if call is not None:
        await put_back(session, call.ticket, now)
        await shifts.wrap_up(session, verifier, now)
    return call
