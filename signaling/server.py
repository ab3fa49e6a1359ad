"""The Socket.IO server: its namespaces, its limits, and what the desk may tell through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import socketio
from aiohttp import web

from signaling.call import CallNamespace
from signaling.door import DoorNamespace
from signaling.house import House
from signaling.line_news import LineNews
from signaling.load import LoadNamespace, LoadNews
from signaling.messages import SAID, TOLD, Called, Place, Side
from signaling.rooms import ticket_room
from signaling.waiting import WaitingNamespace

LARGEST_MESSAGE_BYTES = 64 * 1024
PATH = "socket.io"


class Signaling:
    """What the desk tells after a commit; each telling may be lost, and the next state mends it."""

    def __init__(self, server: socketio.AsyncServer, house: House) -> None:
        """Register the namespaces on `server`."""
        self.server = server
        self.line = LineNews(server, house)
        self.load = LoadNews(server, house)
        self._call = CallNamespace(house)
        self._doors: tuple[DoorNamespace[Any], ...] = (
            WaitingNamespace(house, self.line),
            self._call,
            LoadNamespace(house, self.load),
        )
        for namespace in self._doors:
            server.register_namespace(namespace)

    async def place_of(self, ticket: str) -> Place | None:
        """Where a ticket stands, from the cached snapshot of the line."""
        return await self.line.place_of(ticket)

    def moved(self) -> None:
        """Somebody came, went or was handed back, or a verifier's state changed."""
        self.line.changed()
        self.load.changed()

    async def called(self, ticket: str, call: str, url: str) -> None:
        """The applicant's turn has come."""
        told = Called(call, url, self.line.version)
        await self.server.emit(
            told.name, told.as_dict(), room=ticket_room(ticket), namespace=told.namespace
        )
        self.moved()

    async def call_ended(self, call: str, reason: str, urls: dict[Side, str]) -> None:
        """The call is over; each side learns where to go."""
        await self._call.end(call, reason, urls)
        self.moved()

    async def session_ended(self, session: str) -> None:
        """Whoever listened under an ended session hears nothing more."""
        for namespace in self._doors:
            await namespace.show_out(session)

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell the news as long as the context is open."""
        tasks = [asyncio.create_task(news.run()) for news in (self.line, self.load)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await self.server.shutdown()

    def hang_up(self) -> None:
        """Close every connection; an open one would hold the shutdown until its time is over.

        Only the transport is closed: to a client told "disconnect" the end would be final, while
        one whose transport closes comes back by itself as soon as there is a server again.
        """
        for environ in list(self.server.environ.values()):
            if transport := environ["aiohttp.request"].transport:
                transport.close()


class ClosedServer(socketio.AsyncServer):
    """Hears only what `messages.py` knows a client to say.

    The library hands on whatever a client names its event, "connect" among them, and would call
    the namespace's own `on_connect` with what the client sent.
    """

    async def _handle_event(
        self, eio_sid: str, namespace: str | None, ack: int | None, data: Any
    ) -> None:
        sayable = [said.name for said in SAID if said.namespace == namespace]
        if isinstance(data, list) and data and data[0] in sayable:
            await super()._handle_event(eio_sid, namespace, ack, data)


def build_server(origin: str, house: House) -> Signaling:
    """A Socket.IO server that accepts `origin` alone."""
    server = ClosedServer(
        async_mode="aiohttp",
        cors_allowed_origins=[origin],
        # Named, because the library would else let anybody into a namespace "/" of its own.
        namespaces=sorted({told.namespace for told in TOLD}),
        # One event of a client after the other: a candidate must not overtake its description.
        async_handlers=False,
        max_http_buffer_size=LARGEST_MESSAGE_BYTES,
        # Nor do WebSockets compress: the desk takes the offer away.
        http_compression=False,
    )
    return Signaling(server, house)


def attach(signaling: Signaling, app: web.Application) -> None:
    """Serve the sockets under /socket.io."""
    signaling.server.attach(app, socketio_path=PATH)
