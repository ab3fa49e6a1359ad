"""Who is in which room, kept so that a connection costs little and its end costs nothing more.

The library makes a two-way dictionary of every room, of which three out of four have one socket in
them, and looks for one that has gone in all rooms there are: with 5,000 waiting, a millisecond and
a half for each, and seconds when a network goes.
"""

from typing import Any

import socketio


class Room(dict[str, str]):
    """The sockets of a room and their connections."""

    @property
    def _fwdm(self) -> dict[str, str]:
        """Where the library looks for them."""
        return self


class KeptRooms(socketio.AsyncManager):
    """A manager that also knows the rooms of each socket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """As the library's; nobody is anywhere."""
        super().__init__(*arguments, **options)
        self._rooms_of: dict[str, list[Any]] = {}

    def basic_enter_room(
        self, sid: str, namespace: str, room: Any, eio_sid: str | None = None
    ) -> None:
        """Let a socket into a room; that of all, which is None, is looked at from both ends."""
        if room is not None and namespace in self.rooms:
            self.rooms[namespace].setdefault(room, Room())
        super().basic_enter_room(sid, namespace, room, eio_sid)
        if room not in (rooms := self._rooms_of.setdefault(sid, [])):
            rooms.append(room)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """Let a socket out of a room."""
        super().basic_leave_room(sid, namespace, room)
        if room in (rooms := self._rooms_of.get(sid, [])):
            rooms.remove(room)

    def basic_disconnect(self, sid: str, namespace: str, **_options: Any) -> None:
        """Let a socket out of all its rooms, and forget what was asked of it."""
        for room in self._rooms_of.pop(sid, []):
            super().basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in (sids := pending.get(namespace, [])):
                sids.remove(sid)
                if not sids:
                    del pending[namespace]
