"""What every namespace does at its door: who comes in, and who is shown out when a session ends."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import socketio
from aiohttp import web

from signaling.house import House
from signaling.rooms import session_room

Admission = TypeVar("Admission")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A socket that asks to come in: its handshake, and what its page says of itself."""

    sid: str
    request: web.Request
    greeting: Mapping[str, Any]


class DoorNamespace(socketio.AsyncNamespace, Generic[Admission]):
    """A namespace whose visitors bring the session's cookie and its CSRF token.

    `refusal` is the word for whom it does not admit.
    """

    refusal: ClassVar[str]

    def __init__(self, namespace: str, house: House) -> None:
        """`house` tells who somebody is."""
        super().__init__(namespace)
        self._house = house

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Let in whom `admit` admits, and welcome them."""
        request = environ["aiohttp.request"]
        newcomer = Newcomer(sid, request, auth if isinstance(auth, dict) else {})
        if not self._house.csrf_holds(request, str(newcomer.greeting.get("csrf"))):
            raise socketio.exceptions.ConnectionRefusedError("csrf")
        admission = await self.admit(newcomer)
        # For one that went while it was asked about, the library reports no disconnect any more.
        eio_sid = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        session = self._house.session_of(request)
        if admission is None or session is None or eio_sid not in self.server.environ:
            raise socketio.exceptions.ConnectionRefusedError(self.refusal)
        await self.enter_room(sid, session_room(session))
        await self.welcome(newcomer, admission)

    async def show_out(self, session: str) -> None:
        """Close every socket of a session that has ended."""
        room = session_room(session)
        for sid, _eio_sid in list(self.server.manager.get_participants(self.namespace, room)):
            await self.disconnect(sid)

    @abstractmethod
    async def admit(self, newcomer: Newcomer) -> Admission | None:
        """What the newcomer may come in for, or None."""

    @abstractmethod
    async def welcome(self, newcomer: Newcomer, admission: Admission) -> None:
        """Put the newcomer into their rooms and tell them how things stand."""
