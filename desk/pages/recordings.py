"""Recordings: which there are, what is known of one, and the reason without which none is shown."""

import json
from typing import Any

from desk.accounts.tables import Role
from desk.asks import Ask, Done, View
from desk.directory.roles import RoleNames, role_names
from desk.pages.typed import Typed
from desk.problems import Problem
from desk.recording import holds, playback, snapshots, viewing
from desk.recording.destroying import CERTIFICATES, WITHDRAWN_WITHIN, certificate_of
from desk.recording.manifest import is_signed
from desk.recording.playback import RecordingFile
from desk.recording.tables import RecordingState, RecordingView
from desk.words import _

SHOWN = 100
LONGEST_REASON = 500
LONGEST_SEARCH = 80


async def recordings(ask: Ask[None]) -> View:
    """GET /recordings: the newest, and what waits for somebody to see to it."""
    wanted = ask.request.query.get("q", "").strip()[:LONGEST_SEARCH]
    # A verifier sees those of their own calls.
    verifier = ask.identity.id if ask.identity.role is Role.VERIFIER else None
    found = await playback.newest(ask.session, SHOWN + 1, verifier, wanted)
    tasks = [] if verifier else await playback.withdrawn(ask.session)
    names = await role_names(ask.session)
    data = {
        "recordings": [row(one, names) for one in found[:SHOWN]],
        "is_cut": len(found) > SHOWN,
        "tasks": [row(one, names) for one in tasks],
        "wanted": wanted,
    }
    return View("recordings.html", data, {"shown": SHOWN})


def row(file: RecordingFile, names: RoleNames) -> dict[str, Any]:
    """A recording as the pages show it."""
    recording = file.recording
    withdrawn_at = recording.withdrawn_at
    return {
        "id": recording.id,
        "url": f"/recordings/{recording.id}",
        "state": recording.state.value,
        "started_at": recording.started_at,
        "applicant": file.applicant.name,
        "verifier": file.verifier.name,
        "number": file.access.number,
        "role_name": names.of(file.access.role),
        "agency": file.access.agency,
        "seconds": file.length_ms // 1000,
        "sides": sorted(file.sides),
        "destroy_at": recording.destroy_at,
        "held_because": recording.held_because,
        "withdrawn_at": withdrawn_at,
        "withdrawn_by_then_at": withdrawn_at and withdrawn_at + WITHDRAWN_WITHIN,
    }


async def recording(ask: Ask[RecordingFile]) -> View:
    """GET /recordings/{id}: what is known of it, and the form that asks why it is looked at."""
    file = ask.thing
    views = await viewing.views_of(ask.session, file.recording.id)
    taken = await snapshots.of_call(ask.session, file.call.id)
    data = {
        "recording": row(file, await role_names(ask.session)),
        "can_be_played": file.can_be_played,
        "snapshots": {
            "count": len(taken),
            "destroy_at": taken[0].destroy_at if taken else None,
            "can_be_seen": _can_be_seen(file, len(taken)),
        },
        "views": [_look(view, viewer.name) for view, viewer in views],
        "certificate": await _certificate(ask),
        "holder": await _holder(ask) if file.recording.held_because else None,
    }
    is_administrator = ask.identity.role is Role.ADMINISTRATOR
    page_only = {"may_hold": is_administrator, "typed": {}, "errors": {}, "most": LONGEST_REASON}
    return View("recording.html", data, page_only)


def _can_be_seen(file: RecordingFile, snapshots_taken: int) -> bool:
    """Whether a view has anything to show: once the call is over, snapshots alone are enough."""
    return file.can_be_played or (file.call.ended_at is not None and snapshots_taken > 0)


def _look(view: RecordingView, viewer: str) -> dict[str, Any]:
    return {
        "viewer": viewer,
        "reason": view.reason,
        "opened_at": view.opened_at,
        "seconds": (view.seen_at - view.opened_at).total_seconds(),
    }


async def _holder(ask: Ask[RecordingFile]) -> dict[str, Any] | None:
    found = await holds.holder_of(ask.session, ask.thing.recording.id)
    return {"name": found[0], "at": found[1]} if found else None


async def _certificate(ask: Ask[RecordingFile]) -> dict[str, Any] | None:
    recording = ask.thing.recording
    if recording.state is not RecordingState.DESTROYED:
        return None
    found = await certificate_of(ask.session, recording.id)
    secret = ask.settings.secret_key
    if not found or not is_signed(secret, CERTIFICATES, found.statement, found.signature):
        return {"holds": False}
    said = json.loads(found.statement)
    return {
        "holds": True,
        "id": found.id,
        "destroyed_at": found.destroyed_at,
        "because": said["because"],
        "files": len(said["segments"]),
        "signature": found.signature,
    }


async def open_view(ask: Ask[RecordingFile]) -> Done:
    """POST /recordings/{id}/views: look at it, for a reason."""
    typed = Typed(ask.sent)
    reason = typed.text("reason", LONGEST_REASON)
    typed.demand(await recording(ask))
    taken = await snapshots.count_of(ask.session, ask.thing.call.id)
    if not _can_be_seen(ask.thing, taken):
        detail = _("Rekaman ini tidak dapat diputar.")
        title = _("Tidak dapat diputar")
        url = f"/recordings/{ask.thing.recording.id}"
        raise Problem(409, "not_playable", title, detail, url=url)
    who = ask.identity.id
    view = await viewing.open_view(ask.session, ask.thing.recording.id, who, reason, ask.now)
    return Done({"view": view, "url": f"/views/{view}"}, f"/views/{view}")
