"""A page that cannot be let in because of a fault is cut off, so that it comes back by itself."""

import json

import pytest

from desk.keys import SIGNALING
from tests.scenes import joined
from tests.sockets import listening
from tests.support import RunningDesk
from tests.wire import wire
from waiting_room import line


async def test_a_fault_at_the_door_leaves_nobody_waiting_for_an_answer(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = await joined(desk)

    async def fail(*_about: object) -> None:
        raise RuntimeError("planted by a test")

    async with wire(waits.visitor) as (bare, _greeted):
        with monkeypatch.context() as planted:
            planted.setattr(line, "live_ticket", fail)
            await bare.say(f"40/waiting,{json.dumps({'csrf': waits.visitor.csrf})}")
            told = await bare.until_closed()
    assert not any(frame.startswith("40/waiting") for frame in told)
    assert not desk.app[SIGNALING].server.environ
    async with listening(waits.visitor, "/waiting") as socket:
        assert (await socket.hears("place"))["ticket"] == waits.ticket
