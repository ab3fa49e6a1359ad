"""What happens to the line: join, leave, take the next, hand back, finish.

Who listens is in `presence.py`; what follows from silence is in `leases.py`.

Each function is called inside the caller's open write transaction, takes `session` first and `now`
handed in (aware UTC), and changes state by conditional statements, so that two at once can never
both win. A `LineError` means that the caller's transaction must be rolled back.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from waiting_room import presence, shifts
from waiting_room.errors import LineEmpty, NotWaiting, NotYourCall
from waiting_room.order import LINE_ORDER, OrderClass, key_on_joining, key_on_return
from waiting_room.tables import Call, CallOutcome, Ticket, TicketState, new_id, table_of

_NEW_CALL = insert(table_of(Call))

LIVE = (TicketState.WAITING, TicketState.SET_ASIDE, TicketState.IN_CALL)


@cache
def _taking(order: tuple[ColumnElement[Any], ...]) -> ReturningUpdate[Any]:
    """The one statement that takes the head of the line, at `now`, past those away `long_ago`.

    Built once: that takes longer than the database needs to run it.
    """
    table = table_of(Ticket)
    head = (
        select(Ticket.id)
        .where(Ticket.state == TicketState.WAITING, ~presence.passed_over(bindparam("long_ago")))
        .order_by(*order)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    first_called_at = func.coalesce(
        table.c.first_called_at, bindparam("now", type_=table.c.joined_at.type)
    )
    return (
        update(table)
        .where(table.c.id == head.scalar_subquery(), table.c.state == TicketState.WAITING)
        .values(state=TicketState.IN_CALL, first_called_at=first_called_at)
        .returning(table)
    )


async def live_ticket(session: AsyncSession, applicant: str) -> Ticket | None:
    """The applicant's ticket that is not over; at most one exists."""
    statement = select(Ticket).where(Ticket.applicant == applicant, Ticket.state.in_(LIVE))
    return (await session.execute(statement)).scalar_one_or_none()


