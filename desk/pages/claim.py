"""A claim: the documents that a verifier reviews, the sheet of that review, and its verdict."""

from typing import Any

from aiohttp import web
from sqlalchemy import delete, select

from desk import audit
from desk.access import claims, verdicts
from desk.access.checklist import missing_of
from desk.access.document_steps import document_steps_of
from desk.access.files import ClaimFile, documents_of
from desk.access.reasons import BY_DOCUMENTS, LONGEST_EXPLANATION, offered_reasons
from desk.access.rows import rows_of
from desk.access.tables import Claim, ClaimMark
from desk.access.verdicts import claim_marks_of
from desk.accounts.tables import Account
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import role_names
from desk.keys import DOCUMENTS, MAIL_WAITS, TEMPLATES
from desk.pages.documents import described
from desk.pages.record import access_record, applicant_record, reason_row
from desk.pages.review import Marking, Notes, Reveal, number_of, step_rows
from desk.pages.verdict import VerdictForm, previewed
from desk.problems import invalid_input
from signaling.server import Signaling


async def claim(ask: Ask[ClaimFile]) -> View:
    """GET /reviews/{id}. Raises a Problem once the claim has ended."""
    file = _open(ask)
    documents = await documents_of(ask.session, file.access.id)
    others = await rows_of(ask.session, file.applicant.id)
    data = {
        "claim": {"id": file.claim.id, "claimed_at": file.claim.claimed_at},
        "access": access_record(file.access, await role_names(ask.session)),
        "due_at": file.access.submitted_at + ask.settings.review,
        "applicant": applicant_record(ask, file.applicant),
        "others": [row for row, _ticket in others if row["id"] != file.access.id],
        "checklist": await _checklist(ask),
        "notes": file.claim.notes,
        "earlier_notes": await _earlier_notes(ask),
        "reasons": [reason_row(one) for one in await offered_reasons(ask.session, BY_DOCUMENTS)],
        "longest_explanation": LONGEST_EXPLANATION,
    }
    # As in a call: nobody else waits for the connection while a file is being drawn.
    await ask.session.close()
    store = ask.request.app[DOCUMENTS]
    drawn = [await described(store, one) for one in documents]
    return View("review.html", data | {"documents": drawn})


def _open(ask: Ask[ClaimFile]) -> ClaimFile:
    if ask.thing.claim.ended_at is not None:
        raise claims.not_your_claim(ask.thing.claim.outcome)
    return ask.thing


async def _checklist(ask: Ask[ClaimFile]) -> list[dict[str, Any]]:
    claim, role = ask.thing.claim, ask.thing.access.role
    marks = await claim_marks_of(ask.session, claim.id)
    return step_rows(document_steps_of(role), marks, claim.claimed_at)


async def _earlier_notes(ask: Ask[ClaimFile]) -> list[dict[str, Any]]:
    """What colleagues wrote who gave the application back."""
    statement = (
        select(Claim.notes, Account.desk_number)
        .join(Account, Account.id == Claim.verifier)
        .where(Claim.access == ask.thing.access.id, Claim.ended_at.is_not(None), Claim.notes != "")
        .order_by(Claim.claimed_at)
    )
    rows = await ask.session.execute(statement)
    return [{"notes": notes, "desk_number": number} for notes, number in rows]


async def mark_step(ask: Ask[ClaimFile]) -> Done:
    """POST /reviews/{id}/checklist."""
    file, marking = ask.thing, ask.body(Marking)
    await claims.hold(ask.session, file.claim.id, ask.now)
    steps = document_steps_of(file.access.role)
    if marking.step not in {step.key for step in steps}:
        raise invalid_input({"step": "unknown"})
    own = (ClaimMark.claim == file.claim.id, ClaimMark.step == marking.step)
    await ask.session.execute(delete(ClaimMark).where(*own))
    if marking.passed is not None:
        mark = {"step": marking.step, "passed": marking.passed, "marked_at": ask.now}
        ask.session.add(ClaimMark(claim=file.claim.id, **mark))
    await _record(ask, Did.STEP_MARKED, step=marking.step, passed=marking.passed)
    await ask.session.flush()
    checklist = await _checklist(ask)
    passed = {step["step"]: bool(step["passed"]) for step in checklist}
    body = {"checklist": checklist, "missing": missing_of(steps, passed)}
    return Done(body, _page_of(file))


async def keep_notes(ask: Ask[ClaimFile]) -> Done:
    """POST /reviews/{id}/notes."""
    await claims.hold(ask.session, ask.thing.claim.id, ask.now, notes=ask.body(Notes).notes)
    return Done({}, _page_of(ask.thing))


async def reveal(ask: Ask[ClaimFile]) -> Done:
    """POST /reviews/{id}/reveal: the whole number; that it was seen is logged."""
    file, field = ask.thing, ask.body(Reveal).field
    await claims.hold(ask.session, file.claim.id, ask.now)
    value = number_of(file.applicant, field)
    await _record(ask, Did.NUMBER_REVEALED, field=field)
    return Done({"value": value}, _page_of(file), is_kept=False)


async def give_back(ask: Ask[ClaimFile]) -> Done:
    """POST /reviews/{id}/return."""
    await claims.give_back(ask.session, ask.thing.claim, ask.now)
    return Done({"url": "/reviews"}, "/reviews")


async def preview(ask: Ask[ClaimFile]) -> web.StreamResponse:
    """GET /reviews/{id}/mail-preview: the mail that a verdict would send."""
    return await previewed(ask, _open(ask))


async def give(ask: Ask[ClaimFile]) -> Done:
    """POST /reviews/{id}/verdict."""
    file, app = ask.thing, ask.request.app
    judgement = ask.body(VerdictForm).judgement()
    await verdicts.decide_by_documents(
        ask.session, file, judgement, app[TEMPLATES], ask.settings.public_url, ask.now
    )

    def wake(_signaling: Signaling) -> None:
        app[MAIL_WAITS].set()

    return Done({"decision": judgement.decision.value, "url": "/reviews"}, "/reviews", wake)


async def _record(ask: Ask[ClaimFile], act: Did, **detail: Any) -> None:
    claim = ask.thing.claim.id
    await audit.record(ask.session, ask.identity.id, act, claim, ask.now, **detail)


def _page_of(file: ClaimFile) -> str:
    return f"/reviews/{file.claim.id}"
