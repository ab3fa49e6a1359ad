"""The call's page, for both sides, and how it ends without a verdict."""

from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.checklist import challenge_in_words, steps_of
from desk.access.files import CallFile, documents_of
from desk.access.reasons import LONGEST_EXPLANATION, offered_reasons
from desk.access.tables import ChatLine
from desk.access.ways import ways_on
from desk.accounts.names import shown_to_applicants
from desk.accounts.tables import Role
from desk.answers import PRIVATE, dump, led_on
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import role_names
from desk.keys import CONTROL_ROOM, DOCUMENTS
from desk.pages.documents import described
from desk.pages.record import access_record, applicant_record, reason_row
from desk.pages.review import checklist_of, review_of, step_now
from desk.pages.snapshots import snapshot_row
from desk.recording import snapshots
from desk.recording.consent_text import text_for
from desk.relays import ice_of
from desk.words import _
from signaling.messages import Side
from signaling.server import Signaling
from waiting_room import leases, line
from waiting_room.tables import Call, CallOutcome


async def call(ask: Ask[CallFile]) -> View | web.StreamResponse:
    """GET /calls/{id}; who comes after its end is led on."""
    file = ask.thing
    if over := _over(ask, file.call):
        return over
    return await (_applicants if _side(ask) == "applicant" else _verifiers)(ask, file)


async def way(ask: Ask[Call]) -> web.StreamResponse:
    """GET /calls/{id}/way: how a side finds the other one; sooner than a page."""
    if over := _over(ask, ask.thing):
        return over
    side = _side(ask)
    place = {"side": side} | ice_of(ask.settings, ask.thing.id, side, ask.now)
    return web.json_response(place, dumps=dump, headers=PRIVATE)


def _side(ask: Ask[Any]) -> Side:
    return "applicant" if ask.identity.role is Role.APPLICANT else "verifier"


def _over(ask: Ask[Any], call: Call) -> web.Response | None:
    if call.ended_at is None or call.outcome is None:
        return None
    url = ways_on(call.outcome, call.ticket)[_side(ask)]
    return led_on(ask.request, url, {"state": "ended", "outcome": call.outcome.value})


async def _applicants(ask: Ask[CallFile], file: CallFile) -> View:
    label = shown_to_applicants(file.verifier.desk_number)
    data = {
        "state": "open",
        "call": {"id": file.call.id, "started_at": file.call.started_at, "verifier_label": label},
        "step": step_now(await checklist_of(ask.session, file)).as_dict(),
        "chat": await _chat(ask, file),
        "recording": await _recording(ask, file),
        "snapshots": await snapshots.count_of(ask.session, file.call.id),
        "peer_seen_at": file.call.verifier_seen_at,
        "grace_s": ask.settings.call_grace_s,
        **ice_of(ask.settings, file.call.id, "applicant", ask.now),
    }
    order = [step.key for step in steps_of(file.access.role)]
    page_only = {
        "order": order,
        "meeting": file.meeting.id,
        "asked": text_for(ask.settings, (await role_names(ask.session)).of(file.access.role)),
    }
    return View("call_applicant.html", data, page_only)


