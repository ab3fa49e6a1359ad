"""The composition root: everything that the desk is made of, put together here and only here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import cache, partial
from typing import Any

from aiohttp import web

from desk.access.store import DocumentStore
from desk.accounts.attempts import Attempts
from desk.assets import Assets, folder_of
from desk.audit_sealer import Sealer
from desk.clock import Clock, SystemClock
from desk.cookies import SESSION, cookie_name
from desk.database import Database
from desk.denials import Denials
from desk.house import DeskHouse
from desk.housekeeping import Housekeeping
from desk.keys import (
    ASSETS,
    ATTEMPTS,
    CLOCK,
    CONTROL_ROOM,
    DATABASE,
    DENIALS,
    DESCRIPTION,
    DOCUMENTS,
    DRAINING,
    LIMITS,
    MAIL_WAITS,
    REAPER,
    SETTINGS,
    SIGNALING,
    TEMPLATES,
)
from desk.limits import LARGEST_BODY_BYTES, Limits
from desk.middleware import MIDDLEWARES, secure_headers
from desk.notices.delivery import Delivery
from desk.notices.reminders import Reminders
from desk.openapi.document import document_of
from desk.reaper import Reaper
from desk.recording.control_room import ControlRoom
from desk.recording.finisher import Finisher
from desk.recording.retention import Retention
from desk.routes import add_routes
from desk.schedule.roll_call import RollCall
from desk.settings import Settings
from desk.templating import Templates
from signaling.server import Signaling, attach, socket_server


def build_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """The whole desk on a migrated database; without a `clock` it goes by the machine's."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=LARGEST_BODY_BYTES)
    app[SETTINGS] = settings
    app[CLOCK] = clock or SystemClock()
    app[DATABASE] = Database(settings.database_url)
    app[ASSETS] = Assets(folder_of("static"))
    app[TEMPLATES] = Templates(settings, app[ASSETS])
    app[ATTEMPTS] = Attempts()
    app[LIMITS] = Limits()
    app[DENIALS] = Denials(app[CLOCK], app[DATABASE], app[LIMITS])
    app[DRAINING] = asyncio.Event()
    app[DOCUMENTS] = DocumentStore(settings.data_dir, settings.secret_key)
    house = DeskHouse(settings, app[CLOCK], app[DATABASE], app[DENIALS])
    sockets = socket_server(
        settings.public_url, app[CLOCK].seconds, is_direct=settings.direct_sockets
    )
    app[SIGNALING] = Signaling(sockets, house)
    delivery = Delivery(settings, app[CLOCK], app[DATABASE])
    app[MAIL_WAITS] = delivery.written
    add_routes(app)
    description: Callable[[], bytes] = cache(
        partial(document_of, app.router, cookie_name(settings, SESSION))
    )
    app[DESCRIPTION] = description
    attach(app[SIGNALING], app)
    app.on_response_prepare.append(secure_headers)
    app.on_shutdown.append(_drain)
    sealer = Sealer(settings, app[DATABASE])
    housekeeping = Housekeeping(settings, app[CLOCK], app[DATABASE], app[DOCUMENTS])
    reaper = Reaper(settings, app[CLOCK], app[DATABASE], house.blind_for_s, app[SIGNALING].moved)
    app[REAPER] = reaper
    room = ControlRoom(settings, app[CLOCK], app[DATABASE], app[SIGNALING].recording)
    app[CONTROL_ROOM] = room
    finisher = Finisher(settings, app[CLOCK], app[DATABASE], room.recorders)
    roll_call = RollCall(settings, app[CLOCK], app[DATABASE], app[TEMPLATES])
    reminders = Reminders(settings, app[CLOCK], app[DATABASE], app[TEMPLATES], delivery.written.set)
    retention = Retention(settings, app[CLOCK], app[DATABASE], app[DOCUMENTS])
    work = (
        delivery.run, sealer.run, housekeeping.run, reaper.run, roll_call.run, reminders.run,
        retention.run,
    )  # fmt: skip
    app.cleanup_ctx.extend((_stores, _once(reaper.start_anew), _telling, *map(_running, work)))
    if settings.recording != "off":
        app.cleanup_ctx.extend((room.door.listening, _running(room.run), _running(finisher.run)))
    return app


async def _stores(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[DOCUMENTS].close()
    await app[DATABASE].close()


async def _drain(app: web.Application) -> None:
    """No new joins; every page is told to come back; what is being answered is answered still."""
    app[DRAINING].set()
    app[REAPER].rest()
    await app[SIGNALING].say_goodbye()
    await app[SIGNALING].hang_up()


async def _telling(app: web.Application) -> AsyncIterator[None]:
    async with app[SIGNALING].telling():
        yield


def _once(
    work: Callable[[], Awaitable[None]],
) -> Callable[[web.Application], AsyncIterator[None]]:
    """A cleanup context that does its work before those after it begin."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        await work()
        yield

    return context


def _running(
    work: Callable[[], Coroutine[Any, Any, None]],
) -> Callable[[web.Application], AsyncIterator[None]]:
    """A cleanup context in which `work` runs as a task until the desk shuts down."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return context
