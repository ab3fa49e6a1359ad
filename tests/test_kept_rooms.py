"""Rooms are as the library keeps them, whatever order people come and go in."""

from collections import Counter
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from socketio.async_manager import AsyncManager
from socketio.base_manager import BaseManager

from signaling.kept_rooms import KeptRooms

NAMESPACES = ("/waiting", "/call")
ROOMS = ("all", "ticket 1", "ticket 2")


class Ids:
    """Gives two managers the same ids."""

    def __init__(self) -> None:
        self.eio = self
        self._last = 0

    def generate_id(self) -> str:
        self._last += 1
        return f"sid {self._last}"


class Both(RuleBasedStateMachine):
    """The same is done to both managers."""

    def __init__(self) -> None:
        super().__init__()
        self.kept, self.stock = KeptRooms(), AsyncManager()
        for manager in (self.kept, self.stock):
            manager.server = Ids()
        self.inside: list[tuple[str, str]] = []
        self._connections = 0

    def do(self, act: str, *arguments: Any) -> Any:
        results = []
        for manager in (self.kept, self.stock):
            try:
                results.append(getattr(manager, act)(*arguments))
            except ValueError as error:
                results.append(str(error))
        assert results[0] == results[1]
        return results[0]

    @rule(namespace=st.sampled_from(NAMESPACES), again=st.booleans())
    def come(self, namespace: str, again: bool) -> None:
        self._connections += not again
        managers = (self.kept, self.stock)
        sids = [
            BaseManager.pre_connect(one, f"eio {self._connections}", namespace) for one in managers
        ]
        assert sids[0] == sids[1]
        if sids[0] is not None:
            for one in managers:
                BaseManager.connect(one, sids[0], namespace)
            self.inside.append((sids[0], namespace))

    @precondition(lambda self: self.inside)
    @rule(data=st.data(), room=st.sampled_from(ROOMS), act=st.sampled_from(["enter", "leave"]))
    def move(self, data: st.DataObject, room: str, act: str) -> None:
        sid, namespace = data.draw(st.sampled_from(self.inside))
        others = [other for other, where in self.inside if where == namespace and other != sid]
        room = data.draw(st.sampled_from([room, *others])) if act == "enter" else room
        self.do(f"basic_{act}_room", sid, namespace, room)

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        sid, namespace = data.draw(st.sampled_from(self.inside))
        self.inside.remove((sid, namespace))
        self.do("pre_disconnect", sid, namespace)
        self.do("basic_disconnect", sid, namespace)

    @rule(namespace=st.sampled_from(NAMESPACES), room=st.sampled_from(ROOMS))
    def close(self, namespace: str, room: str) -> None:
        self.do("basic_close_room", room, namespace)

    @invariant()
    def everybody_is_in_the_same_rooms(self) -> None:
        for namespace in NAMESPACES:
            for room in (None, *ROOMS, ["all", "ticket 1"]):
                kept = list(self.kept.get_participants(namespace, room))
                assert kept == list(self.stock.get_participants(namespace, room))
        for sid, namespace in self.inside:
            assert self.kept.is_connected(sid, namespace)
            assert self.kept.get_rooms(sid, namespace) == self.stock.get_rooms(sid, namespace)
            eio_sid = self.stock.eio_sid_from_sid(sid, namespace)
            assert self.kept.eio_sid_from_sid(sid, namespace) == eio_sid
            assert self.kept.sid_from_eio_sid(eio_sid, namespace) == sid

    @invariant()
    def nothing_is_kept_of_who_has_gone(self) -> None:
        assert set(self.kept._rooms_of) == {sid for sid, _namespace in self.inside}
        for sid, namespace in self.inside:
            assert Counter(self.kept._rooms_of[sid]) == Counter(
                room for room, sids in self.stock.rooms[namespace].items() if sid in sids
            )
        assert self.kept.pending_disconnect == {} == self.kept.pending_connect
        assert {name: set(rooms) for name, rooms in self.kept.rooms.items()} == {
            name: set(rooms) for name, rooms in self.stock.rooms.items()
        }


LOOKS = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRooms = Both.TestCase
TestRooms.settings = LOOKS
