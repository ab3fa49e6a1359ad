"""The day's counts and the service level, from histories small enough to count by hand."""

from datetime import datetime

import pytest

from tests.hall import Hall
from tests.support import MORNING
from waiting_room import service
from waiting_room.figures import read_figures
from waiting_room.service import DayCounts, ServiceLevel
from waiting_room.tables import CallOutcome, ShiftState

WITHIN_S = 300
DAY = (MORNING, MORNING.replace(hour=13))


async def _level(hall: Hall, day: tuple[datetime, datetime] = DAY) -> ServiceLevel:
    async with hall.database.reading() as session:
        return await service.service_level(session, *day, WITHIN_S)


async def _counts(
    hall: Hall, day: tuple[datetime, datetime] = DAY, verifier: str | None = None
) -> DayCounts:
    async with hall.database.reading() as session:
        return await service.day_counts(session, *day, verifier=verifier)


async def _taken_after(hall: Hall, seconds: float, applicant: str = "ani") -> str:
    await hall.join(applicant)
    hall.clock.forward(seconds=seconds)
    await hall.start("vera")
    return (await hall.take("vera"))[1].id


async def test_a_day_without_anybody_has_no_share(hall: Hall) -> None:
    assert await _counts(hall) == (0, 0, 0, 0)
    level = await _level(hall)
    assert (level, level.share) == (ServiceLevel(0, 0), None)


@pytest.mark.parametrize(
    ("waited_s", "in_time"), [(0, 1), (WITHIN_S, 1), (WITHIN_S + 0.001, 0), (3600, 0)]
)
async def test_served_in_time_until_and_with_the_target(
    hall: Hall, waited_s: float, in_time: int
) -> None:
    await _taken_after(hall, waited_s)
    assert await _level(hall) == ServiceLevel(in_time, 1)


@pytest.mark.parametrize(
    ("waited_s", "counted"), [(0, 0), (WITHIN_S, 0), (WITHIN_S + 0.001, 1), (3600, 1)]
)
async def test_who_gave_up_counts_only_after_the_target(
    hall: Hall, waited_s: float, counted: int
) -> None:
    ticket, _ = await hall.join("ani")
    hall.clock.forward(seconds=waited_s)
    await hall.leave(ticket.id)
    assert await _level(hall) == ServiceLevel(0, counted)
    assert await _counts(hall) == DayCounts(taken=0, approved=0, rejected=0, left=1)


async def test_a_returned_ticket_counts_once(hall: Hall) -> None:
    call = await _taken_after(hall, 10)
    await hall.hand_back(call, "vera")
    hall.clock.forward(seconds=1000)
    _, second = await hall.take("vera")
    await hall.finish(second.id, "vera", CallOutcome.REJECTED)
    assert await _level(hall) == ServiceLevel(1, 1)
    assert await _counts(hall) == DayCounts(taken=2, approved=0, rejected=1, left=0)


async def test_who_leaves_after_having_been_called_was_served(hall: Hall) -> None:
    call = await _taken_after(hall, 10)
    ticket = await hall.hand_back(call, "vera")
    hall.clock.forward(seconds=1000)
    await hall.leave(ticket)
    assert await _level(hall) == ServiceLevel(1, 1)
    assert (await _counts(hall)).left == 1


async def test_a_verifiers_own_counts(hall: Hall) -> None:
    await hall.start("vera", "wati")
    verdicts = (CallOutcome.APPROVED, CallOutcome.REJECTED, CallOutcome.ABSENT)
    for number, outcome in enumerate(verdicts):
        await hall.join(f"applicant {number}")
        _, call = await hall.take("vera" if number else "wati")
        await hall.finish(call.id, call.verifier, outcome)
    assert await _counts(hall, verifier="vera") == DayCounts(2, 0, 1, 0)
    assert await _counts(hall, verifier="wati") == DayCounts(1, 1, 0, 0)
    assert await _counts(hall) == DayCounts(3, 1, 1, 0)


async def test_a_day_begins_at_its_first_moment_and_ends_before_its_last(hall: Hall) -> None:
    call = await _taken_after(hall, 0)
    hall.clock.forward(hours=12)
    assert hall.clock.now() == DAY[1]
    await hall.finish(call, "vera")
    assert await _counts(hall) == DayCounts(1, 0, 0, 0)
    assert await _counts(hall, (DAY[1], DAY[1].replace(hour=20))) == DayCounts(0, 1, 0, 0)


async def test_handling_times_are_the_days_newest_last(hall: Hall) -> None:
    for minutes in (4, 6, 5):
        call = await _taken_after(hall, 60)
        hall.clock.forward(minutes=minutes)
        await hall.finish(call, "vera")
    async with hall.database.reading() as session:
        assert await service.handling_times_s(session, *DAY) == [240, 360, 300]
        assert await service.handling_times_s(session, *DAY, verifier="wati") == []


async def test_the_figures_of_this_moment(hall: Hall) -> None:
    await _taken_after(hall, 400, "ani")
    for applicant in ("budi", "citra"):
        await hall.join(applicant)
        hall.clock.forward(seconds=200)
    async with hall.database.reading() as session:
        figures = await read_figures(session, hall.clock.now(), DAY, WITHIN_S)
    assert (figures.waiting, figures.over_target, figures.calls) == (2, 1, 1)
    longest_since_at = figures.longest_since_at
    assert longest_since_at is not None
    assert (hall.clock.now() - longest_since_at).total_seconds() == 400
    assert figures.verifiers[ShiftState.IN_CALL] == 1
    assert figures.today.taken == 1
    assert figures.service_level == ServiceLevel(0, 1)
