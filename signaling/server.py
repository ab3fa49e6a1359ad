"""The Socket.IO server: its namespaces, and what the desk may tell through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from signaling.call import CallNamespace
from signaling.closed_server import ClosedServer, Sweep
from signaling.direct import DirectServer
from signaling.door import DoorNamespace
from signaling.house import House
from signaling.limits import LARGEST_MESSAGE_BYTES, Seconds
from signaling.line_news import LineNews
from signaling.load import LoadNamespace, LoadNews
from signaling.messages import (
    NAMESPACES,
    Called,
    Place,
    RecordingNews,
    Restarting,
    Side,
    Snapshots,
    Step,
)
from signaling.news import News
from signaling.presence import Presence
from signaling.quality import QualityNews
from signaling.rooms import ticket_room
from signaling.waiting import WaitingNamespace
from signaling.watch import Watch

PATH = "socket.io"
# Everybody at once would be the next outage.
COME_BACK_WITHIN_S = (0.5, 5.0)
GOODBYE_TAKES_S = 1.0


class Signaling:
    """What the desk tells after a commit; each telling may be lost, and the next state mends it."""

    def __init__(self, server: ClosedServer, house: House) -> None:
        """Register the namespaces on `server`."""
        self.server = server
        self.line = LineNews(server, house)
        self.load = LoadNews(server, house)
        self.quality = QualityNews(house.keep_quality)
        self._call = CallNamespace(house, self._noticed, self.quality)
        waiting = WaitingNamespace(house, self.line, self._noticed)
        self._doors: tuple[DoorNamespace[Any], ...] = (
            waiting,
            self._call,
            LoadNamespace(house, self.load),
        )
        self.presence = Presence(house, waiting, self._call, self.moved)
        self.watch = Watch(house, self._doors, self._call)
        self._sweep = Sweep(server)
        for namespace in self._doors:
            server.register_namespace(namespace)

    async def place_of(self, ticket: str) -> Place | None:
        """Where a ticket stands, from the cached snapshot of the line."""
        return await self.line.place_of(ticket)

    def moved(self) -> None:
        """Somebody came, went or was handed back, or a verifier's state changed."""
        self.line.changed()
        self.load.changed()

    def _noticed(self) -> None:
        self.presence.changed()

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

    async def step_begun(self, call: str, step: Step) -> None:
        """The verifier has come to another step of the call."""
        await self._call.step_begun(call, step)

    async def recording(self, call: str, news: RecordingNews) -> None:
        """The recording of a call stands in another way."""
        await self._call.recording(call, news)

    async def snapshots(self, call: str, news: Snapshots) -> None:
        """The verifier has taken a snapshot, or taken one back."""
        await self._call.snapshots(call, news)

    async def session_ended(self, session: str) -> None:
        """Whoever listened under an ended session hears nothing more."""
        for namespace in self._doors:
            await namespace.show_out(session)

    def _news(self) -> tuple[News, ...]:
        return (self.line, self.load, self.presence, self.watch, self.quality, self._sweep)

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell the news as long as the context is open."""
        tasks = [asyncio.create_task(news.run()) for news in self._news()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await self.server.shutdown()

    async def say_goodbye(self) -> None:
        """Tell every page that the desk restarts, and when to come back."""
        told = Restarting(COME_BACK_WITHIN_S)
        for namespace in NAMESPACES:
            await self.server.emit(told.name, told.as_dict(), namespace=namespace)
        # What is told is only queued by then; who reads too slowly is not waited for.
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_TAKES_S):
                for connection in list(self.server.eio.sockets.values()):
                    await connection.queue.join()

    async def hang_up(self) -> None:
        """Close every connection; an open one would hold the shutdown until its time is over.

        Only the transport is closed: to a client told "disconnect" the end would be final, while
        one whose transport closes comes back by itself as soon as there is a server again.
        """
        opened_by = [environ["aiohttp.request"] for environ in self.server.environ.values()]
        for connection in list(self.server.eio.sockets):
            await self.server.eio.disconnect(connection)
        # A client closes in turn, after it has read everything; one that does not is cut off.
        asyncio.get_running_loop().call_later(GOODBYE_TAKES_S, _cut_off, opened_by)


def _cut_off(requests: list[web.Request]) -> None:
    for request in requests:
        if request.transport:
            request.transport.close()


def socket_server(
    origin: str, seconds: Seconds, *, is_direct: bool, **options: Any
) -> ClosedServer:
    """A Socket.IO server that accepts `origin` alone; `seconds` is a monotonic clock.

    One that is not `is_direct` delivers as the libraries do. Further options are theirs.
    """
    return (DirectServer if is_direct else ClosedServer)(
        **options,
        seconds=seconds,
        async_mode="aiohttp",
        cors_allowed_origins=[origin],
        # Named, because the library would else let anybody into a namespace "/" of its own.
        namespaces=list(NAMESPACES),
        # A side that is gone without a word is noticed after both: twenty seconds.
        ping_interval=10,
        ping_timeout=10,
        # One event of a client after the other: a candidate must not overtake its description.
        async_handlers=False,
        max_http_buffer_size=LARGEST_MESSAGE_BYTES,
        # Nor do WebSockets compress: the desk takes the offer away.
        http_compression=False,
    )


def attach(signaling: Signaling, app: web.Application) -> None:
    """Serve the sockets under /socket.io."""
    signaling.server.attach(app, socketio_path=PATH)
