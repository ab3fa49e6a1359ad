"""The reaper concludes from silence only what the desk could have heard."""

from datetime import timedelta

from desk.access.statuses import status_of
from desk.access.tables import AccessState
from desk.reaper import BLIND_AFTER_S, NOTHING, Reaper
from tests.hall import Hall
from tests.scenes import enter, in_call, joined
from tests.support import RunningDesk
from waiting_room import leases, line
from waiting_room.tables import Call, CallOutcome


def reaper_of(desk: RunningDesk, blind_for_s: list[float]) -> Reaper:
    settings = desk.settings.model_copy(update={"call_grace_s": 60, "hold_minutes": 10})
    return Reaper(settings, desk.clock, desk.database, lambda: blind_for_s[-1], lambda: None)


async def outcomes(desk: RunningDesk) -> list[CallOutcome | None]:
    return [call.outcome for call in await Hall(desk.database, desk.clock).all(Call)]


async def test_a_desk_that_could_see_nobody_gives_everybody_one_grace_more(
    desk: RunningDesk,
) -> None:
    await in_call(desk)
    blind_for_s = [0.0]
    reaper = reaper_of(desk, blind_for_s)
    assert await reaper.reap() == NOTHING
    desk.clock.forward(seconds=120)
    blind_for_s.append(BLIND_AFTER_S + 1)
    assert await reaper.reap() == NOTHING
    blind_for_s.append(0.0)
    assert await reaper.reap() == NOTHING
    assert await outcomes(desk) == [None]
    desk.clock.forward(seconds=61)
    assert len((await reaper.reap()).calls) == 1
    assert await outcomes(desk) == [CallOutcome.VERIFIER_GONE]


async def test_a_desk_that_shuts_down_concludes_nothing(desk: RunningDesk) -> None:
    await in_call(desk)
    reaper = reaper_of(desk, [0.0])
    reaper.rest()
    desk.clock.forward(seconds=120)
    assert await reaper.reap() == NOTHING
    assert await outcomes(desk) == [None]


async def test_whoever_is_set_aside_finds_the_way_back_on_every_page(desk: RunningDesk) -> None:
    waits = await joined(desk)
    desk.clock.forward(minutes=11)
    async with desk.database.writing() as session:
        grace, hold = timedelta(seconds=60), timedelta(minutes=10)
        lapsed = await leases.reap(session, desk.clock.now(), hold, grace)
    assert lapsed.set_aside == [waits.ticket]
    visitor = await enter(desk, waits.who.account)
    for page in ("/", "/organisation", f"/meetings/{waits.who.meeting.id}", waits.page):
        status, _text = await visitor.open(page)
        assert status == 200, page
    assert f"/waiting/{waits.ticket}" in (await visitor.open("/"))[1]


def test_every_state_that_is_shown_has_a_word() -> None:
    for state in (*line.LIVE, *AccessState):
        assert status_of(state.value).word
