"""The place survives: who is away is passed over, then set aside, and never forgotten.

Real sockets and the clock handed in; times as shipped: 30 seconds, then 10 minutes.
"""

from datetime import timedelta

import pytest

from desk.settings import Settings
from tests.scenes import Waits, count, enter, join, joined, on_duty
from tests.silence import (
    as_shipped,
    here,
    hurry,
    is_missed,
    later,
    on_another_device,
    reap,
    row,
    running,
    until_closed,
)
from tests.sockets import listening
from tests.support import RunningDesk, SetClock, Visitor

FIRST, SECOND = timedelta(minutes=5), timedelta(minutes=10)


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hurry(monkeypatch)
    return as_shipped(settings)


async def next_of(verifier: Visitor) -> str | None:
    """The name of whom a verifier would be given."""
    found = (await verifier.read("/desk"))[1]["next"]
    return found["name"] if found else None


async def taken(verifier: Visitor) -> str:
    """The name of whom a verifier is given."""
    status, body = await verifier.act("/desk/take")
    assert status == 200, body
    return str((await verifier.read(body["url"]))[1]["applicant"]["name"])


async def test_who_is_away_for_half_a_minute_is_passed_over_and_keeps_the_place(
    desk: RunningDesk,
) -> None:
    _account, verifier = await on_duty(desk)
    first, second = await joined(desk, booked_in=FIRST), await joined(desk, booked_in=SECOND)
    async with here(desk, second) as other:
        async with here(desk, first):
            await other.hears("place", position=2)
        await later(desk, seconds=29)
        assert await next_of(verifier) == first.who.account.name
        await later(desk, seconds=1)
        assert await next_of(verifier) == second.who.account.name
        shown = await row(desk, verifier, first.who.account.name)
        assert (shown["mark"], shown["position"]) == ("away", 1)
        place = (await first.visitor.read(first.page))[1]
        assert (place["state"], place["position"], place["away"]) == ("waiting", 1, "passed_over")
        assert await taken(verifier) == second.who.account.name
    async with here(desk, first) as back:
        place = await back.hears("place")
        assert (place["position"], place["away"], place["back_from"]) == (1, None, "passed_over")
        assert await next_of(verifier) == first.who.account.name


async def test_nobody_stands_behind_somebody_who_is_passed_over(desk: RunningDesk) -> None:
    first, second = await joined(desk, booked_in=FIRST), await joined(desk, booked_in=SECOND)
    async with here(desk, second) as other:
        async with here(desk, first):
            await other.hears("place", position=2)
        await later(desk, seconds=30)
        await other.hears("line", changes=[[1, -1]])
        async with here(desk, first):
            await other.hears("line", changes=[[1, 1]])


async def test_who_never_opened_the_page_is_away_from_joining_on(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    waits = await joined(desk)
    await later(desk, seconds=29)
    assert await next_of(verifier) == waits.who.account.name
    await later(desk, seconds=1)
    assert await next_of(verifier) is None
    assert (await verifier.act("/desk/take"))[0] == 204


async def set_aside(desk: RunningDesk, waits: Waits) -> None:
    """Away for longer than the place is held."""
    await later(desk, minutes=10)
    await reap(desk)
    assert (await waits.visitor.read(waits.page))[1]["state"] == "waiting"
    await later(desk, seconds=1)
    await reap(desk)
    await later(desk)
    found = (await waits.visitor.read(waits.page))[1]
    assert (found["state"], found["away"]) == ("set_aside", "set_aside")


async def test_who_is_away_for_too_long_is_set_aside_and_comes_back_to_the_place(
    desk: RunningDesk,
) -> None:
    _account, verifier = await on_duty(desk)
    behind = await joined(desk, booked_in=SECOND)
    async with here(desk, behind):
        waits = await joined(desk, booked_in=FIRST)
        async with here(desk, waits) as socket:
            await socket.hears("place", position=1, back_from=None)
        await set_aside(desk, waits)
        assert await count(desk.database, "audit_entry", "act = 'set_aside'") == 1
        shown = (await verifier.read("/desk"))[1]
        assert [one["name"] for one in shown["waiting"]] == [behind.who.account.name]
        async with here(desk, waits) as socket:
            place = await socket.hears("place", waiting=2)
            assert (place["position"], place["back_from"]) == (1, "set_aside")
            assert (await waits.visitor.read(waits.page))[1]["state"] == "waiting"
            assert await next_of(verifier) == waits.who.account.name
    assert await count(desk.database, "audit_entry", "act = 'came_back'") == 1


async def test_who_is_set_aside_can_join_again_and_leave(desk: RunningDesk) -> None:
    waits = await joined(desk)
    await set_aside(desk, waits)
    again = await join(desk, waits.who)
    assert again.ticket == waits.ticket
    assert (await again.visitor.act(f"{waits.page}/leave"))[0] == 200
    assert await count(desk.database, "ticket", "state = 'left'") == 1
    assert await count(desk.database, "absence") == 0


async def test_a_second_tab_is_the_same_place_and_its_end_is_no_absence(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with here(desk, waits) as first:
        place = await first.hears("place")
        async with listening(await on_another_device(desk, waits), "/waiting") as second:
            assert (await second.hears("place"))["ticket"] == place["ticket"]
            assert (await join(desk, waits.who)).ticket == waits.ticket
        await until_closed(desk, waits, pages=1)
        assert not await is_missed(desk, waits)
    assert await is_missed(desk, waits)
    assert await count(desk.database, "ticket") == 1


async def test_after_a_restart_everybody_has_one_full_grace(
    settings: Settings, clock: SetClock
) -> None:
    """The desk was down for an hour, and saw nobody go."""
    async with running(settings, clock) as desk:
        account, _verifier = await on_duty(desk)
        waits = await joined(desk)
        async with listening(waits.visitor, "/waiting") as socket:
            await socket.hears("place", away=None)
    clock.forward(hours=1)
    async with running(settings, clock) as desk:
        verifier = await enter(desk, account)
        waits.visitor = await enter(desk, waits.who.account)
        assert await is_missed(desk, waits)
        clock.forward(seconds=29)
        assert not any(await reap(desk))
        assert await next_of(verifier) == waits.who.account.name
        clock.forward(seconds=1)
        assert await next_of(verifier) is None
        async with here(desk, waits) as socket:
            assert (await socket.hears("place"))["position"] == 1
            assert await taken(verifier) == waits.who.account.name
