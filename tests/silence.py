"""Who is here and who has gone silent, for tests on the clock handed in.

Presence is written in the background, at moments of its own: tests wait until it is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from desk.keys import REAPER, SIGNALING
from desk.settings import Settings
from signaling.line_news import LineNews
from signaling.messages import Side
from signaling.presence import Presence
from signaling.rooms import ticket_room
from signaling.watch import Watch
from tests.scenes import InCall, Waits, count, enter
from tests.sockets import PATIENCE_S, Socket, listening
from tests.support import RunningDesk, SetClock, Visitor, start_desk
from waiting_room.leases import Lapsed
from waiting_room.tables import Call

TIMES = ("away_after_s", "hold_minutes", "call_grace_s", "arrival_s")
STEP_S = 20  # shorter than every grace: who is here is seen in between


def as_shipped(settings: Settings) -> Settings:
    """With the times of presence that hold where nobody sets any: 30 s, 10 min, 60 s, 60 s."""
    shipped = {name: Settings.model_fields[name].default for name in TIMES}
    return settings.model_copy(update=shipped)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Desks write presence, and look for what ended elsewhere, more often than in earnest."""
    for news in (LineNews, Presence, Watch):
        monkeypatch.setattr(news, "shortest_pause_s", 0.02)
    monkeypatch.setattr(Presence, "longest_silence_s", 0.1)
    monkeypatch.setattr(Presence, "settling_s", 0.0)


@asynccontextmanager
async def running(settings: Settings, clock: SetClock) -> AsyncIterator[RunningDesk]:
    """A desk from its start to its end, on whatever the one before it left."""
    runner, desk = await start_desk(settings, clock)
    try:
        yield desk
    finally:
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()


async def until(desk: RunningDesk, holds: Callable[[], Awaitable[bool]]) -> None:
    """Let presence be written until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():
            await desk.app[SIGNALING].presence.next_telling()


async def is_missed(desk: RunningDesk, waits: Waits) -> bool:
    """Whether the line believes that nobody listens for the ticket."""
    return await count(desk.database, "absence", f"ticket = '{waits.ticket}'") == 1


@asynccontextmanager
async def here(
    desk: RunningDesk, waits: Waits, visitor: Visitor | None = None
) -> AsyncIterator[Socket]:
    """A waiting page is open, and the line knows; when it has closed, the line knows as well."""
    async with listening(visitor or waits.visitor, "/waiting") as socket:
        await until_here(desk, waits)
        yield socket
    await until_closed(desk, waits)


async def until_here(desk: RunningDesk, waits: Waits) -> None:
    """Wait until the line knows that a page listens for the ticket."""

    async def holds() -> bool:
        return not await is_missed(desk, waits)

    await until(desk, holds)


async def until_closed(desk: RunningDesk, waits: Waits, pages: int = 0) -> None:
    """Wait until only so many pages listen; with none and a ticket that waits: until missed."""
    manager = desk.app[SIGNALING].server.manager
    waiting = f"id = '{waits.ticket}' AND state = 'waiting'"

    async def holds() -> bool:
        if len(list(manager.get_participants("/waiting", ticket_room(waits.ticket)))) > pages:
            return False
        is_over = pages or not await count(desk.database, "ticket", waiting)
        return bool(is_over) or await is_missed(desk, waits)

    await until(desk, holds)
    # The one that is under way may have looked before the page closed.
    for _telling in range(2 if pages else 0):
        await desk.app[SIGNALING].presence.next_telling()


async def on_another_device(desk: RunningDesk, waits: Waits) -> Visitor:
    """The same applicant."""
    return await enter(desk, waits.who.account)


@asynccontextmanager
async def seated(desk: RunningDesk, scene: InCall, *sides: Side) -> AsyncIterator[list[Socket]]:
    """Pages of these sides sit at the call, and the line knows: their sockets in this order."""
    async with AsyncExitStack() as stack:
        sockets = []
        for side in sides:
            visitor = scene.applicant if side == "applicant" else scene.verifier
            page = listening(visitor, "/call", call=scene.call, page=f"of {side}")
            sockets.append(await stack.enter_async_context(page))
            await until_seen(desk, scene, side)
        yield sockets


async def until_seen(desk: RunningDesk, scene: InCall, side: Side) -> None:
    """Wait until the lease of a side was renewed at this moment of the clock."""

    async def holds() -> bool:
        call = await call_of(desk, scene)
        has_come = side == "verifier" or call.applicant_arrived_at is not None
        seen_at = call.verifier_seen_at if side == "verifier" else call.applicant_seen_at
        return has_come and seen_at == desk.clock.now()

    await until(desk, holds)


async def later(desk: RunningDesk, **span: float) -> None:
    """Move the clock, and have the line told how it stands then."""
    desk.clock.forward(**span)
    await desk.app[SIGNALING].line.tell()


async def time_passes(desk: RunningDesk, scene: InCall, seconds: int, *sides: Side) -> None:
    """Move the clock in steps; these sides are seen after each of them."""
    for passed in range(0, seconds, STEP_S):
        desk.clock.forward(seconds=min(STEP_S, seconds - passed))
        for side in sides:
            await until_seen(desk, scene, side)


async def call_of(desk: RunningDesk, scene: InCall) -> Call:
    """The row of the call."""
    async with desk.database.reading() as session:
        return await session.get_one(Call, scene.call)


async def reap(desk: RunningDesk) -> Lapsed:
    """What is concluded from silence now; the desk's own reaper may have been faster."""
    return await desk.app[REAPER].reap()


async def row(desk: RunningDesk, visitor: Visitor, name: str) -> dict[str, Any]:
    """What the verifier's desk shows of somebody who waits."""
    status, shown = await visitor.read("/desk")
    assert status == 200
    [found] = [one for one in shown["waiting"] if one["name"] == name]
    return dict(found)
