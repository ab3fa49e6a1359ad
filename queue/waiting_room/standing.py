"""How the line stands now: everything that reads it and changes nothing."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.order import LINE_ORDER
from waiting_room.shifts import ON_DUTY
from waiting_room.tables import Call, Shift, ShiftState, Ticket, TicketState

WAITING = Ticket.state == TicketState.WAITING


class Stand(NamedTuple):
    """A ticket in the line together with its key, so that a new key is a new stand."""

    ticket: str
    order_class: int
    order_at: datetime


async def line_order(session: AsyncSession) -> list[Stand]:
    """Everybody who waits, the next one first."""
    statement = select(Ticket.id, Ticket.order_class, Ticket.order_at)
    rows = await session.execute(statement.where(WAITING).order_by(*LINE_ORDER))
    return [Stand(*row) for row in rows]


async def waiting_tickets(session: AsyncSession, limit: int) -> list[Ticket]:
    """The first `limit` tickets of the line, the next one first."""
    statement = select(Ticket).where(WAITING).order_by(*LINE_ORDER).limit(limit)
    return list((await session.execute(statement)).scalars())


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
