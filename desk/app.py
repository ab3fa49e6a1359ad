"""The composition root: everything that the desk is made of, put together here and only here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web

from desk.access.store import DocumentStore
from desk.accounts.attempts import Attempts
from desk.assets import Assets, folder_of
from desk.audit_sealer import Sealer
from desk.clock import Clock, SystemClock
from desk.database import Database
from desk.house import DeskHouse
from desk.housekeeping import Housekeeping
from desk.keys import (
    ASSETS,
    ATTEMPTS,
    CLOCK,
    DATABASE,
    DOCUMENTS,
    MAIL_WAITS,
    SETTINGS,
    SIGNALING,
    TEMPLATES,
)
from desk.middleware import MIDDLEWARES, secure_headers
from desk.notices.delivery import Delivery
from desk.routes import add_routes
from desk.settings import Settings
from desk.templating import build_templates
from signaling.server import attach, build_server

LARGEST_BODY_BYTES = 256 * 1024


def build_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """The whole desk on a migrated database; without a `clock` it goes by the machine's."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=LARGEST_BODY_BYTES)
    app[SETTINGS] = settings
    app[CLOCK] = clock or SystemClock()
    app[DATABASE] = Database(settings.database_url)
    app[ASSETS] = Assets(folder_of("static"))
    app[TEMPLATES] = build_templates(settings, app[ASSETS])
    app[ATTEMPTS] = Attempts()
    app[DOCUMENTS] = DocumentStore(settings.data_dir)
    house = DeskHouse(settings, app[CLOCK], app[DATABASE])
    app[SIGNALING] = build_server(settings.public_url, house)
    delivery = Delivery(settings, app[CLOCK], app[DATABASE])
    app[MAIL_WAITS] = delivery.written
    add_routes(app)
    attach(app[SIGNALING], app)
    app.on_response_prepare.append(secure_headers)
    app.on_shutdown.append(_hang_up)
    sealer = Sealer(settings, app[DATABASE])
    housekeeping = Housekeeping(app[CLOCK], app[DATABASE])
    work = (delivery.run, sealer.run, housekeeping.run)
    app.cleanup_ctx.extend((_stores, _telling, *map(_running, work)))
    return app


async def _stores(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[DOCUMENTS].close()
    await app[DATABASE].close()


async def _hang_up(app: web.Application) -> None:
    app[SIGNALING].hang_up()


async def _telling(app: web.Application) -> AsyncIterator[None]:
    async with app[SIGNALING].telling():
        yield


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
