"""One direction of the shaped link, on a clock of its own: order, delay, rate, loss, queue."""

import random
from dataclasses import replace
from itertools import count

import pytest

from tests.link.lane import Lane
from tests.link.profiles import PROFILES, Shape

SIZE = 1_000
SHAPE = Shape(rate_bps=80_000, delay_s=0.25, queue_s=0.5)  # a packet takes a tenth of a second
A_PACKET_S = SIZE * 8 / SHAPE.rate_bps
NONE_LOST = 1.0


def packet(number: int) -> bytes:
    return number.to_bytes(4, "big").ljust(SIZE, b"\0")


def lane(shape: Shape = SHAPE) -> Lane:
    return Lane(shape, lambda: NONE_LOST)


def drained(sent: Lane) -> list[tuple[float, int]]:
    """When each packet came, and which one it was."""
    came = []
    while (at_s := sent.next_at()) != float("inf"):
        came += [(at_s, int.from_bytes(one[:4], "big")) for one in sent.arrived(at_s)]
    return came


def test_packets_come_in_their_order_after_the_delay_at_the_rate() -> None:
    sent = lane()
    for number in range(5):
        sent.send(10.0, packet(number))
    times, numbers = zip(*drained(sent), strict=True)
    assert numbers == tuple(range(5))
    first_s = 10.0 + A_PACKET_S + SHAPE.delay_s
    assert times == pytest.approx([first_s + number * A_PACKET_S for number in range(5)])


def test_an_idle_lane_owes_nothing_for_the_time_before() -> None:
    sent = lane()
    for at_s in (0.0, 60.0):
        sent.send(at_s, packet(0))
        assert sent.next_at() == pytest.approx(at_s + A_PACKET_S + SHAPE.delay_s)
        assert len(list(sent.arrived(at_s + 1))) == 1


def test_nothing_comes_before_its_time() -> None:
    sent = lane()
    sent.send(0.0, packet(0))
    assert list(sent.arrived(sent.next_at() - 0.001)) == []
    assert list(sent.arrived(sent.next_at())) == [packet(0)]


def test_the_last_packets_of_a_full_queue_are_dropped() -> None:
    sent = lane()
    for number in range(100):
        sent.send(0.0, packet(number))
    # One on the line, and behind it what the queue holds.
    assert [number for _at, number in drained(sent)] == list(range(6))
    sent.send(5.0, packet(100))
    assert [number for _at, number in drained(sent)] == [100]


def test_more_than_the_rate_never_comes_through() -> None:
    sent, numbers = lane(), count()
    for tick in range(1_000):  # ten seconds, twice what passes
        for _ in range(2 if tick % 10 == 0 else 0):
            sent.send(tick / 100, packet(next(numbers)))
    came = drained(sent)
    assert [number for _at, number in came] == sorted(number for _at, number in came)
    assert len([at_s for at_s, _number in came if at_s <= 10.0]) == pytest.approx(97, abs=1)


def test_the_share_that_is_lost_is_the_one_that_was_asked_for() -> None:
    shape = replace(SHAPE, loss=0.05, rate_bps=1e9)
    sent = Lane(shape, random.Random(1).random)
    for number in range(10_000):
        sent.send(float(number), packet(number))
    came = [number for _at, number in drained(sent)]
    assert came == sorted(came)
    assert len(came) == pytest.approx(9_500, abs=100)


def test_what_was_lost_has_taken_its_time_of_the_line() -> None:
    draws = iter([0.0, NONE_LOST])
    sent = Lane(replace(SHAPE, loss=0.05), lambda: next(draws))
    for number in range(2):
        sent.send(0.0, packet(number))
    [(at_s, number)] = drained(sent)
    assert number == 1
    assert at_s == pytest.approx(2 * A_PACKET_S + SHAPE.delay_s)


def test_a_shorter_way_lets_no_packet_overtake_those_before() -> None:
    sent = lane(replace(SHAPE, delay_s=5.0))
    sent.send(0.0, packet(0))
    sent.become(replace(SHAPE, delay_s=0.0, rate_bps=1e9))
    sent.send(0.0, packet(1))
    assert [number for _at, number in drained(sent)] == [0, 1]


def test_a_cut_loses_what_is_under_way_and_what_is_sent_until_it_is_mended() -> None:
    sent = lane()
    sent.send(0.0, packet(0))
    sent.cut()
    sent.send(0.1, packet(1))
    assert drained(sent) == []
    sent.mend()
    sent.send(1.0, packet(2))
    [(at_s, number)] = drained(sent)
    assert number == 2
    assert at_s == pytest.approx(1.0 + A_PACKET_S + SHAPE.delay_s)


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_delays_by_more_than_its_queue_and_its_way(name: str) -> None:
    for shape in (PROFILES[name].up, PROFILES[name].down):
        sent = Lane(shape, lambda: NONE_LOST)
        for number in range(1_000):
            sent.send(0.0, packet(number))
        longest_s = shape.queue_s + shape.delay_s + SIZE * 8 / shape.rate_bps
        assert drained(sent)[-1][0] <= longest_s + 0.001
