"""The last step of an application: all that was entered, confirmed and sent."""

from pydantic import BaseModel

from desk import audit
from desk.access.tables import Access, Document, Upload
from desk.application.beginning import tell_sent
from desk.application.sending import send_in
from desk.application.showing import summary
from desk.application.tables import Draft
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.formats.checked import WARNINGS
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.pages.drafted import checked_draft, draft_row
from desk.problems import Problem
from desk.words import _
from signaling.server import Signaling


async def review(ask: Ask[Draft]) -> View:
    """GET /access/drafts/{id}/review: all that was entered, to be confirmed."""
    asked, checked, files = await checked_draft(ask)
    if checked.problems:
        raise incomplete(ask.thing.id)
    documents: list[Upload | Document] = [*files.uploads, *files.kept]
    data = {
        "draft": await draft_row(ask, asked),
        "summary": summary(asked.fields, checked),
        "warnings": [_(WARNINGS[code]) for code in checked.warnings],
        "uploads": [
            {"title": one.title, "file_name": one.file_name, "size_bytes": one.size_bytes}
            for one in documents
        ],
    }
    return View("application_review.html", data, {"review_hours": ask.settings.review_hours})


def incomplete(draft: str) -> Problem:
    """Something is missing or wrong in the form."""
    return Problem(
        422,
        "incomplete",
        _("Isian belum lengkap"),
        _("Perbaiki isian yang ditandai pada formulir, lalu ajukan lagi."),
        url=f"/access/drafts/{draft}?check=1",
    )


class Confirmation(BaseModel):
    """The box under the review."""

    confirmed: bool | str = False


async def send(ask: Ask[Draft]) -> Done:
    """POST /access/drafts/{id}/send (Kirim): the application with its documents."""
    draft = ask.thing
    if not ask.body(Confirmation).confirmed:
        raise Problem(
            422,
            "not_confirmed",
            _("Belum dikonfirmasi"),
            _("Centang pernyataan bahwa data sudah benar, lalu kirim."),
            url=f"/access/drafts/{draft.id}/review",
        )
    _form, checked, files = await checked_draft(ask)
    if checked.problems:
        raise incomplete(draft.id)
    uploads = [one.id for one in files.uploads]
    sent = await send_in(ask.session, ask.settings, draft, checked, uploads, files.kept, ask.now)
    await _record(ask, sent.access)
    templates = ask.request.app[TEMPLATES]
    await tell_sent(ask.session, templates, ask.settings, sent, ask.now)

    def wake(_signaling: Signaling) -> None:
        ask.request.app[MAIL_WAITS].set()

    meeting = sent.meeting.id if sent.meeting else None
    body = {"access": sent.access.id, "meeting": meeting, "url": sent.url}
    return Done(body, sent.url, wake)


async def _record(ask: Ask[Draft], access: Access) -> None:
    before = access.copied_from
    act, detail = (Did.APPLIED_AGAIN, {"copied_from": before}) if before else (Did.APPLIED, {})
    await audit.record(
        ask.session, ask.identity.id, act, access.id, ask.now, role=access.role, **detail
    )
