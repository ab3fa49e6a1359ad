"""The consent screen: what is asked before a call is recorded, and what was answered."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from desk import audit
from desk.access.files import hold_scheduled
from desk.access.tables import Access
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import role_names
from desk.keys import CONTROL_ROOM
from desk.problems import Problem, not_found
from desk.recording import consent, retention
from desk.recording.consent_tables import Answer, Consent
from desk.recording.consent_text import Asked, asked
from desk.reshown import Reshown
from desk.schedule.tables import Meeting
from desk.words import _
from signaling.server import Signaling
from waiting_room import line
from waiting_room.tables import Ticket, TicketState

Booked = tuple[Meeting, Access]
IN_LINE = {TicketState.WAITING, TicketState.SET_ASIDE}


class Reply(BaseModel):
    """What was answered to which text; `agreed` is the box beside the statement."""

    answer: Answer
    agreed: bool | str = False
    text_sha256: str = ""


async def screen(ask: Ask[Booked]) -> View:
    """GET /meetings/{id}/consent."""
    booked, access = ask.thing
    _demand_asked(ask)
    stands = await consent.standing(ask.session, booked.id)
    view = _screen(ask, booked, await _text(ask, access), stands, {})
    ticket = await _ticket(ask, booked)
    is_in_call = ticket is not None and ticket.state is TicketState.IN_CALL
    view.page_only.update(in_call=is_in_call, access_url=f"/access/{access.id}")
    return view


async def _text(ask: Ask[Any], access: Access) -> Asked:
    names = await role_names(ask.session)
    return asked(ask.settings, names.of(access.role))


def _demand_asked(ask: Ask[Any]) -> None:
    if ask.settings.recording == "off":
        raise not_found()


def _screen(
    ask: Ask[Any], booked: Meeting, text: Asked, stands: Consent | None, errors: dict[str, str]
) -> View:
    data = {"answer": consent.answer_of(stands), "is_required": _is_required(ask)}
    page_only = {"meeting": booked.id, "asked": text, "errors": errors, "in_call": False}
    return View("consent.html", data, page_only)


def _is_required(ask: Ask[Any]) -> bool:
    return ask.settings.recording == "required"


async def answer(ask: Ask[Booked]) -> Done:
    """POST /meetings/{id}/consent. Nobody's place in the line waits for the answer."""
    booked, access = ask.thing
    _demand_asked(ask)
    await hold_scheduled(ask.session, access)
    reply, text = ask.body(Reply), await _text(ask, access)
    stands = await consent.standing(ask.session, booked.id, hold=True)
    ticket = await _ticket(ask, booked)
    if reply.answer is Answer.GIVEN:
        _demand_agreed(ask, booked, text, stands, reply)
    elif ticket and ticket.state is TicketState.IN_CALL and stands and stands.allows:
        raise _too_late_to_refuse(access)
    witness = consent.Witness(ask.request.remote or "", ask.request.headers.get("User-Agent", ""))
    await consent.keep(
        ask.session, ask.identity.id, booked.id, text, reply.answer, witness, ask.now
    )
    if _is_required(ask) and reply.answer is Answer.REFUSED:
        return await _without_call(ask, booked, ticket)
    url = await _way_on(ask, booked, ticket)
    return Done({"answer": reply.answer, "url": url, "stays": True}, url)


async def withdraw(ask: Ask[Access]) -> Done:
    """POST /access/{id}/consent/withdraw: what is being recorded ends, what was is destroyed."""
    found = await ask.session.execute(select(Meeting).where(Meeting.access == ask.thing.id))
    booked = found.scalar_one_or_none()
    if booked is None:
        raise not_found()
    taken = await consent.withdraw(ask.session, ask.identity.id, booked.id, ask.now)
    await retention.withdraw(ask.session, taken.id, ask.identity.id, ask.now)

    async def tell(_signaling: Signaling) -> None:
        await ask.request.app[CONTROL_ROOM].end_what_is_over()

    url = f"/access/{ask.thing.id}#consent"
    return Done({"url": url}, url, tell)


async def _ticket(ask: Ask[Any], booked: Meeting) -> Ticket | None:
    live = await line.live_ticket(ask.session, ask.identity.id)
    return live if live and live.meeting == booked.id else None


def _demand_agreed(
    ask: Ask[Any], booked: Meeting, text: Asked, stands: Consent | None, reply: Reply
) -> None:
    if not reply.agreed:
        sentence = _("Centang pernyataan ini jika Anda setuju direkam.")
        problem = Problem(422, "not_agreed", _("Belum dicentang"), sentence)
    elif reply.text_sha256 != text.sha256:
        sentence = _("Teks persetujuan sudah berubah. Baca sekali lagi, lalu jawab.")
        problem = Problem(409, "text_changed", _("Teks berubah"), sentence)
    else:
        return
    raise Reshown(problem, _screen(ask, booked, text, stands, {"agreed": sentence}))


def _too_late_to_refuse(access: Access) -> Problem:
    detail = _("Panggilan sudah dimulai. Anda dapat menarik persetujuan di halaman akses Anda.")
    url = f"/access/{access.id}"
    return Problem(409, "consent_in_use", _("Persetujuan sedang dipakai"), detail, url=url)


async def _without_call(ask: Ask[Any], booked: Meeting, ticket: Ticket | None) -> Done:
    """Where calls must be recorded, whoever refuses leaves the line, and keeps the access."""
    url = f"/meetings/{booked.id}/consent"
    body = {"answer": Answer.REFUSED, "url": url, "stays": False}
    if ticket is None or ticket.state not in IN_LINE:
        return Done(body, url)
    await line.leave(ask.session, ticket.id, ask.now)
    waited_s = (ask.now - ticket.joined_at).total_seconds()
    await audit.record(
        ask.session, ask.identity.id, Did.LEFT, ticket.id, ask.now, waited_s=waited_s
    )
    return Done(body, url, Signaling.moved)


async def _way_on(ask: Ask[Any], booked: Meeting, ticket: Ticket | None) -> str:
    if ticket is None:
        return f"/meetings/{booked.id}"
    if ticket.state in IN_LINE:
        return f"/waiting/{ticket.id}"
    call = await line.open_call_of(ask.session, ticket=ticket.id)
    return f"/calls/{call.id}" if call else "/"
