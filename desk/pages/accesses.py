"""Manajemen Akses: somebody's accesses, and the whole way of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from desk.access.rows import rows_of
from desk.access.tables import Access, AccessState
from desk.access.timeline import Stop, way_of
from desk.application.drafts import drafts_of
from desk.asks import Ask, View
from desk.directory.roles import all_role_forms, name_of
from desk.recording.consented import consented
from desk.schedule.tables import Meeting


async def accesses(ask: Ask[None]) -> View:
    """GET /access; the newest access is the one whose way is shown."""
    rows = await _rows(ask)
    newest = await ask.session.get(Access, rows[0]["id"]) if rows else None
    return await _view(ask, rows, newest, is_chosen=False)


async def access(ask: Ask[Access]) -> View:
    """GET /access/{id}: the same, with the way of this one."""
    return await _view(ask, await _rows(ask), ask.thing, is_chosen=True)


async def _rows(ask: Ask[Any]) -> list[dict[str, Any]]:
    return [row for row, _ticket in await rows_of(ask.session, ask.identity.id)]


async def _view(
    ask: Ask[Any], rows: list[dict[str, Any]], shown: Access | None, *, is_chosen: bool
) -> View:
    way = await _way(ask, shown) if shown else []
    data = {
        "accesses": rows,
        "shown": next((row for row in rows if shown and row["id"] == shown.id), None),
        "way": way,
        "review_due_at": _due_at(ask, shown),
        "drafts": await _drafts(ask),
    }
    page_only = {"is_chosen": is_chosen, "consent": await _consent(ask, shown)}
    return View("accesses.html", data, page_only)


def _due_at(ask: Ask[Any], access: Access | None) -> datetime | None:
    if access is None or access.state is not AccessState.SUBMITTED:
        return None
    return access.submitted_at + ask.settings.review


async def _drafts(ask: Ask[Any]) -> list[dict[str, Any]]:
    names = {form.code: name_of(form) for form in await all_role_forms(ask.session)}
    return [
        {
            "url": f"/access/drafts/{draft.id}",
            "role_name": names.get(draft.role, draft.role),
            "unit": draft.answers.get("unit", ""),
            "saved_at": draft.saved_at,
        }
        for draft in await drafts_of(ask.session, ask.identity.id)
    ]


async def _consent(ask: Ask[Any], shown: Access | None) -> dict[str, Any] | None:
    booked = await _meeting(ask, shown) if shown else None
    return await consented(ask.session, booked.id) if booked else None


async def _meeting(ask: Ask[Any], access: Access) -> Meeting | None:
    found = await ask.session.execute(select(Meeting).where(Meeting.access == access.id))
    return found.scalar_one_or_none()


async def _way(ask: Ask[Any], access: Access) -> list[dict[str, Any]]:
    stops = await way_of(ask.session, access, await _meeting(ask, access))
    return [_as_dict(stop) for stop in stops]


def _as_dict(stop: Stop) -> dict[str, Any]:
    return {"kind": stop.kind, "progress": stop.progress, "at": stop.at, "until": stop.until}
