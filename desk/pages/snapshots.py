"""Snapshots in a call: taken, looked at again, and taken back by the verifier."""

from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from desk import authority
from desk.access.children import UnreadableDocument
from desk.access.files import CallFile, find_call
from desk.access.picture_rules import PDF
from desk.access.store import sha256_of
from desk.accounts.sessions import Identity
from desk.answers import PRIVATE, done_answer
from desk.asks import Ask, Done, Tell, parse
from desk.authority import Action
from desk.dispatch import who_asks
from desk.idempotency import keep_answer, key_of_ours, request_hash, reserve
from desk.keys import CLOCK, DATABASE, DOCUMENTS, LIMITS, SETTINGS, SIGNALING
from desk.limits import UPLOADS_OF_AN_ACCOUNT
from desk.problems import Problem, not_found
from desk.receiving import TooLarge, TwoFiles, receive
from desk.recording import snapshots
from desk.recording.snapshots import LABELS, refused
from desk.recording.tables import Snapshot, SnapshotOf
from desk.retrying import persistently
from desk.words import _
from signaling.messages import Snapshots
from signaling.server import Signaling
from waiting_room.errors import LineError, NotYourCall
from waiting_room.tables import new_id

# A picture of 1920 x 1080 as a JPEG of good quality.
LARGEST_BYTES = 2_000_000


class Kind(BaseModel):
    """What the picture shows."""

    kind: SnapshotOf


def snapshot_row(snapshot: Snapshot, since: datetime) -> dict[str, Any]:
    """A snapshot for the call's page; its time is seconds into the call."""
    return {
        "id": snapshot.id,
        "kind": snapshot.kind,
        "label": _(LABELS[snapshot.kind]),
        "taken_s": (snapshot.taken_at - since).total_seconds(),
        "url": f"/snapshots/{snapshot.id}",
    }


async def take(request: web.Request) -> web.StreamResponse:
    """POST /calls/{id}/snapshots: a form with the picture as `file`, and its `kind`.

    No command: the picture is cleaned by a child process, and a writer must not wait for it.
    """
    identity = authority.demand_role(await who_asks(request), Action.TAKE_SNAPSHOT)
    await request.app[LIMITS].demand(UPLOADS_OF_AN_ACCOUNT, identity.id)
    file = await _file_of(request, identity)
    with request.app[DOCUMENTS].nameless() as picture:
        try:
            form = await receive(request, picture, LARGEST_BYTES)
        except TooLarge:
            raise refused("picture_too_large") from None
        except TwoFiles:
            raise refused("unusable_picture") from None
        done = await _keep(request, identity, file, parse(Kind, form.fields).kind, picture)
    if done.tell and (telling := done.tell(request.app[SIGNALING])):
        await telling
    return done_answer(request, done)


async def _file_of(request: web.Request, identity: Identity) -> CallFile:
    """The call, before anything is read; what counts is asked again where the row is added."""
    async with request.app[DATABASE].reading() as session:
        file, parties = await find_call(session, request.match_info["id"])
        authority.demand(identity, Action.TAKE_SNAPSHOT, parties)
        if file.call.ended_at is not None:
            raise NotYourCall(file.call.outcome)
        await snapshots.demand_allowed(session, file)
    if not request.app[DOCUMENTS].has_room():
        raise refused("disk_full")
    return file


async def _keep(
    request: web.Request, identity: Identity, file: CallFile, kind: SnapshotOf, picture: BinaryIO
) -> Done:
    store, stored_as = request.app[DOCUMENTS], new_id()
    said = {"kind": kind, "sha256": sha256_of(picture)}
    row = {
        "id": new_id(),
        "call": file.call.id,
        "kind": kind,
        "taken_at": request.app[CLOCK].now(),
        "stored_as": stored_as,
    }
    try:
        row |= (await store.keep_upload(stored_as, picture))._asdict()
        if row["media_type"] == PDF:
            raise refused("unusable_picture")
        done = await persistently(partial(_add, request, identity, file, row, said))
    except (UnreadableDocument, Problem, LineError) as no:
        # After a fault the row may be there: its file is swept away if it is not.
        store.forget(stored_as)
        raise refused("unusable_picture") if isinstance(no, UnreadableDocument) else no from None
    if done.body["snapshot"]["id"] != row["id"]:
        # Answered already, under this key.
        store.forget(stored_as)
    return done


async def _add(
    request: web.Request,
    identity: Identity,
    file: CallFile,
    row: dict[str, Any],
    said: dict[str, Any],
) -> Done:
    now = row["taken_at"]
    key = request.headers.get("Idempotency-Key") or key_of_ours()
    async with request.app[DATABASE].writing() as session:
        asked = request_hash(request.path, said)
        if given := await reserve(session, identity.id, key, asked, now):
            return given
        await snapshots.add(session, file, request.app[SETTINGS].secret_key, row)
        body = {"snapshot": snapshot_row(Snapshot(**row), file.call.started_at)}
        tell = await _told(session, file.call.id)
        done = Done(body, f"/calls/{file.call.id}", tell)
        await keep_answer(session, identity.id, key, done)
    return done


async def picture(ask: Ask[Snapshot]) -> web.StreamResponse:
    """GET /snapshots/{id}: the picture, for its verifier, while the call goes on."""
    return await picture_of(ask.request, ask.thing)


async def picture_of(request: web.Request, snapshot: Snapshot) -> web.Response:
    """A snapshot as it is kept: pixels that a child process has written anew."""
    try:
        content = await request.app[DOCUMENTS].content(snapshot)
    except FileNotFoundError:
        # Taken back, or destroyed, since the row was read.
        raise not_found() from None
    return web.Response(body=content, content_type=snapshot.media_type, headers=PRIVATE)


async def remove(ask: Ask[Snapshot]) -> Done:
    """POST /snapshots/{id}/remove."""
    one = ask.thing
    await snapshots.remove(ask.session, one, ask.identity.id, ask.now)
    tell, store = await _told(ask.session, one.call), ask.request.app[DOCUMENTS]

    async def forget(signaling: Signaling) -> None:
        # After the commit: what is still in the table keeps its file.
        store.forget(one.stored_as)
        if telling := tell(signaling):
            await telling

    return Done({"removed": one.id}, f"/calls/{one.call}", forget)


async def _told(session: AsyncSession, call: str) -> Tell:
    news = Snapshots(await snapshots.count_of(session, call))
    return lambda signaling: signaling.snapshots(call, news)
