"""The namespace /load: verifiers and supervisors hear how busy the desk is."""

import secrets

import socketio

from signaling.door import DoorNamespace, Newcomer
from signaling.house import House
from signaling.messages import Load, Version
from signaling.news import News
from signaling.rooms import LOAD
from waiting_room.figures import Figures


class LoadNews(News):
    """Tells the figures to all who may hear them, at most once a second."""

    shortest_pause_s = 1.0
    settling_s = 0.3

    def __init__(self, server: socketio.AsyncServer, house: House) -> None:
        """`house` reads the figures."""
        super().__init__()
        self._server = server
        self._house = house
        self._version = Version(secrets.token_urlsafe(6), 0)

    async def tell(self) -> None:
        """Read the figures and tell them."""
        self._version = Version(self._version.epoch, self._version.count + 1)
        load = await self.now()
        await self._server.emit(load.name, load.as_dict(), room=LOAD, namespace=load.namespace)

    async def now(self) -> Load:
        """The figures of this moment, under the version that was told last."""
        return self._of(await self._house.figures())

    def _of(self, figures: Figures) -> Load:
        since = figures.longest_since_at
        return Load(
            waiting=figures.waiting,
            longest_wait_s=(self._house.now() - since).total_seconds() if since else 0.0,
            verifiers={state.value: count for state, count in figures.verifiers.items()},
            service_level=figures.service_level.share,
            calls=figures.calls,
            version=self._version,
            **figures.today._asdict(),
        )


class LoadNamespace(DoorNamespace[bool]):
    """Lets verifiers and supervisors listen."""

    refusal = "forbidden"

    def __init__(self, house: House, news: LoadNews) -> None:
        """`news` knows the figures."""
        super().__init__("/load", house)
        self._news = news

    async def admit(self, newcomer: Newcomer) -> bool | None:
        """Whoever may hear the load."""
        return await self._house.may_hear_load(newcomer.request) or None

    async def welcome(self, newcomer: Newcomer, _admission: bool) -> None:
        """Tell a newcomer the load at once."""
        await self.enter_room(newcomer.sid, LOAD)
        load = await self._news.now()
        await self.emit(load.name, load.as_dict(), to=newcomer.sid)
