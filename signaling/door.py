"""What every namespace does at its door: who comes in, and who is shown out when a session ends."""

import logging
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import socketio
from aiohttp import web

from signaling.house import Credential, House
from signaling.limits import MOST_SOCKETS
from signaling.rooms import session_room

log = logging.getLogger(__name__)

Admission = TypeVar("Admission")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A socket that asks to come in: its handshake, and what its page says of itself."""

    sid: str
    request: web.Request
    greeting: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visitor(Generic[Admission]):
    """A socket that was let in: what for, and on which credential."""

    eio_sid: str
    admission: Admission
    credential: Credential


class DoorNamespace(socketio.AsyncNamespace, Generic[Admission]):
    """A namespace whose visitors bring the session's cookie and its CSRF token.

    `refusal` is the word for whom it does not admit.
    """

    refusal: ClassVar[str]

    def __init__(self, namespace: str, house: House) -> None:
        """`house` tells who somebody is."""
        super().__init__(namespace)
        self._house = house
        self._visitors: dict[str, Visitor[Admission]] = {}

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Let in whom `admit` admits, and welcome them."""
        request = environ["aiohttp.request"]
        newcomer = Newcomer(sid, request, auth if isinstance(auth, dict) else {})
        if not self._house.csrf_holds(request, str(newcomer.greeting.get("csrf"))):
            raise socketio.exceptions.ConnectionRefusedError("csrf")
        try:
            await self._let_in(newcomer)
        except socketio.exceptions.ConnectionRefusedError:
            raise
        except Exception:
            # Told neither yes nor no, a page would wait for ever; one that is cut off comes back.
            log.exception("a page could not be let in to %s", self.namespace)
            await self._cut_off(sid)
            raise socketio.exceptions.ConnectionRefusedError(self.refusal) from None

    async def _cut_off(self, sid: str) -> None:
        eio_sid = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        await self.on_disconnect(sid)
        if eio_sid is not None:
            await self.server.drop(eio_sid)

    async def _let_in(self, newcomer: Newcomer) -> None:
        sid, request = newcomer.sid, newcomer.request
        admission = await self.admit(newcomer)
        credential = self._house.credential(request)
        # For one that went while it was asked about, the library reports no disconnect any more.
        eio_sid = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        if admission is None or credential is None or eio_sid not in self.server.environ:
            raise socketio.exceptions.ConnectionRefusedError(self.refusal)
        self._visitors[sid] = Visitor(eio_sid, admission, credential)
        await self._make_room(session_room(credential.session))
        await self.enter_room(sid, session_room(credential.session))
        await self.welcome(newcomer, admission)

    async def on_disconnect(self, sid: str, _reason: str = "") -> None:
        """Forget a socket that has gone."""
        self._visitors.pop(sid, None)
        await self.part(sid)

    async def part(self, sid: str) -> None:
        """A socket has gone: take it from wherever `welcome` has put it."""

    def visitors(self) -> list[Visitor[Admission]]:
        """Who is here now; a socket that went without a word from the library is not."""
        for sid, visitor in list(self._visitors.items()):
            if visitor.eio_sid not in self.server.environ:
                del self._visitors[sid]
        return list(self._visitors.values())

    async def _make_room(self, room: str) -> None:
        """Of a session's many sockets the oldest go."""
        sockets = list(self.server.manager.get_participants(self.namespace, room))
        for _sid, eio_sid in sockets[: max(0, len(sockets) + 1 - MOST_SOCKETS)]:
            await self.server.drop(eio_sid)

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
