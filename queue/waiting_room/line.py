"""What happens to the line: join, leave, take the next, hand back, finish.

Each function is called inside the caller's open write transaction, takes `session` first and `now`
handed in (aware UTC), and changes state by conditional statements, so that two at once can never
both win. A `LineError` means that the caller's transaction must be rolled back.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room import shifts
from waiting_room.errors import LineEmpty, NotWaiting, NotYourCall
from waiting_room.order import LINE_ORDER, OrderClass, key_on_joining, key_on_return
from waiting_room.tables import Call, CallOutcome, Ticket, TicketState, new_id

LIVE = (TicketState.WAITING, TicketState.IN_CALL)


async def live_ticket(session: AsyncSession, applicant: str) -> Ticket | None:
    """The applicant's ticket that waits or is in a call; at most one exists."""
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
    return ticket, True


async def leave(session: AsyncSession, ticket: str, now: datetime) -> None:
    """The applicant gives up the place. Raises NotWaiting unless the ticket waits."""
    statement = (
        update(Ticket)
        .where(Ticket.id == ticket, Ticket.state == TicketState.WAITING)
        .values(state=TicketState.LEFT, ended_at=now)
        .returning(Ticket.id)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise NotWaiting


async def take_next(session: AsyncSession, verifier: str, now: datetime) -> tuple[Ticket, Call]:
    """Give the head of the line to a ready verifier: the ticket, and the new call.

    Raises AlreadyInCall, NotReady, LineEmpty. PostgreSQL skips a ticket that another verifier is
    taking; SQLite drops that clause, and its single writer makes the one UPDATE atomic.
    """
    await shifts.enter_call(session, verifier, now)
    head = (
        select(Ticket.id)
        .where(Ticket.state == TicketState.WAITING)
        .order_by(*LINE_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    taken = (
        update(Ticket)
        .where(Ticket.id == head.scalar_subquery(), Ticket.state == TicketState.WAITING)
        .values(
            state=TicketState.IN_CALL,
            first_called_at=func.coalesce(Ticket.first_called_at, now, type_=Ticket.joined_at.type),
        )
        .returning(Ticket)
    )
    ticket = (await session.execute(taken)).scalar_one_or_none()
    if ticket is None:
        raise LineEmpty
    call = Call(
        id=new_id(),
        ticket=ticket.id,
        verifier=verifier,
        is_first=ticket.order_class != OrderClass.RETURNED,
        waited_s=(now - ticket.waiting_since_at).total_seconds(),
        started_at=now,
    )
    session.add(call)
    await session.flush()
    return ticket, call


async def _end_call(
    session: AsyncSession, call: str, verifier: str, outcome: CallOutcome, now: datetime
) -> str:
    """End the verifier's open call and send them into the wrap-up: the id of its ticket."""
    statement = (
        update(Call)
        .where(Call.id == call, Call.verifier == verifier, Call.ended_at.is_(None))
        .values(ended_at=now, outcome=outcome)
        .returning(Call.ticket)
    )
    ticket = (await session.execute(statement)).scalar_one_or_none()
    if ticket is None:
        raise NotYourCall
    await shifts.leave_call(session, verifier, now)
    return ticket


async def finish(
    session: AsyncSession, call: str, verifier: str, outcome: CallOutcome, now: datetime
) -> str:
    """End the call with a verdict or as absent: the id of the ticket, which is then final.

    Raises NotYourCall when the call is not open or not this verifier's.
    """
    ticket = await _end_call(session, call, verifier, outcome, now)
    absent = outcome is CallOutcome.ABSENT
    await session.execute(
        update(Ticket)
        .where(Ticket.id == ticket)
        .values(state=TicketState.ABSENT if absent else TicketState.SERVED, ended_at=now)
    )
    return ticket


async def hand_back(session: AsyncSession, call: str, verifier: str, now: datetime) -> str:
    """End the call without a verdict and put its ticket back at the head: the ticket's id.

    Raises NotYourCall when the call is not open or not this verifier's.
    """
    ticket = await _end_call(session, call, verifier, CallOutcome.RETURNED, now)
    key = key_on_return(now)
    await session.execute(
        update(Ticket)
        .where(Ticket.id == ticket)
        .values(
            state=TicketState.WAITING,
            order_class=key.order_class,
            order_at=key.order_at,
            waiting_since_at=now,
        )
    )
    return ticket


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
