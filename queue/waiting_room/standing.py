"""How the line stands now: everything that reads it and changes nothing."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.order import LINE_ORDER
from waiting_room.presence import passed_over
from waiting_room.shifts import ON_DUTY
from waiting_room.tables import Call, Shift, ShiftState, Ticket, TicketState

WAITING = Ticket.state == TicketState.WAITING


class Stand(NamedTuple):
    """A ticket in the line together with its key, so that a new key is a new stand.

    `is_away` for one who would not be taken now: passed over, or set aside.
    """

    ticket: str
    order_class: int
    order_at: datetime
    is_away: bool
    is_waiting: bool


async def line_order(session: AsyncSession, now: datetime, away_after: timedelta) -> list[Stand]:
    """Everybody who holds a place, the next one first."""
    away = or_(Ticket.state == TicketState.SET_ASIDE, passed_over(now - away_after))
    statement = select(Ticket.id, Ticket.order_class, Ticket.order_at, away, WAITING)
    holds_a_place = Ticket.state.in_((TicketState.WAITING, TicketState.SET_ASIDE))
    rows = await session.execute(statement.where(holds_a_place).order_by(*LINE_ORDER))
    return [Stand(*row) for row in rows]


class Waiting(NamedTuple):
    """A ticket of the line, its position among those who would be taken, and whether it is one."""

    ticket: Ticket
    position: int
    is_away: bool


async def waiting_tickets(
    session: AsyncSession, limit: int, now: datetime, away_after: timedelta
) -> list[Waiting]:
    """The first `limit` tickets of the line, the next one first."""
    statement = select(Ticket, passed_over(now - away_after)).where(WAITING)
    rows = await session.execute(statement.order_by(*LINE_ORDER).limit(limit))
    found: list[Waiting] = []
    position = 1
    for ticket, is_away in rows:
        found.append(Waiting(ticket, position, is_away))
        position += not is_away
    return found


async def next_ticket(
    session: AsyncSession, now: datetime, away_after: timedelta
) -> Waiting | None:
    """Who would be taken now."""
    here = select(Ticket).where(WAITING, ~passed_over(now - away_after))
    first = await session.execute(here.order_by(*LINE_ORDER).limit(1))
    ticket = first.scalar_one_or_none()
    return Waiting(ticket, 1, is_away=False) if ticket else None


class Wait(NamedTuple):
    """How many wait, and since when the one who waits longest."""

    waiting: int
    longest_since_at: datetime | None


async def wait_now(session: AsyncSession) -> Wait:
    """The size of the line and its longest wait."""
    statement = select(func.count(), func.min(Ticket.waiting_since_at)).where(WAITING)
    return Wait(*(await session.execute(statement)).one())


async def shifts_by_state(session: AsyncSession) -> dict[ShiftState, int]:
    """How many verifiers are in each state; every state is there, at zero too."""
    rows = await session.execute(select(Shift.state, func.count()).group_by(Shift.state))
    counted = dict(rows.all())
    return {state: counted.get(state, 0) for state in ShiftState}


async def on_duty(session: AsyncSession) -> int:
    """How many verifiers serve now: ready, in a call or wrapping up."""
    statement = select(func.count()).select_from(Shift).where(Shift.state.in_(ON_DUTY))
    return (await session.execute(statement)).scalar_one()


async def open_calls(session: AsyncSession) -> list[tuple[Call, Ticket]]:
    """The calls in progress with their tickets, the longest first."""
    statement = (
        select(Call, Ticket)
        .join(Ticket, Ticket.id == Call.ticket)
        .where(Call.ended_at.is_(None))
        .order_by(Call.started_at)
    )
    return list(await session.execute(statement))
