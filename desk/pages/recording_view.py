"""A view of a recording: its page, what is played in it, and how it ends."""

import logging
from typing import Any

from aiohttp import web

from desk.asks import Ask, Done, View
from desk.pages.snapshots import picture_of
from desk.problems import Problem, not_found
from desk.recording import snapshots, viewing
from desk.recording.ending import folder
from desk.recording.gaps import gaps_of
from desk.recording.keys import KeyLost, unwrap
from desk.recording.marks import marks_of
from desk.recording.playback import RecordingFile
from desk.recording.ranges import Sought, answer
from desk.recording.snapshots import LABELS
from desk.recording.tables import RecordingState
from desk.recording.viewing import ViewFile
from desk.words import _
from media.sealed import Tampered

log = logging.getLogger(__name__)


async def watch(ask: Ask[ViewFile]) -> View:
    """GET /views/{id}: both sides, in step."""
    file = _demand_open(ask)
    taken = await snapshots.of_call(ask.session, file.call.id)
    gaps = await gaps_of(ask.session, file)
    if not file.can_be_played and not taken:
        raise viewing.view_over(file.recording.id)
    view = ask.thing.view
    data: dict[str, Any] = {
        "view": {"id": view.id, "url": f"/views/{view.id}", "reason": view.reason},
        "recording": {
            "url": f"/recordings/{file.recording.id}",
            "number": file.access.number,
            "started_at": file.recording.started_at,
            "length_ms": file.length_ms,
            "is_partial": file.recording.state is RecordingState.PARTIAL,
        },
        "sides": [
            {
                "side": side,
                "name": (file.applicant if side == "applicant" else file.verifier).name,
                "url": f"/views/{view.id}/{side}",
                "has_strip": bool(made["strip"]),
            }
            for side, made in sorted(file.sides.items())
            if file.can_be_played
        ],
        "gaps": [gap.as_dict() for gap in gaps],
        "marks": [mark.as_dict() for mark in await marks_of(ask.session, file, gaps)],
        "snapshots": [
            {
                "label": _(LABELS[one.kind]),
                "taken_at": one.taken_at,
                "url": f"/views/{view.id}/snapshots/{number}",
            }
            for number, one in enumerate(taken, start=1)
        ],
    }
    return View("recording_view.html", data)


def _demand_open(ask: Ask[ViewFile]) -> RecordingFile:
    """Raises the Problem view_over."""
    file = ask.thing.file
    if viewing.is_over(ask.thing.view, ask.now):
        raise viewing.view_over(file.recording.id)
    return file


async def media(ask: Ask[ViewFile]) -> web.StreamResponse:
    """GET /views/{id}/{side}: what is played, deciphered on its way out."""
    return await _sent(ask, "file", "video/webm")


async def strip(ask: Ask[ViewFile]) -> web.StreamResponse:
    """GET /views/{id}/{side}/strip: loudness and small pictures, as JSON."""
    return await _sent(ask, "strip", "application/json")


async def snapshot(ask: Ask[ViewFile]) -> web.StreamResponse:
    """GET /views/{id}/snapshots/{number}: one of the call's snapshots, from 1 on."""
    file, number = _demand_open(ask), int(ask.request.match_info["number"])
    taken = await snapshots.of_call(ask.session, file.call.id)
    if not 1 <= number <= len(taken):
        raise not_found()
    return await picture_of(ask.request, taken[number - 1])


async def _sent(ask: Ask[ViewFile], what: str, content_type: str) -> web.StreamResponse:
    file = _demand_open(ask)
    if not file.can_be_played:
        # Destroyed meanwhile.
        raise viewing.view_over(file.recording.id)
    name = file.sides.get(ask.request.match_info["side"], {}).get(what)
    if not name:
        raise not_found()
    settings = ask.settings
    try:
        key = unwrap(settings.secret_key, file.recording.wrapped_key)
        return await answer(ask.request, Sought(folder(settings) / name, key, name), content_type)
    except (KeyLost, Tampered, FileNotFoundError) as error:
        log.error("recording %s cannot be played: %r", file.recording.id, error)
        raise _broken(file.recording.id) from error


def _broken(recording: str) -> Problem:
    return Problem(
        409,
        "recording_broken",
        _("Rekaman rusak"),
        _("Berkas rekaman ini hilang atau berubah. Minta administrator memeriksanya."),
        url=f"/recordings/{recording}",
    )


async def seen(ask: Ask[ViewFile]) -> Done:
    """POST /views/{id}/seen: its page is still open."""
    return await _kept(ask, is_left=False)


async def left(ask: Ask[ViewFile]) -> Done:
    """POST /views/{id}/left: its page is being left."""
    return await _kept(ask, is_left=True)


async def _kept(ask: Ask[ViewFile], *, is_left: bool) -> Done:
    view = ask.thing.view
    if not await viewing.keep_view(ask.session, view, ask.now, is_left=is_left):
        raise viewing.view_over(view.recording)
    return Done({}, f"/recordings/{view.recording}", is_kept=False)
