"""A booked meeting: when it is, and joining the line for it."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from desk import audit
from desk.access.files import documents_of, hold_scheduled
from desk.access.rows import access_row
from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account
from desk.answers import PRIVATE
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import role_names
from desk.keys import DOCUMENTS, DRAINING, LIMITS
from desk.limits import JOINS_OF_AN_ACCOUNT
from desk.notices.appointments import appointment_of
from desk.notices.calendar_file import Method, calendar_file
from desk.notices.message import FILE_NAME
from desk.pages.times import moving
from desk.problems import Problem, already_decided, not_found, restarting
from desk.recording import consent
from desk.recording.consent_tables import Answer
from desk.relays import relay_urls
from desk.schedule.booking import hold_time
from desk.schedule.meetings import OpenSpan, open_span
from desk.schedule.tables import Meeting
from desk.times import long_date, time_with_zone
from desk.words import _
from signaling.server import Signaling
from waiting_room import line


async def meeting(ask: Ask[tuple[Meeting, Access]]) -> View:
    """GET /meetings/{id}."""
    booked, access = ask.thing
    span = _span(ask, booked, access)
    stands = await consent.standing(ask.session, booked.id)
    live = await line.live_ticket(ask.session, ask.identity.id)
    ticket = live if live and live.meeting == booked.id else None
    data = {
        "meeting": _meeting_row(ask, booked, access, span),
        "moving": await moving(ask, booked, access),
        "access": access_row(access, await role_names(ask.session), booked, ticket),
        "letter_number": access.letter_number,
        "ticket": {"url": f"/waiting/{ticket.id}", "state": ticket.state} if ticket else None,
    }
    page_only = {
        "relays": relay_urls(ask.settings),
        "asks_consent": ask.settings.recording != "off",
        "consent_answer": consent.answer_of(stands),
    }
    return View("meeting.html", data, page_only)


async def calendar(ask: Ask[tuple[Meeting, Access]]) -> web.StreamResponse:
    """GET /meetings/{id}/calendar: the file of a meeting that is still to come.

    With the id of the one in the mail, so that a calendar has it once.
    """
    booked, access = ask.thing
    row = _meeting_row(ask, booked, access, _span(ask, booked, access))
    if not row["is_ahead"]:
        raise not_found()
    whose = f"{(await role_names(ask.session)).of(access.role)}, {access.unit}"
    to = await ask.session.get_one(Account, ask.identity.id)
    appointment = appointment_of(
        ask.settings, booked.id, booked.starts_at, booked.sequence, whose, to
    )
    text = calendar_file(appointment, Method.PUBLISH, ask.settings, ask.now)
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return web.Response(text=text, content_type="text/calendar", headers=headers)


def _meeting_row(ask: Ask[Any], booked: Meeting, access: Access, span: OpenSpan) -> dict[str, Any]:
    decided = access.state is not AccessState.SCHEDULED
    has_time = not (decided or booked.cancelled_at or booked.no_show_at)
    return {
        "id": booked.id,
        "starts_at": booked.starts_at,
        "zone": ZoneInfo(access.timezone),
        "opens_at": span.opens_at,
        "closes_at": span.closes_at,
        "can_join": span.holds(ask.now) and has_time,
        "is_over": ask.now >= span.closes_at,
        "is_ahead": has_time and ask.now < span.closes_at,
        "decided": decided,
        "is_cancelled": booked.cancelled_at is not None,
    }


def _span(ask: Ask[Any], booked: Meeting, access: Access) -> OpenSpan:
    return open_span(booked, ZoneInfo(access.timezone), ask.settings)


async def join(ask: Ask[tuple[Meeting, Access]]) -> Done:
    """POST /meetings/{id}/join: the place in the line, the same one for each further try."""
    booked, access = ask.thing
    if ask.request.app[DRAINING].is_set():
        raise restarting()
    _demand_open(ask, booked, access)
    await hold_scheduled(ask.session, access)
    await _demand_consent(ask, booked)
    await hold_time(ask.session, booked)
    late_after = timedelta(minutes=ask.settings.late_after_minutes)
    ticket, is_new = await line.join(
        ask.session, ask.identity.id, booked.id, booked.starts_at, ask.now, late_after
    )
    url = f"/waiting/{ticket.id}"
    body = {"ticket": ticket.id, "url": url}
    if not is_new:
        return Done(body, url)
    await ask.request.app[LIMITS].demand(JOINS_OF_AN_ACCOUNT, ask.identity.id)
    await audit.record(
        ask.session, ask.identity.id, Did.JOINED, ticket.id, ask.now, order=ticket.order_class
    )

    documents = await documents_of(ask.session, access.id)

    def tell(signaling: Signaling) -> None:
        signaling.moved()
        ask.request.app[DOCUMENTS].prepare(documents)

    return Done(body, url, tell)


async def _demand_consent(ask: Ask[Any], booked: Meeting) -> None:
    """Who has not answered yet is asked in the waiting room, where the place is kept meanwhile."""
    stands = await consent.standing(ask.session, booked.id, hold=True)
    refused = consent.answer_of(stands) is Answer.REFUSED
    if ask.settings.recording == "required" and refused:
        detail = _(
            "Panggilan di meja ini selalu direkam, dan Anda tidak setuju. Anda dapat mengubah "
            "jawaban, memilih verifikasi tatap muka, atau mencari jadwal lain."
        )
        url = f"/meetings/{booked.id}/consent"
        raise Problem(409, "consent_refused", _("Persetujuan diperlukan"), detail, url=url)


def _demand_open(ask: Ask[Any], booked: Meeting, access: Access) -> None:
    span, zone = _span(ask, booked, access), ZoneInfo(access.timezone)
    if access.state is not AccessState.SCHEDULED:
        raise already_decided()
    if booked.cancelled_at:
        detail = _("Jadwal ini dibatalkan. Pilih jadwal lain di halaman jadwal Anda.")
        raise Problem(409, "cancelled", _("Jadwal dibatalkan"), detail)
    if ask.now < span.opens_at:
        detail = _("Ruang tunggu dibuka {day} pukul {time}.").format(
            day=long_date(span.opens_at, zone), time=time_with_zone(span.opens_at, zone)
        )
        raise Problem(409, "too_early", _("Ruang tunggu belum dibuka"), detail)
    if ask.now >= span.closes_at:
        detail = _("Hari jadwal Anda sudah lewat. Pilih jadwal lain di halaman jadwal Anda.")
        raise Problem(409, "too_late", _("Jadwal sudah lewat"), detail)
