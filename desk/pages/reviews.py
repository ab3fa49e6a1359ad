"""The list of applications that are verified by their documents alone, and taking the next."""

from typing import Any
from zoneinfo import ZoneInfo

from desk.access import claims
from desk.access.claims import InList
from desk.asks import Ask, Done, View
from desk.directory.roles import RoleNames, role_names

SHOWN = 100


async def reviews(ask: Ask[None]) -> View:
    """GET /reviews: what is to be reviewed, the oldest first."""
    me = ask.identity.id
    # One more than is shown tells whether there are more.
    rows = await claims.to_review(ask.session, me, SHOWN + 1, ask.now)
    own = await claims.open_claim_of(ask.session, me)
    names = await role_names(ask.session)
    data = {
        "free": await claims.count_free(ask.session, me, ask.now),
        "claim": {
            "url": f"/reviews/{own[0].id}",
            "role_name": names.of(own[1].role),
            "unit": own[1].unit,
        }
        if own
        else None,
        "reviews": [_row(ask, row, names) for row in rows[:SHOWN]],
        "is_cut": len(rows) > SHOWN,
        "shown": SHOWN,
        "review_hours": ask.settings.review_hours,
    }
    return View("reviews.html", data)


def _row(ask: Ask[None], row: InList, names: RoleNames) -> dict[str, Any]:
    access = row.access
    due_at = access.submitted_at + ask.settings.review
    return {
        "number": access.number,
        "name": row.applicant.name,
        "role_name": names.of(access.role),
        "agency": access.agency,
        "unit": access.unit,
        "submitted_at": access.submitted_at,
        "due_at": due_at,
        "is_overdue": due_at < ask.now,
        "zone": ZoneInfo(access.timezone),
        "held_by": row.held_by,
    }


async def take(ask: Ask[None]) -> Done:
    """POST /reviews/take: one's open claim, else the next application, else the list again."""
    claim = await claims.take_next(ask.session, ask.identity.id, ask.now)
    url = f"/reviews/{claim}" if claim else "/reviews"
    return Done({"claim": claim, "url": url}, url)
