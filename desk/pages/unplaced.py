"""Those whom staff must find a time for: not there three times, or moved out of a closed day."""

from typing import Any

from sqlalchemy import or_, select

from desk.access.rows import access_row
from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account
from desk.asks import Ask, View
from desk.directory.roles import RoleNames, role_names
from desk.schedule.tables import Meeting
from desk.schedule.terms import NO_SHOWS_BY_HAND


async def unplaced(ask: Ask[None]) -> View:
    """GET /schedule/unplaced: the oldest first."""
    by_hand = Meeting.no_show_at.is_not(None) & (Meeting.no_shows >= NO_SHOWS_BY_HAND)
    found = (
        select(Meeting, Access, Account)
        .join(Access, Access.id == Meeting.access)
        .join(Account, Account.id == Access.applicant)
        .where(
            Access.state == AccessState.SCHEDULED,
            or_(by_hand, Meeting.cancelled_at.is_not(None)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    names = await role_names(ask.session)
    rows = [_row(names, *row) for row in await ask.session.execute(found)]
    return View("unplaced.html", {"waiting": rows})


def _row(names: RoleNames, meeting: Meeting, access: Access, applicant: Account) -> dict[str, Any]:
    return {
        **access_row(access, names, meeting),
        "applicant_name": applicant.name,
        "no_shows": meeting.no_shows,
        "url": f"/schedule/meetings/{meeting.id}",
    }
