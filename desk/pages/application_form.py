"""The second step of an application: the form, which saves itself, and "Ajukan Akses"."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk import audit
from desk.access import uploads
from desk.application import drafts
from desk.application.again import kept_documents
from desk.application.fields import every_field, fields_asked
from desk.application.showing import field_row
from desk.application.tables import Draft
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.keys import DOCUMENTS
from desk.pages.drafted import LETTER, checked_draft, draft_row
from desk.pages.uploads import upload_fields
from desk.problems import invalid_input
from signaling.server import Signaling

# Of one input; what a field takes is less.
LONGEST = 2_000


async def form(ask: Ask[Draft]) -> View:
    """GET /access/drafts/{id}: the form as it was left; with `?check` also what is wrong."""
    asked, checked, files = await checked_draft(ask)
    problems = checked.problems if "check" in ask.request.query else {}
    fields = [
        field_row(one, ask.thing.answers, problems, asked.fields)
        for one in fields_asked(asked.fields)
    ]
    data = {
        "draft": await draft_row(ask, asked),
        "fields": fields,
        "problems": [{"input": name, "sentence": sentence} for name, sentence in problems.items()],
    }
    agency = checked.values.get("agency")
    [letter] = upload_fields(ask, [LETTER], files.uploads)
    more = {
        # Those that an upload replaces too: it may be removed again.
        "kept": await kept_documents(ask.session, ask.thing, ()),
        "letter": letter | {"error": letter["error"] or problems.get("letter", "")},
        "agency_id": agency.id if agency else "",
        "agency_type": checked.values.get("agency_type", ""),
        "errors": problems,
    }
    return View("application_form.html", data, more)


async def save(ask: Ask[Draft]) -> Done:
    """POST /access/drafts/{id}/save: keep what was typed so far, right or wrong."""
    await drafts.save(ask.session, ask.thing.id, _answers(ask.sent), ask.now)
    return Done({"saved_at": ask.now}, f"/access/drafts/{ask.thing.id}", is_kept=False)


async def submit(ask: Ask[Draft]) -> Done:
    """POST /access/drafts/{id} (Ajukan Akses): keep it, then to the review, or back to the form."""
    ask.thing.answers = _answers(ask.sent)
    await drafts.save(ask.session, ask.thing.id, ask.thing.answers, ask.now)
    _form, checked, _files = await checked_draft(ask)
    url = f"/access/drafts/{ask.thing.id}"
    onwards = f"{url}?check=1#summary" if checked.problems else f"{url}/review"
    return Done({"problems": checked.problems, "url": onwards}, onwards, is_kept=False)


def _answers(sent: Mapping[str, Any]) -> dict[str, str]:
    """What was typed into fields that there are. Raises the Problem invalid_input."""
    names = {name for one in every_field() for name in one.inputs}
    answers = {name: value for name, value in sent.items() if name in names}
    if any(not isinstance(value, str) or len(value) > LONGEST for value in answers.values()):
        raise invalid_input()
    return answers


async def discard(ask: Ask[Draft]) -> Done:
    """POST /access/drafts/{id}/discard: its unsent letters are destroyed with it."""
    await drafts.take_away(ask.session, ask.thing.id)
    await audit.record(ask.session, ask.identity.id, Did.DRAFT_DISCARDED, ask.thing.id, ask.now)
    store, files = ask.request.app[DOCUMENTS], await _letters_given_up(ask)

    def forget(_signaling: Signaling) -> None:
        for stored_as in files:
            store.forget(stored_as)

    # After the commit: what is still in the table keeps its file.
    return Done({"url": "/access"}, "/access", forget)


async def _letters_given_up(ask: Ask[Draft]) -> Sequence[str]:
    """The names of ours of the files that go with the draft; another one may still need them."""
    if await drafts.drafts_of(ask.session, ask.identity.id):
        return []
    return await uploads.remove_all(ask.session, ask.identity.id, LETTER, ask.now)
