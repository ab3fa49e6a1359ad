"""The estimated wait: none before the fifth finished call of today, then a range of minutes."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk.times import day_span
from tests.hall import Hall
from waiting_room import forecast, service, standing
from waiting_room.forecast import Pace
from waiting_room.tables import CallOutcome, ShiftState

JAKARTA = ZoneInfo("Asia/Jakarta")
TIMES_S = st.lists(st.floats(0, 7200, allow_nan=False), min_size=5, max_size=40)


async def _pace(hall: Hall) -> Pace | None:
    """As the line's news reads it."""
    async with hall.database.reading() as session:
        today = day_span(hall.clock.now(), JAKARTA)
        times_s = await service.handling_times_s(session, *today)
        return forecast.pace(times_s, await standing.on_duty(session))


async def _serve(hall: Hall, minutes: float, outcome: CallOutcome = CallOutcome.APPROVED) -> None:
    await hall.join("ani")
    _, call = await hall.take("vera")
    hall.clock.forward(minutes=minutes)
    if outcome is CallOutcome.RETURNED:
        await hall.hand_back(call.id, "vera")
        _, call = await hall.take("vera")
    await hall.finish(
        call.id, "vera", CallOutcome.ABSENT if outcome not in service.VERDICTS else outcome
    )


async def test_there_is_a_range_from_the_fifth_finished_call_on(hall: Hall) -> None:
    await hall.start("vera")
    for number, minutes in enumerate((5, 6, 7, 8, 9), 1):
        assert forecast.wait_s(1, await _pace(hall)) is None, f"before call {number}"
        await _serve(hall, minutes, service.VERDICTS[number % 2])
    assert forecast.wait_s(1, await _pace(hall)) == [6 * 60, 8 * 60]
    assert forecast.wait_s(3, await _pace(hall)) == [18 * 60, 24 * 60]


async def test_only_verdicts_count_as_finished(hall: Hall) -> None:
    await hall.start("vera")
    for _ in range(6):
        await _serve(hall, 5, CallOutcome.ABSENT)
        await _serve(hall, 5, CallOutcome.RETURNED)
    assert await _pace(hall) is None


async def test_yesterdays_calls_do_not_count(hall: Hall) -> None:
    await hall.start("vera")
    for _ in range(5):
        await _serve(hall, 5)
    assert await _pace(hall) is not None
    hall.clock.forward(hours=24)
    assert await _pace(hall) is None


async def test_today_ends_at_midnight_of_the_desks_own_zone(hall: Hall) -> None:
    """08.00 WIB, and sixteen hours to midnight: the UTC day changes in between."""
    await hall.start("vera")
    for _ in range(5):
        await _serve(hall, 6)
    midnight = day_span(hall.clock.now(), JAKARTA)[1]
    left_s = (midnight - hall.clock.now()).total_seconds()
    hall.clock.forward(seconds=left_s - 1)
    assert await _pace(hall) is not None
    hall.clock.forward(seconds=1)
    assert await _pace(hall) is None


async def test_nobody_on_duty_promises_nothing(hall: Hall) -> None:
    await hall.start("vera", "wati")
    for _ in range(5):
        await _serve(hall, 6)
    assert await _pace(hall) == Pace(180, 180)
    await hall.choose("wati", ShiftState.ON_BREAK, "rest")
    assert await _pace(hall) == Pace(360, 360)
    await hall.choose("vera", ShiftState.OFF)
    assert await _pace(hall) is None


async def test_only_the_newest_calls_count(hall: Hall) -> None:
    await hall.start("vera")
    for _ in range(3):
        await _serve(hall, 60)
    for _ in range(forecast.NEWEST_CALLS):
        await _serve(hall, 2)
    assert await _pace(hall) == Pace(120, 120)


@given(times_s=TIMES_S, on_duty=st.integers(1, 50), position=st.integers(1, 10_000))
def test_a_range_is_whole_minutes_rounded_up(
    times_s: list[float], on_duty: int, position: int
) -> None:
    pace = forecast.pace(times_s, on_duty)
    assert pace is not None
    low_s, high_s = forecast.wait_s(position, pace) or (0, 0)
    assert 60 <= low_s <= high_s
    assert low_s % 60 == high_s % 60 == 0
    newest = times_s[-forecast.NEWEST_CALLS :]
    assert position * min(newest) / on_duty <= low_s + 1e-6
    assert high_s <= position * max(newest) / on_duty + 60


@given(times_s=TIMES_S, on_duty=st.integers(1, 50))
def test_no_place_waits_less_than_the_one_before_it(times_s: list[float], on_duty: int) -> None:
    pace = forecast.pace(times_s, on_duty)
    ranges = [forecast.wait_s(position, pace) or [0, 0] for position in range(1, 60)]
    assert ranges == sorted(ranges)
    assert [high for _, high in ranges] == sorted(high for _, high in ranges)


@given(times_s=TIMES_S.map(lambda times: times[:4]), on_duty=st.integers(0, 9))
def test_four_calls_are_too_few(times_s: list[float], on_duty: int) -> None:
    assert forecast.pace(times_s, on_duty) is None
    assert forecast.wait_s(1, None) is None


def test_the_newest_stand_last() -> None:
    day_s = timedelta(hours=2).total_seconds()
    assert forecast.pace([day_s] * 9 + [60.0] * forecast.NEWEST_CALLS, 1) == Pace(60, 60)
