"""The whole way of an access, from sending to the decision, as its applicant sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access, AccessState, Verdict
from desk.schedule.tables import Meeting
from waiting_room.tables import Call, Ticket, TicketState

Progress = Literal["done", "now", "to_come", "failed"]
LINE = (TicketState.WAITING, TicketState.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the way: its kind, when it was or will be, and whether it lies behind."""

    kind: str
    progress: Progress
    at: datetime | None = None
    until: datetime | None = None


async def way_of(session: AsyncSession, access: Access, meeting: Meeting | None) -> list[Stop]:
    """Every stop there was, in its order, and those to come.

    Without a meeting it is the documents that are reviewed.
    """
    tickets, calls = await _happened(session, meeting) if meeting else ([], [])
    verdict = await _verdict_of(session, access)
    stops = [Stop("sent", "done", access.submitted_at)]
    if meeting is None:
        stops.append(Stop("reviewed", "done" if verdict else "now"))
    else:
        stops.append(Stop("booked", _until(access, bool(tickets)), meeting.starts_at))
    for ticket in tickets:
        stops += _in_line(ticket, [call for call in calls if call.ticket == ticket.id])
    if verdict:
        progress: Progress = "done" if access.state is AccessState.APPROVED else "failed"
        stops.append(Stop(verdict.decision.value, progress, verdict.decided_at))
    return stops + _to_come(stops)


async def _verdict_of(session: AsyncSession, access: Access) -> Verdict | None:
    found = await session.execute(select(Verdict).where(Verdict.access == access.id))
    return found.scalar_one_or_none()


async def _happened(session: AsyncSession, meeting: Meeting) -> tuple[list[Ticket], list[Call]]:
    tickets = await session.execute(
        select(Ticket).where(Ticket.meeting == meeting.id).order_by(Ticket.joined_at)
    )
    calls = await session.execute(
        select(Call)
        .join(Ticket, Ticket.id == Call.ticket)
        .where(Ticket.meeting == meeting.id)
        .order_by(Call.started_at)
    )
    return list(tickets.scalars()), list(calls.scalars())


def _until(access: Access, is_met: bool) -> Progress:
    return "done" if is_met or access.state is not AccessState.SCHEDULED else "now"


def _in_line(ticket: Ticket, calls: list[Call]) -> list[Stop]:
    waits = ticket.state in LINE
    stops = [Stop("waited", "now" if waits else "done", ticket.joined_at, ticket.first_called_at)]
    stops += [
        Stop("verified", "done" if call.ended_at else "now", call.started_at, call.ended_at)
        for call in calls
    ]
    if ticket.state is TicketState.LEFT:
        stops.append(Stop("left", "failed", ticket.ended_at))
    if ticket.state is TicketState.ABSENT:
        stops.append(Stop("absent", "failed", ticket.ended_at))
    return stops


def _to_come(stops: list[Stop]) -> list[Stop]:
    kinds = {stop.kind for stop in stops}
    if kinds & {decision.value for decision in (AccessState.APPROVED, AccessState.REJECTED)}:
        return []
    rest = [Stop("result", "to_come")]
    return rest if kinds & {"verified", "reviewed"} else [Stop("call", "to_come"), *rest]
