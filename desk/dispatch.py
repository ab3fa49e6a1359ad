"""From a line of the route table to aiohttp: identify, ask the authority, open one transaction.

A page reads in a reading transaction and answers a View. A command writes in a writing one and
answers Done; after the commit it tells those who are concerned. Either may run more than once
where the database fails it in passing, a command under one idempotency key.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.ext.asyncio import AsyncSession

from desk import authority
from desk.accounts.sessions import Identity, identify
from desk.accounts.tables import Role
from desk.answers import done_answer, view_answer
from desk.asks import Ask, Done, View, read_body, wants_json
from desk.authority import Action, Found
from desk.cookies import session_token
from desk.idempotency import keep_answer, key_of_ours, request_hash, reserve
from desk.keys import CLOCK, DATABASE, IDENTITY, SIGNALING, UNREAD
from desk.language import speak, spoken
from desk.notices.notices import count_unread
from desk.retrying import persistently
from waiting_room.errors import LineEmpty

Find = Callable[[AsyncSession, str], Awaitable[Found[Any]]]
PageHandler = Callable[[Ask[Any]], Awaitable[View | web.StreamResponse]]
CommandHandler = Callable[[Ask[Any]], Awaitable[Done]]


async def who_asks(request: web.Request) -> Identity | None:
    """The signed-in person, looked up once; the rest of the request speaks their language."""

    async def look() -> None:
        async with request.app[DATABASE].reading() as session:
            await _recognise(request, session)

    if IDENTITY not in request and session_token(request):
        await persistently(look)
    return request.get(IDENTITY)


async def _recognise(request: web.Request, session: AsyncSession) -> None:
    token = session_token(request)
    if token is None or IDENTITY in request:
        return
    if identity := await identify(session, token, request.app[CLOCK].now()):
        request[IDENTITY] = identity
        speak(identity.language or spoken())


async def _demand(
    request: web.Request, action: Action, find: Find | None, session: AsyncSession
) -> tuple[Identity, Any]:
    """The person and the object, or the Problem that refuses them."""
    identity = authority.demand_role(request.get(IDENTITY), action)
    if find is None:
        return identity, None
    thing, parties = await find(session, request.match_info["id"])
    authority.demand(identity, action, parties)
    return identity, thing


def page(handler: PageHandler, action: Action, find: Find | None = None) -> Handler:
    """An aiohttp handler for a page."""

    async def look(request: web.Request) -> View | web.StreamResponse:
        async with request.app[DATABASE].reading() as session:
            await _recognise(request, session)
            identity, thing = await _demand(request, action, find, session)
            now = request.app[CLOCK].now()
            if identity.role is Role.APPLICANT and not wants_json(request):
                request[UNREAD] = await count_unread(session, identity.id)
            return await handler(Ask(request, session, identity, now, thing))

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        view = await persistently(partial(look, request))
        return view_answer(request, view) if isinstance(view, View) else view

    return answer


def command(handler: CommandHandler, action: Action, find: Find | None = None) -> Handler:
    """An aiohttp handler for a command, which runs once for each Idempotency-Key."""

    async def act(request: web.Request, sent: dict[str, Any], key: str) -> Done:
        asked, now = request_hash(request.path, sent), request.app[CLOCK].now()
        async with request.app[DATABASE].writing() as session:
            identity, thing = await _demand(request, action, find, session)
            if given := await reserve(session, identity.id, key, asked, now):
                return given
            done = await handler(Ask(request, session, identity, now, thing, sent))
            await keep_answer(session, identity.id, key, done)
        return done

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        authority.demand_role(await who_asks(request), action)
        sent = await read_body(request)
        # A request without a key gets one, under which it can be tried again here.
        key = request.headers.get("Idempotency-Key") or key_of_ours()
        try:
            done = await persistently(partial(act, request, sent, key))
        except LineEmpty:
            # Nobody waits: nothing was changed, and that is no mistake of anybody's.
            return web.Response(status=204) if wants_json(request) else _see_other("/desk")
        if done.tell and (telling := done.tell(request.app[SIGNALING])):
            await telling
        return done_answer(request, done)

    return answer


def _see_other(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})
