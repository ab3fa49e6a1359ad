"""The order: who comes before whom."""

from datetime import timedelta

import pytest

from tests.hall import LATE_AFTER, Hall
from tests.support import MORNING
from waiting_room.order import OrderClass, OrderKey, key_on_joining, key_on_return

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes_past", "expected"),
    [(-30, OrderClass.BOOKED), (0, OrderClass.BOOKED), (10, OrderClass.BOOKED)],
)
def test_in_time_is_until_and_with_the_last_minute(minutes_past: int, expected: OrderClass) -> None:
    key = key_on_joining(MORNING, MORNING + minutes_past * MINUTE, LATE_AFTER)
    assert key == OrderKey(expected, MORNING)


def test_late_is_ordered_by_joining() -> None:
    now = MORNING + LATE_AFTER + timedelta(microseconds=1)
    assert key_on_joining(MORNING, now, LATE_AFTER) == OrderKey(OrderClass.LATE, now)


def test_returned_comes_before_everybody() -> None:
    assert key_on_return(MORNING) == OrderKey(OrderClass.RETURNED, MORNING)
    assert min(OrderClass) is OrderClass.RETURNED


async def test_class_then_booked_time_then_joining(hall: Hall) -> None:
    await hall.join("late first", booked_in_s=-660)
    await hall.join("booked late", booked_in_s=1200)
    await hall.join("booked early", booked_in_s=-540)
    hall.clock.forward(seconds=1)
    await hall.join("late second", booked_in_s=-3600)
    await hall.join("booked, joined later", booked_in_s=-541)
    assert await hall.order() == [
        "booked early",
        "booked, joined later",
        "booked late",
        "late first",
        "late second",
    ]


async def test_the_order_is_total_even_where_every_time_is_equal(hall: Hall) -> None:
    tickets = [(await hall.join(f"applicant {number}"))[0] for number in range(20)]
    expected = [one.applicant for one in sorted(tickets, key=lambda one: one.id)]
    assert await hall.order() == expected


async def test_the_earlier_returned_of_two_is_first(hall: Hall) -> None:
    calls = {}
    await hall.start("vera", "wati")
    for verifier, applicant in (("vera", "ani"), ("wati", "budi")):
        await hall.join(applicant)
        calls[verifier] = (await hall.take(verifier))[1]
    await hall.join("citra")
    for verifier in ("wati", "vera"):
        await hall.hand_back(calls[verifier].id, verifier)
        hall.clock.forward(seconds=1)
    assert await hall.order() == ["budi", "ani", "citra"]