async def _verifiers(ask: Ask[CallFile], file: CallFile) -> View:
    review = await review_of(ask.session, file.call.id)
    documents = await documents_of(ask.session, file.access.id)
    data = {
        "state": "open",
        "call": {
            "id": file.call.id,
            "started_at": file.call.started_at,
            "peer_name": file.applicant.name,
        },
        "access": access_record(
            file.access, await role_names(ask.session), file.meeting, file.ticket
        ),
        "applicant": applicant_record(ask, file.applicant),
        "checklist": await checklist_of(ask.session, file),
        "challenge": challenge_in_words(review.challenge),
        "notes": review.notes,
        "chat": await _chat(ask, file),
        "reasons": [reason_row(one) for one in await offered_reasons(ask.session)],
        "longest_explanation": LONGEST_EXPLANATION,
        "recording": await _recording(ask, file),
        "snapshots": [
            snapshot_row(one, file.call.started_at)
            for one in await snapshots.of_call(ask.session, file.call.id)
        ],
        "peer_seen_at": file.call.applicant_seen_at,
        "grace_s": ask.settings.call_grace_s,
        "arrival_s": ask.settings.arrival_s,
        "has_arrived": file.call.applicant_arrived_at is not None,
        "handling_target_s": ask.settings.handling_target_minutes * 60,
        **ice_of(ask.settings, file.call.id, "verifier", ask.now),
    }
    # Drawing a hostile file takes until its time is up, and nobody else must wait that long for
    # the connection to read with.
    await ask.session.close()
    store = ask.request.app[DOCUMENTS]
    drawn = [await described(store, one) for one in documents]
    kinds = {kind.value: _(label) for kind, label in snapshots.LABELS.items()}
    return View("call_verifier.html", data | {"documents": drawn}, {"snapshot_kinds": kinds})


async def _recording(ask: Ask[CallFile], file: CallFile) -> dict[str, Any] | None:
    """How it stands, and how much of a picture to send; nothing where calls are not recorded."""
    if ask.settings.recording == "off":
        return None
    news = await ask.request.app[CONTROL_ROOM].following.read(ask.session, file.call.id)
    return news.as_dict() | {"kilobits": ask.settings.recording_kilobits}


async def _chat(ask: Ask[CallFile], file: CallFile) -> list[dict[str, Any]]:
    rows = await _chat_lines(ask.session, file.call.id)
    names = {
        file.applicant.id: ("applicant", file.applicant.name),
        file.verifier.id: ("verifier", shown_to_applicants(file.verifier.desk_number)),
    }
    return [
        {
            "text": row.text,
            "from": names[row.sender][0],
            "name": names[row.sender][1],
            "at": row.at,
            "mine": row.sender == ask.identity.id,
        }
        for row in rows
    ]


async def _chat_lines(session: AsyncSession, call_id: str) -> list[ChatLine]:
    statement = select(ChatLine).where(ChatLine.call == call_id).order_by(ChatLine.id)
    return list((await session.execute(statement)).scalars())


class EndChoice(BaseModel):
    """How a call ends without a verdict."""

    outcome: Literal["returned", "absent"]


async def end(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/end: the applicant goes back to the head of the line, or was never there."""
    file, outcome = ask.thing, CallOutcome(ask.body(EndChoice).outcome)
    call_id, verifier = file.call.id, ask.identity.id
    if outcome is CallOutcome.RETURNED:
        await line.hand_back(ask.session, call_id, verifier, ask.now)
        act = Did.CALL_RETURNED
    else:
        await line.finish(ask.session, call_id, verifier, outcome, ask.now)
        act = Did.MARKED_ABSENT
    await audit.record(ask.session, verifier, act, call_id, ask.now, ticket=file.ticket.id)
    return _ended(file, outcome, "/desk")


async def leave(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/leave: the applicant leaves the call, and the line with it."""
    file = ask.thing
    await line.leave_call(ask.session, file.call.id, ask.now)
    detail = {"ticket": file.ticket.id}
    await audit.record(ask.session, ask.identity.id, Did.CALL_LEFT, file.call.id, ask.now, **detail)
    return _ended(file, CallOutcome.LEFT, f"/meetings/{file.meeting.id}")


async def wait(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/wait: the verifier waits for a lost applicant, for one grace more."""
    await leases.wait_on(ask.session, ask.thing.call.id, ask.identity.id, ask.now)
    url = f"/calls/{ask.thing.call.id}"
    return Done({"url": url, "grace_s": ask.settings.call_grace_s}, url)


def _ended(file: CallFile, outcome: CallOutcome, url: str) -> Done:
    async def tell(signaling: Signaling) -> None:
        ways = ways_on(outcome, file.ticket.id)
        await signaling.call_ended(file.call.id, outcome.value, ways)

    return Done({"outcome": outcome.value, "url": url}, url, tell)
