"""Uploading documents: the way in, a look at what came of it, and taking it back."""

import errno
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, BinaryIO

from aiohttp import web
from pydantic import AfterValidator, BaseModel, Field
from yarl import URL

from desk import authority
from desk.access import uploads
from desk.access.children import UnreadableDocument
from desk.access.picture_rules import MAX_UPLOAD_PAGES
from desk.access.tables import Upload
from desk.access.upload_problems import SENTENCES, in_words, refused
from desk.accounts.sessions import Identity
from desk.answers import PRIVATE, dump
from desk.asks import Ask, Done, OwnPath, parse, wants_json
from desk.authority import Action
from desk.dispatch import who_asks
from desk.keys import CLOCK, DATABASE, DOCUMENTS, LIMITS, SETTINGS
from desk.limits import UPLOADS_OF_AN_ACCOUNT
from desk.pages.documents import picture_of
from desk.problems import Problem
from desk.receiving import Form, TooLarge, TwoFiles, receive
from desk.retrying import persistently
from waiting_room.tables import new_id

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# In the address of the page that a form came from.
PROBLEM, FIELD = "upload_problem", "upload_field"


def _one_line(text: str) -> str:
    return " ".join(text.split())


class Title(BaseModel):
    """What the file is: "Surat Tugas"."""

    title: Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=80)]


class Next(BaseModel):
    """Where a form goes on, and from which field of that page it came."""

    next: Annotated[OwnPath, Field(max_length=250)] = "/"
    field: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""


async def send(request: web.Request) -> web.StreamResponse:
    """POST /uploads: one file and its `title`; a form goes on to `next` of its address."""
    identity = authority.demand_role(await who_asks(request), Action.UPLOAD)
    await request.app[LIMITS].demand(UPLOADS_OF_AN_ACCOUNT, identity.id)
    form = parse(Next, request.query)
    back = URL(form.next).with_fragment(form.field or None)
    try:
        shown = await _take(request, identity)
    except Problem as problem:
        if wants_json(request) or problem.code not in SENTENCES:
            raise
        return _see_other(back.update_query({PROBLEM: problem.code, FIELD: form.field}))
    if wants_json(request):
        return web.json_response(shown, dumps=dump, headers=PRIVATE)
    return _see_other(back)


def _see_other(to: URL) -> web.Response:
    return web.Response(status=303, headers={"Location": str(to), **PRIVATE})


async def _take(request: web.Request, identity: Identity) -> dict[str, Any]:
    settings = request.app[SETTINGS]
    async with request.app[DATABASE].reading() as session:
        # Before anything is read; what counts is asked again where the row is added.
        await uploads.demand_room(session, identity.id, settings.upload_files)
    if not request.app[DOCUMENTS].has_room():
        raise refused("disk_full")
    with request.app[DOCUMENTS].nameless() as file:
        try:
            form = await receive(request, file, settings.upload_bytes)
            return await _keep(request, identity, form, file)
        except TooLarge:
            raise refused("file_too_large", megabytes=settings.upload_megabytes) from None
        except TwoFiles:
            raise refused("one_file_only") from None
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise refused("disk_full") from None


async def _keep(
    request: web.Request, identity: Identity, form: Form, file: BinaryIO
) -> dict[str, Any]:
    title = parse(Title, form.fields).title
    if not form.file_name:
        raise refused("no_file")
    store, stored_as = request.app[DOCUMENTS], new_id()
    row = {
        "id": new_id(),
        "account": identity.id,
        "title": title,
        "file_name": uploads.shown_name(form.file_name),
        "stored_as": stored_as,
        "created_at": request.app[CLOCK].now(),
    }
    try:
        row |= (await store.keep_upload(stored_as, file))._asdict()
        # What cannot be shown to a verifier is refused now, while there is somebody to tell.
        row["pages"] = await store.page_count(Upload(**row))
        await persistently(partial(_add, request, row))
    except (UnreadableDocument, Problem) as no:
        store.forget(stored_as)
        raise refused(no.reason) if isinstance(no, UnreadableDocument) else no from None
    return {name: row[name] for name in ("id", "file_name", "pages", "size_bytes", "title")}


async def _add(request: web.Request, row: dict[str, Any]) -> None:
    async with request.app[DATABASE].writing() as session:
        await uploads.add(session, row, request.app[SETTINGS].upload_files)


def upload_fields(
    ask: Ask[Any], titles: Sequence[str], fresh: Sequence[Upload]
) -> list[dict[str, Any]]:
    """For each title what the macro `upload_field` draws: its unsent uploads, what was refused."""
    code, field = ask.request.query.get(PROBLEM, ""), ask.request.query.get(FIELD, "")
    limits = {"megabytes": ask.settings.upload_megabytes, "files": ask.settings.upload_files}
    error = in_words(code, **limits) if code in SENTENCES else ""
    keys = {title: f"upload-{number}" for number, title in enumerate(titles, start=1)}
    return [
        {
            "key": key,
            "title": title,
            "most_pages": MAX_UPLOAD_PAGES,
            "uploads": [one for one in fresh if one.title == title],
            "error": error if field == key else "",
        }
        for title, key in keys.items()
    ]


async def page(ask: Ask[Upload]) -> web.StreamResponse:
    """GET /uploads/{id}/pages/{number}: a page as a picture, for its owner, until it is sent."""
    return await picture_of(ask.request, ask.thing)


async def remove(ask: Ask[Upload]) -> Done:
    """POST /uploads/{id}/remove: a form goes on to `next` of its address."""
    await uploads.remove(ask.session, ask.thing, ask.now)
    store, stored_as = ask.request.app[DOCUMENTS], ask.thing.stored_as
    back = parse(Next, ask.request.query).next
    # After the commit: what is still in the table keeps its file.
    return Done({"removed": ask.thing.id}, back, lambda _signaling: store.forget(stored_as))