async def join(
    session: AsyncSession,
    applicant: str,
    meeting: str,
    booked_at: datetime,
    now: datetime,
    late_after: timedelta,
) -> tuple[Ticket, bool]:
    """The applicant's ticket, and whether it is new: who already waits keeps the old one."""
    if existing := await live_ticket(session, applicant):
        return existing, False
    key = key_on_joining(booked_at, now, late_after)
    ticket = Ticket(
        id=new_id(),
        applicant=applicant,
        meeting=meeting,
        state=TicketState.WAITING,
        order_class=key.order_class,
        order_at=key.order_at,
        joined_at=now,
        waiting_since_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(ticket)
    except IntegrityError:
        # Another tab or device joined between the look and the insert: the unique index decides.
        if winner := await live_ticket(session, applicant):
            return winner, False
        raise
    # Nobody listens for it yet: the page that is opened now will.
    await presence.away_from(session, ticket.id, now)
    return ticket, True


async def leave(session: AsyncSession, ticket: str, now: datetime) -> None:
    """The applicant gives up the place. Raises NotWaiting unless the ticket waits or is aside."""
    in_line = Ticket.state.in_((TicketState.WAITING, TicketState.SET_ASIDE))
    statement = (
        update(Ticket)
        .where(Ticket.id == ticket, in_line)
        .values(state=TicketState.LEFT, ended_at=now)
        .returning(Ticket.id)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise NotWaiting
    await presence.forget(session, ticket)


async def take_next(
    session: AsyncSession, verifier: str, now: datetime, away_after: timedelta
) -> tuple[Ticket, Call]:
    """Give the head of the line to a ready verifier: the ticket, and the new call.

    Whoever is away for `away_after` or longer is passed over and keeps the place. Raises
    AlreadyInCall, NotReady, LineEmpty. PostgreSQL skips a ticket that another verifier is taking;
    SQLite drops that clause, and its single writer makes the one UPDATE atomic.
    """
    await shifts.enter_call(session, verifier, now)
    moments = {"now": now, "long_ago": now - away_after}
    row = (await session.execute(_taking(LINE_ORDER), moments)).one_or_none()
    if row is None:
        raise LineEmpty
    ticket = Ticket(**row._mapping)
    call = {
        "id": new_id(),
        "ticket": ticket.id,
        "verifier": verifier,
        "is_first": ticket.order_class != OrderClass.RETURNED,
        "waited_s": (now - ticket.waiting_since_at).total_seconds(),
        "started_at": now,
        "applicant_seen_at": now,
        "verifier_seen_at": now,
    }
    await session.execute(_NEW_CALL, call)
    return ticket, Call(**call)


async def finish(
    session: AsyncSession, call: str, verifier: str, outcome: CallOutcome, now: datetime
) -> str:
    """End the call with a verdict or as absent: the id of the ticket, which is then final.

    Raises NotYourCall when the call is not open or not this verifier's.
    """
    ended = await _end_call(session, call, outcome, now, Call.verifier == verifier)
    absent = outcome is CallOutcome.ABSENT
    await _close(session, ended.ticket, TicketState.ABSENT if absent else TicketState.SERVED, now)
    return ended.ticket


async def leave_call(session: AsyncSession, call: str, now: datetime) -> str:
    """The applicant leaves the call, and the line with it: the ticket's id. Raises NotYourCall."""
    ended = await _end_call(session, call, CallOutcome.LEFT, now)
    await _close(session, ended.ticket, TicketState.LEFT, now)
    return ended.ticket


async def hand_back(session: AsyncSession, call: str, verifier: str, now: datetime) -> str:
    """End the call without a verdict and put its ticket back at the head: the ticket's id.

    Raises NotYourCall when the call is not open or not this verifier's.
    """
    ended = await _end_call(session, call, CallOutcome.RETURNED, now, Call.verifier == verifier)
    await put_back(session, ended.ticket, now)
    return ended.ticket


async def put_back(
    session: AsyncSession, ticket: str, now: datetime, away_since_at: datetime | None = None
) -> None:
    """Put the ticket of a call that has just ended back at the head of the line.

    It counts as away from now, or from `away_since_at`, until its page listens again.
    """
    key = key_on_return(now)
    await session.execute(
        update(Ticket)
        .where(Ticket.id == ticket, Ticket.state == TicketState.IN_CALL)
        .values(
            state=TicketState.WAITING,
            order_class=key.order_class,
            order_at=key.order_at,
            waiting_since_at=now,
        )
    )
    await presence.away_from(session, ticket, away_since_at or now)


async def _end_call(
    session: AsyncSession,
    call: str,
    outcome: CallOutcome,
    now: datetime,
    *conditions: ColumnElement[bool],
) -> Call:
    """End an open call that fulfils the conditions and send its verifier into the wrap-up."""
    statement = (
        update(Call)
        .where(Call.id == call, Call.ended_at.is_(None), *conditions)
        .values(ended_at=now, outcome=outcome)
        .returning(Call)
    )
    ended = (await session.execute(statement)).scalar_one_or_none()
    if ended is None:
        how = await session.execute(select(Call.outcome).where(Call.id == call))
        raise NotYourCall(how.scalar_one_or_none())
    await shifts.wrap_up(session, ended.verifier, now)
    return ended


async def _close(session: AsyncSession, ticket: str, state: TicketState, now: datetime) -> None:
    in_call = (Ticket.id == ticket, Ticket.state == TicketState.IN_CALL)
    await session.execute(update(Ticket).where(*in_call).values(state=state, ended_at=now))
    await presence.forget(session, ticket)


async def hold_open(session: AsyncSession, call: str) -> None:
    """Keep the call from ending before this transaction has. Raises NotYourCall if it has ended.

    SQLite drops the lock: there nobody else writes meanwhile.
    """
    found = select(Call.outcome).where(Call.id == call)
    open_now = found.where(Call.ended_at.is_(None)).with_for_update(read=True)
    if (await session.execute(open_now)).first() is None:
        raise NotYourCall((await session.execute(found)).scalar_one_or_none())


async def open_call_of(
    session: AsyncSession, *, verifier: str | None = None, ticket: str | None = None
) -> Call | None:
    """The open call of a verifier or of a ticket; the unique indexes allow one at most."""
    statement = select(Call).where(Call.ended_at.is_(None))
    if verifier is not None:
        statement = statement.where(Call.verifier == verifier)
    if ticket is not None:
        statement = statement.where(Call.ticket == ticket)
    return (await session.execute(statement)).scalar_one_or_none()


async def outcome_of_last_call(session: AsyncSession, ticket: str) -> CallOutcome | None:
    """How the last call of a ticket has ended; None where none has."""
    ended = select(Call.outcome).where(Call.ticket == ticket, Call.ended_at.is_not(None))
    newest = ended.order_by(Call.ended_at.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()
