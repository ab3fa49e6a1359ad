"""The waiting room: where one stands, and leaving it."""

from zoneinfo import ZoneInfo

from aiohttp import web

from desk import audit
from desk.access.files import find_meeting
from desk.answers import led_on
from desk.asks import Ask, Done, View, wants_json
from desk.audit import Did
from desk.directory.roles import role_names
from desk.keys import DATABASE, SIGNALING
from desk.recording import consent
from desk.recording.consent_text import text_for
from desk.relays import relay_urls
from desk.retrying import unavailable
from signaling.server import Signaling
from waiting_room import line
from waiting_room.tables import Ticket, TicketState


async def waiting(ask: Ask[Ticket]) -> View | web.StreamResponse:
    """GET /waiting/{id}: the place, or where the ticket's way went on."""
    ticket = ask.thing
    if ticket.state not in {TicketState.WAITING, TicketState.SET_ASIDE}:
        return await _moved_on(ask, ticket)
    (booked, access), _parties = await find_meeting(ask.session, ticket.meeting)
    stands = await consent.standing(ask.session, ticket.meeting)
    last_call = await line.outcome_of_last_call(ask.session, ticket.id)
    names = await role_names(ask.session)
    # Signaling may read the line anew, one at a time. Whoever waited for that with a connection in
    # hand could keep it from getting one, so this page gives its own back first.
    await ask.session.close()
    place = await ask.request.app[SIGNALING].place_of(ticket.id)
    if place is None:
        return await _anew(ask)
    data = {"state": ticket.state.value, **place.as_dict()}
    if wants_json(ask.request):
        return View("waiting.html", data)
    page_only = {
        "ticket": {"id": ticket.id, "state": ticket.state.value, "meeting": ticket.meeting},
        "place": place.as_dict(),
        "meeting": {"starts_at": booked.starts_at, "zone": ZoneInfo(access.timezone)},
        "letter_number": access.letter_number,
        "hold_minutes": ask.settings.hold_minutes,
        "last_call": last_call,
        "relays": relay_urls(ask.settings),
        "consent_answer": consent.answer_of(stands),
        "asked": text_for(ask.settings, names.of(access.role)),
    }
    return View("waiting.html", data, page_only)


async def _anew(ask: Ask[Ticket]) -> web.StreamResponse:
    """Called or gone since this transaction began; or the line cannot be read just now."""
    async with ask.request.app[DATABASE].reading() as session:
        ticket = await session.get_one(Ticket, ask.thing.id)
    if ticket.state in {TicketState.WAITING, TicketState.SET_ASIDE}:
        raise unavailable()
    raise web.HTTPSeeOther(ask.request.path)


async def _moved_on(ask: Ask[Ticket], ticket: Ticket) -> web.StreamResponse:
    call = await line.open_call_of(ask.session, ticket=ticket.id)
    state = {"state": ticket.state.value} | ({"call": call.id} if call else {})
    return led_on(ask.request, f"/calls/{call.id}" if call else "/", state)


async def leave(ask: Ask[Ticket]) -> Done:
    """POST /waiting/{id}/leave."""
    ticket = ask.thing
    await line.leave(ask.session, ticket.id, ask.now)
    waited_s = (ask.now - ticket.joined_at).total_seconds()
    await audit.record(
        ask.session, ask.identity.id, Did.LEFT, ticket.id, ask.now, waited_s=waited_s
    )

    url = f"/meetings/{ticket.meeting}"
    return Done({"url": url}, url, Signaling.moved)
