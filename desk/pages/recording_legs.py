"""A call's recording as its pages act on it: legs opened, held up, resumed, stopped."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from desk import audit, authority
from desk.access.files import CallFile, find_call
from desk.accounts.tables import Role
from desk.answers import PRIVATE, dump
from desk.asks import Ask, Done, Tell, in_time, parse, read_body
from desk.audit import Did
from desk.authority import Action
from desk.dispatch import who_asks
from desk.keys import CONTROL_ROOM, DATABASE, SETTINGS
from desk.problems import Problem
from desk.recording import lifetime, pauses
from desk.recording.chunks import Chunk
from desk.recording.tables import Recording, RecordingState
from desk.words import _
from media.control import LARGEST_OFFER
from signaling.messages import Side
from signaling.server import Signaling
from waiting_room import line

LONGEST_REASON = 200


class Offer(BaseModel):
    """What a side's page offers to send (SDP)."""

    sdp: str = Field(max_length=LARGEST_OFFER)


class Begun(BaseModel):
    """When a browser's own recording began: milliseconds after the desk had opened its segment."""

    after_ms: int = Field(0, ge=0)


async def open_leg(request: web.Request) -> web.StreamResponse:
    """POST /calls/{id}/recording/leg: the recorder's answer to an offer, and the segment's number.

    No command: between the row and the answer a recorder is asked, and a writer must not wait.
    """
    file, side = await sender(request)
    offer = parse(Offer, await read_body(request))
    opened = await request.app[CONTROL_ROOM].open_leg(file, side, offer.sdp)
    return web.json_response(opened, dumps=dump, headers=PRIVATE)


async def open_chunks(request: web.Request) -> web.StreamResponse:
    """POST /calls/{id}/recording/chunks: a segment that the browser records by itself."""
    file, side = await sender(request)
    opened = await request.app[CONTROL_ROOM].open_chunks(file, side)
    return web.json_response(opened, dumps=dump, headers=PRIVATE)


async def take_chunk(request: web.Request) -> web.StreamResponse:
    """POST /calls/{id}/recording/chunks/{segment}/{number}: one of its chunks, from 0 on."""
    file, side = await sender(request)
    after_ms = parse(Begun, request.query).after_ms
    segment, number = int(request.match_info["segment"]), int(request.match_info["number"])
    content = await in_time(request, request.read())
    room = request.app[CONTROL_ROOM]
    chunk = Chunk(content, after_ms)
    taken = await room.take_chunk(file, side, segment, number, chunk)
    return web.json_response(taken, dumps=dump, headers=PRIVATE)


async def sender(request: web.Request) -> tuple[CallFile, Side]:
    """The call whose side sends something, and which side it is. Raises a Problem."""
    identity = authority.demand_role(await who_asks(request), Action.SEND_RECORDING)
    async with request.app[DATABASE].reading() as session:
        file, parties = await find_call(session, request.match_info["id"])
    authority.demand(identity, Action.SEND_RECORDING, parties)
    if request.app[SETTINGS].recording == "off":
        detail = _("Di meja ini panggilan tidak direkam.")
        raise Problem(409, "recording_off", _("Tidak ada perekaman"), detail)
    return file, "applicant" if identity.role is Role.APPLICANT else "verifier"


class Reason(BaseModel):
    """Why a recording is held up."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=LONGEST_REASON)
    ]


async def pause(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/recording/pause."""
    reason, recording = ask.body(Reason).reason, await _going_on(ask)
    if await pauses.begin(ask.session, recording.id, ask.identity.id, reason, ask.now):
        await _record(ask, recording, Did.RECORDING_PAUSED, reason=reason)
    return _done(ask, _ended(ask, recording.id))


async def resume(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/recording/resume: both pages begin a new segment."""
    recording = await _going_on(ask)
    if await pauses.end(ask.session, recording.id, ask.now):
        await _record(ask, recording, Did.RECORDING_RESUMED)
    return _done(ask, _told(ask))


async def stop(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/recording/stop: nothing more is recorded of this call."""
    reason, recording = ask.body(Reason).reason, await _going_on(ask)
    await pauses.stop(ask.session, recording.id, ask.identity.id, reason, ask.now)
    await _record(ask, recording, Did.RECORDING_STOPPED, reason=reason)
    return _done(ask, _ended(ask, recording.id))


async def _going_on(ask: Ask[CallFile]) -> Recording:
    await line.hold_open(ask.session, ask.thing.call.id)
    recording = await lifetime.recording_of(ask.session, ask.thing.call.id)
    if recording is None:
        detail = _("Panggilan ini belum direkam.")
        raise Problem(409, "not_recorded", _("Belum ada rekaman"), detail)
    if recording.state is not RecordingState.OPEN or await pauses.is_final(
        ask.session, recording.id
    ):
        raise lifetime.stopped()
    return recording


async def _record(ask: Ask[CallFile], recording: Recording, act: Did, **detail: Any) -> None:
    await audit.record(ask.session, ask.identity.id, act, recording.id, ask.now, **detail)


def _done(ask: Ask[CallFile], tell: Tell) -> Done:
    return Done({}, f"/calls/{ask.thing.call.id}", tell)


def _ended(ask: Ask[CallFile], recording: str) -> Tell:
    async def tell(_signaling: Signaling) -> None:
        room = ask.request.app[CONTROL_ROOM]
        await room.close(recording)
        await room.following.tell({ask.thing.call.id})

    return tell


def _told(ask: Ask[CallFile]) -> Tell:
    async def tell(_signaling: Signaling) -> None:
        await ask.request.app[CONTROL_ROOM].following.tell({ask.thing.call.id})

    return tell
