"""Applying again after a rejection: where a draft is in the way the person chooses, then the form.

The form and all that follows are those of a first application.
"""

from typing import Any

from pydantic import AwareDatetime, BaseModel

from desk.access.rows import access_row, rejection_of
from desk.access.tables import Access
from desk.application.again import begin_again, demand_again
from desk.application.drafts import draft_for
from desk.application.tables import Draft
from desk.asks import Ask, Done, View
from desk.directory.roles import role_names
from desk.pages.drafted import checked_draft


async def ask_first(ask: Ask[Access]) -> View:
    """GET /access/{id}/again: the reason, and from what to go on, where there is a choice."""
    access = ask.thing
    await demand_again(ask.session, access)
    names = await role_names(ask.session)
    data = {
        "access": access_row(access, names, reason=await rejection_of(ask.session, access.id)),
        "draft": _row(await draft_for(ask.session, ask.identity.id, access.role), access),
    }
    return View("again.html", data)


def _row(draft: Draft | None, access: Access) -> dict[str, Any] | None:
    if draft is None:
        return None
    return {
        "url": f"/access/drafts/{draft.id}",
        "unit": draft.answers.get("unit", ""),
        "saved_at": draft.saved_at,
        "is_from_here": draft.copied_from == access.id,
    }


class Choice(BaseModel):
    """A draft that may give way: when it was saved, as the person has seen it."""

    instead_of: AwareDatetime | None = None


async def begin(ask: Ask[Access]) -> Done:
    """POST /access/{id}/again: to the draft filled from it, or to the choice between the two."""
    choice = ask.body(Choice)
    draft = await begin_again(ask.session, ask.thing, choice.instead_of, ask.now)
    if draft.copied_from != ask.thing.id:
        back = ask.request.path
        return Done({"url": back}, back, is_kept=False)
    of_draft = Ask(ask.request, ask.session, ask.identity, ask.now, draft)
    _form, checked, _files = await checked_draft(of_draft)
    url = f"/access/drafts/{draft.id}"
    onwards = f"{url}?check=1#summary" if checked.problems else url
    return Done({"draft": draft.id, "problems": checked.problems, "url": onwards}, onwards)
