"""The Socket.IO server, closed to all that `messages.py` does not know, and to too much of it.

The library hands on whatever a client names its event, "connect" among them, keeps binary parts of
messages in memory, and queues without end for a client that does not read.
"""

from dataclasses import dataclass
from typing import Any

import socketio
from socketio import packet as packets

from signaling.engine import ClosedEngine
from signaling.limits import (
    LONGEST_OUTSIDE_S,
    MESSAGES_AT_ONCE,
    MESSAGES_EACH_S,
    Head,
    TokenBucket,
    head_of,
    is_too_deep,
)
from signaling.messages import NAMESPACES, SAID
from signaling.news import News
from signaling.slices import Turn

BINARY = (packets.BINARY_EVENT, packets.BINARY_ACK)
EVENTS = (packets.EVENT, packets.BINARY_EVENT)


@dataclass
class Visit:
    """A connection: what it may still say, and since when it is in no namespace."""

    bucket: TokenBucket
    outside_since: float


class ClosedServer(socketio.AsyncServer):
    """Hears packets within the limits, and answers all others with an error or not at all."""

    def __init__(self, **options: Any) -> None:
        """The options are the library's, and `seconds`, a monotonic clock."""
        super().__init__(**options)
        self._visits: dict[str, Visit] = {}

    def _engineio_server_class(self) -> type[ClosedEngine]:
        return ClosedEngine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        seconds = self.eio.seconds
        bucket = TokenBucket(MESSAGES_EACH_S, MESSAGES_AT_ONCE, seconds)
        self._visits[eio_sid] = Visit(bucket, seconds())

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._visits.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        visit = self._visits.get(eio_sid)
        if visit is None:  # it is being closed
            return
        head = head_of(data)
        if not visit.bucket.take():
            await self._refuse(eio_sid, head, "too_fast")
            await self.drop(eio_sid)
        elif head is None:
            return
        elif head.kind in BINARY or is_too_deep(head.json):
            await self._refuse(eio_sid, head, "bad_message")
        else:
            await self._hear(eio_sid, head, data)

    async def _hear(self, eio_sid: str, head: Head, data: str) -> None:
        try:
            packet = self.packet_class(encoded_packet=data)
        except ValueError:
            await self._refuse(eio_sid, head, "bad_message")
            return
        if head.kind == packets.CONNECT:
            await self._handle_connect(eio_sid, packet.namespace, packet.data)
        elif head.kind == packets.DISCONNECT:
            await self._handle_disconnect(eio_sid, packet.namespace)
        elif head.kind == packets.EVENT:
            sayable = [said.name for said in SAID if said.namespace == head.namespace]
            if isinstance(packet.data, list) and packet.data and packet.data[0] in sayable:
                await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)
            else:
                await self._refuse(eio_sid, head, "unknown_event")

    async def _refuse(self, eio_sid: str, head: Head | None, error: str) -> None:
        """Acknowledge an event with an error, where it asks for one and its sender is inside."""
        if head is None or head.kind not in EVENTS or head.ack is None:
            return
        sid = self.manager.sid_from_eio_sid(eio_sid, head.namespace)
        if self.manager.is_connected(sid, head.namespace):
            ack = self.packet_class(
                packets.ACK,
                namespace=head.namespace,
                id=head.ack,
                data=[{"ok": False, "error": error}],
            )
            await self._send_packet(eio_sid, ack)

    async def drop(self, eio_sid: str) -> None:
        """Close a connection and hear nothing more of it."""
        self._visits.pop(eio_sid, None)
        await self.eio.disconnect(eio_sid)

    async def sweep(self) -> None:
        """Close the connections of those who do not read, and of those who never come in."""
        turn = Turn()
        now, inside = self.eio.seconds(), self._inside()
        for eio_sid, visit in list(self._visits.items()):
            if eio_sid in inside:
                visit.outside_since = now
            socket = self.eio.sockets.get(eio_sid)
            if socket is not None and self.eio.is_stuck(socket):
                await self.eio.forget_unread(eio_sid)
            elif now - visit.outside_since > LONGEST_OUTSIDE_S:
                await self.drop(eio_sid)
            if turn.is_over():
                await turn.of_others()

    def _inside(self) -> set[str]:
        """The connections that are in a namespace, or about to be let in or refused."""
        rooms = (self.manager.rooms.get(namespace, {}) for namespace in NAMESPACES)
        return {eio_sid for room in rooms for eio_sid in room.get(None, {}).values()}


class Sweep(News):
    """Sweeps once a second."""

    shortest_pause_s = 1.0
    longest_silence_s = 0.0

    def __init__(self, server: ClosedServer) -> None:
        """Nothing is closed before it runs."""
        super().__init__()
        self._server = server

    async def tell(self) -> None:
        """One look at every connection."""
        await self._server.sweep()
