"""The verifier's desk: who waits, one's own state, and the next applicant."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import bindparam, func, insert, select

from desk import audit
from desk.access import claims
from desk.access.checklist import draw_challenge
from desk.access.tables import Access, Document, Review
from desk.accounts.tables import Account
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import RoleNames, role_names
from desk.schedule.tables import Meeting
from desk.times import day_span, time_with_zone
from signaling.server import Signaling
from waiting_room import line, service, shifts, standing
from waiting_room.order import OrderClass
from waiting_room.standing import Waiting
from waiting_room.tables import Shift, ShiftState, Ticket, table_of

SHOWN = 50
_ACCESS = select(table_of(Meeting).c.access).where(table_of(Meeting).c.id == bindparam("meeting"))
_NEW_REVIEW = insert(table_of(Review))
MARKS = {OrderClass.RETURNED: "returned", OrderClass.BOOKED: "present", OrderClass.LATE: "late"}


async def desk(ask: Ask[None]) -> View:
    """GET /desk: everything the verifier's page shows, for scripts as JSON."""
    shift = await ask.session.get(Shift, ask.identity.id)
    call = await line.open_call_of(ask.session, verifier=ask.identity.id)
    wait = await standing.wait_now(ask.session)
    away_after = ask.settings.away_after
    stands = await standing.waiting_tickets(ask.session, SHOWN, ask.now, away_after)
    names = await role_names(ask.session)
    waiting = await _waiting(ask, stands, names)
    data = {
        "shift": {
            "state": shift.state.value if shift else ShiftState.OFF.value,
            "reason": shift.reason if shift else None,
            "since_at": shift.since_at if shift else ask.now,
        },
        "open_call": {"id": call.id, "url": f"/calls/{call.id}"} if call else None,
        "waiting": waiting,
        "waiting_total": wait.waiting,
        "longest_since_at": wait.longest_since_at,
        "next": await _next(ask, names),
        "today": await _today(ask),
        "reviews": await claims.count_free(ask.session, ask.identity.id, ask.now),
        "wrap_up_s": ask.settings.wrap_up_s,
    }
    return View("desk.html", data)


async def _next(ask: Ask[None], names: RoleNames) -> dict[str, Any] | None:
    head = await standing.next_ticket(ask.session, ask.now, ask.settings.away_after)
    if head is None:
        return None
    (row,) = await _waiting(ask, [head], names)
    return row | {"documents": await _documents(ask, head.ticket)}


async def _waiting(ask: Ask[None], stands: list[Waiting], names: RoleNames) -> list[dict[str, Any]]:
    statement = (
        select(Meeting, Access, Account.name)
        .join(Access, Access.id == Meeting.access)
        .join(Account, Account.id == Access.applicant)
        .where(Meeting.id.in_([stand.ticket.meeting for stand in stands]))
    )
    rows = await ask.session.execute(statement)
    cases = {meeting.id: (meeting, access, name) for meeting, access, name in rows}
    return [_waiting_row(ask, stand, names, *cases[stand.ticket.meeting]) for stand in stands]


def _waiting_row(
    ask: Ask[None], stand: Waiting, names: RoleNames, meeting: Meeting, access: Access, name: str
) -> dict[str, Any]:
    zone = ZoneInfo(access.timezone)
    booked_text = time_with_zone(meeting.starts_at, zone)
    desk_text = time_with_zone(meeting.starts_at, ask.settings.zone)
    return {
        "position": stand.position,
        "name": name,
        "role_name": names.of(access.role),
        "agency": access.agency,
        "unit": access.unit,
        "booked_at": meeting.starts_at,
        "zone": zone,
        "booked_text": booked_text,
        "desk_text": desk_text if desk_text != booked_text else "",
        "waiting_since_at": stand.ticket.waiting_since_at,
        "mark": "away" if stand.is_away else MARKS[OrderClass(stand.ticket.order_class)],
    }


async def _documents(ask: Ask[None], head: Ticket) -> int:
    statement = (
        select(func.count(Document.id))
        .join(Meeting, Meeting.access == Document.access)
        .where(Meeting.id == head.meeting)
    )
    return (await ask.session.execute(statement)).scalar_one()


async def _today(ask: Ask[None]) -> dict[str, Any]:
    day = day_span(ask.now, ask.settings.zone)
    counts = await service.day_counts(ask.session, *day, verifier=ask.identity.id)
    times_s = await service.handling_times_s(ask.session, *day, verifier=ask.identity.id)
    return {
        "finished": counts.approved + counts.rejected,
        "approved": counts.approved,
        "rejected": counts.rejected,
        "average_s": sum(times_s) / len(times_s) if times_s else None,
    }


class StateChoice(BaseModel):
    """A verifier's choice of state."""

    state: Literal["ready", "on_break", "off"]
    reason: Literal["rest", "prayer", "meeting", "technical"] | None = None


async def choose_state(ask: Ask[None]) -> Done:
    """POST /desk/status."""
    choice = ask.body(StateChoice)
    state = ShiftState(choice.state)
    reason = choice.reason if state is ShiftState.ON_BREAK else None
    me = ask.identity.id
    if await shifts.choose(ask.session, me, state, ask.now, reason):
        detail = {"state": state.value, "reason": reason}
        await audit.record(ask.session, me, Did.SHIFT_CHANGED, me, ask.now, **detail)

    body = {"state": state.value, "since_at": ask.now.isoformat()}
    return Done(body, "/desk", Signaling.moved)


async def take(ask: Ask[None]) -> Done:
    """POST /desk/take: the next applicant, and the call with them. Raises LineError."""
    away_after = ask.settings.away_after
    ticket, call = await line.take_next(ask.session, ask.identity.id, ask.now, away_after)
    found = await ask.session.execute(_ACCESS, {"meeting": ticket.meeting})
    sheet = {"call": call.id, "access": found.scalar_one(), "challenge": draw_challenge()}
    await ask.session.execute(_NEW_REVIEW, sheet)
    await audit.record(
        ask.session,
        ask.identity.id,
        Did.TAKEN,
        call.id,
        ask.now,
        ticket=ticket.id,
        waited_s=call.waited_s,
        is_first=call.is_first,
    )
    url = f"/calls/{call.id}"

    async def tell(signaling: Signaling) -> None:
        await signaling.called(ticket.id, call.id, url)

    return Done({"call": call.id, "url": url}, url, tell)
