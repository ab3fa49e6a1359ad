"""Who of the line is there: an absence for each ticket whose applicant has no page open.

Written in batches, by whoever sees the sockets. Whoever is away is passed over after a while and
keeps the place; away for longer they are set aside (`leases.py`), and back again they stand where
the key on their ticket puts them.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, delete, exists, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.dialects import insert_into
from waiting_room.tables import Absence, Call, Ticket, TicketState


def passed_over(long_ago: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a ticket is away since `long_ago` or longer: the moment `away_after` before now."""
    return exists().where(and_(Absence.ticket == Ticket.id, Absence.since_at <= long_ago))


async def mark_presence(
    session: AsyncSession, here: Collection[str], gone: Collection[str], now: datetime
) -> list[str]:
    """Tickets whose page is open, and those whose last page has closed: who was set aside is back.

    Returns the tickets that were set aside until now.
    """
    back: list[str] = []
    if here:
        # First the ticket, then its absence: the order in which everybody locks them.
        returned = (
            update(Ticket)
            .where(Ticket.id.in_(here), Ticket.state == TicketState.SET_ASIDE)
            .values(state=TicketState.WAITING, waiting_since_at=now)
            .returning(Ticket.id)
        )
        back.extend((await session.execute(returned)).scalars())
        await session.execute(delete(Absence).where(Absence.ticket.in_(here)))
    if gone:
        waiting = select(Ticket.id, literal(now, Absence.since_at.type)).where(
            Ticket.id.in_(gone), Ticket.state == TicketState.WAITING
        )
        absent = insert_into(session, Absence).from_select(["ticket", "since_at"], waiting)
        await session.execute(absent.on_conflict_do_nothing())
    return back


async def away_from(session: AsyncSession, ticket: str, since_at: datetime) -> None:
    """Nobody listens for the ticket from `since_at` on."""
    absent = insert_into(session, Absence).values(ticket=ticket, since_at=since_at)
    await session.execute(
        absent.on_conflict_do_update(index_elements=["ticket"], set_={"since_at": since_at})
    )


async def forget(session: AsyncSession, ticket: str) -> None:
    """The ticket is over, and with it the question whether anybody listens."""
    await session.execute(delete(Absence).where(Absence.ticket == ticket))


async def start_anew(session: AsyncSession, now: datetime) -> None:
    """After a start: all who wait count as away from now, and every lease as just renewed.

    A server that was killed saw nobody go; each has one full grace to come back.
    """
    waiting = select(Ticket.id, literal(now, Absence.since_at.type)).where(
        Ticket.state == TicketState.WAITING
    )
    absent = insert_into(session, Absence).from_select(["ticket", "since_at"], waiting)
    await session.execute(
        absent.on_conflict_do_update(index_elements=["ticket"], set_={"since_at": now})
    )
    await session.execute(
        update(Call)
        .where(Call.ended_at.is_(None))
        .values(applicant_seen_at=now, verifier_seen_at=now)
    )
