"""The applicant's home and organisation: their accesses, and what each asks of them next."""

from typing import Any

from aiohttp import web

from desk.access.rows import rows_of
from desk.access.tables import AccessState
from desk.accounts.tables import Account, Role
from desk.asks import Ask, View
from waiting_room import line
from waiting_room.tables import Ticket, TicketState

HOME_OF_STAFF = {
    Role.VERIFIER: "/desk",
    Role.SUPERVISOR: "/supervisor",
    Role.ADMINISTRATOR: "/supervisor",
}


async def home(ask: Ask[None]) -> View:
    """GET /: an applicant's accesses and next step; staff are led to their own page."""
    if location := HOME_OF_STAFF.get(ask.identity.role):
        raise web.HTTPSeeOther(location)
    rows = await rows_of(ask.session, ask.identity.id)
    account = await ask.session.get_one(Account, ask.identity.id)
    steps = [await _next_step(ask, account, row, ticket) for row, ticket in rows]
    data = {
        "accesses": [row for row, _ticket in rows],
        "next_step": next((step for step in steps if step), None),
    }
    return View("home_applicant.html", data)


async def _next_step(
    ask: Ask[None], account: Account, row: dict[str, Any], ticket: Ticket | None
) -> dict[str, Any] | None:
    """What this access asks of the applicant; the newest that asks anything leads the page."""
    if ticket and ticket.state is TicketState.IN_CALL:
        call = await line.open_call_of(ask.session, ticket=ticket.id)
        return {"kind": "call", "url": f"/calls/{call.id}" if call else "/", "access": row}
    if ticket:
        return {"kind": "waiting", "url": f"/waiting/{ticket.id}", "access": row}
    if row["status"] in {"no_show", "without_time"}:
        return {"kind": row["status"], "url": f"{row['meeting']['url']}/times", "access": row}
    if row["status"] == AccessState.SUBMITTED:
        due_at = row["submitted_at"] + ask.settings.review
        return {"kind": "submitted", "url": f"/access/{row['id']}", "access": row, "due_at": due_at}
    if row["status"] == AccessState.SCHEDULED:
        return {"kind": "meeting", "url": row["meeting"]["url"], "access": row}
    return _after_the_verdict(account, row)


def _after_the_verdict(account: Account, row: dict[str, Any]) -> dict[str, Any] | None:
    if row["status"] == AccessState.REJECTED and row["again_url"]:
        return {"kind": "rejected", "url": "/organisation", "access": row}
    if row["status"] == AccessState.APPROVED:
        if row["is_employee"] and not account.employee_number:
            return {"kind": "unregistered", "url": "/profile", "access": row}
        return {"kind": "approved", "url": "/", "access": row}
    return None


async def organisation(ask: Ask[None]) -> View:
    """GET /organisation."""
    rows = await rows_of(ask.session, ask.identity.id)
    return View("organisation.html", {"accesses": [row for row, _ticket in rows]})
