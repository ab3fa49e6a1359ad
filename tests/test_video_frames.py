"""VP8 frames out of packets that are lost, doubled, late and in any order."""

import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import rtcp
from media.clock import SideClock, TrackClock
from media.source import Source
from media.video import KEY_EVERY_S, MOST_PIECES, PATIENCE_S, Video

KEY_HEAD = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
LATER_HEAD = b"\x11\x00\x00"
ARRIVES_S = 0.001


@dataclass
class Sent:
    """One frame as its packets: (number, time stamp, whether it is the last, payload)."""

    is_key: bool
    content: bytes
    packets: list[tuple[int, int, bool, bytes]]


@dataclass
class Watched:
    """A video that remembers what it has written."""

    written: list[tuple[float, bool, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.video = Video(TrackClock(90_000, SideClock()), self._keep)

    def _keep(self, time_s: float, is_key: bool, frame: bytes) -> float:
        self.written.append((time_s, is_key, frame))
        return time_s

    @property
    def contents(self) -> list[bytes]:
        return [content for _, _, content in self.written]


def stream(
    shapes: list[tuple[bool, int]], first_number: int = 0, first_timestamp: int = 0
) -> list[Sent]:
    """Frames of so many packets each, the way Chromium sends them."""
    sent, number = [], first_number
    for place, (is_key, count) in enumerate(shapes):
        head = KEY_HEAD if is_key else LATER_HEAD
        pieces = [head + bytes([place])] + [bytes([place, part]) for part in range(1, count)]
        packets = []
        for part, piece in enumerate(pieces):
            descriptor = struct.pack("!BBH", 0x90 if part == 0 else 0x80, 0x80, 0x8000 | place)
            stamp = (first_timestamp + place * 3000) & 0xFFFFFFFF
            packets.append((number & 0xFFFF, stamp, part == count - 1, descriptor + piece))
            number += 1
        sent.append(Sent(is_key, b"".join(pieces), packets))
    return sent


SHAPES = st.lists(
    st.tuples(st.integers(0, 4).map(lambda n: n == 0), st.integers(1, 4)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.data())
def test_what_is_written_are_the_whole_frames_after_a_key_frame_in_order(
    shapes: list[tuple[bool, int]], first_number: int, first_timestamp: int, data: st.DataObject
) -> None:
    sent = stream([(True, 1), *shapes], first_number, first_timestamp)
    packets = [packet for frame in sent for packet in frame.packets]
    lost = data.draw(st.sets(st.sampled_from(packets[1:]), max_size=6)) if packets[1:] else set()
    arriving = [packet for packet in packets if packet not in lost]
    doubled = data.draw(st.lists(st.sampled_from(arriving), max_size=6))
    # The first one tells where the numbers begin; behind it all may come in any order.
    rest = data.draw(st.permutations(arriving[1:] + doubled))
    watched = Watched()
    for place, packet in enumerate([arriving[0], *rest]):
        watched.video.packet(*packet, place * ARRIVES_S / len(packets))
    # Twice, since after what was given up the next gap has its own second.
    for turn in range(1, len(sent) + 2):
        watched.video.wanted(turn * (PATIENCE_S + 1))
    watched.video.finish(100.0)
    expected, needs_key = [], True
    for frame in sent:
        is_whole = lost.isdisjoint(frame.packets)
        if is_whole and (frame.is_key or not needs_key):
            expected.append(frame.content)
        needs_key = not is_whole or (needs_key and not frame.is_key)
    assert watched.contents == expected
    times = [time_s for time_s, _, _ in watched.written]
    assert times == sorted(set(times))


def test_a_lost_packet_is_asked_for_until_it_comes() -> None:
    watched = Watched()
    first, second, third = stream([(True, 1), (False, 3), (False, 1)])
    for packet in (*first.packets, second.packets[0], second.packets[2], *third.packets):
        watched.video.packet(*packet, 0.0)
    assert watched.contents == [first.content]
    assert watched.video.wanted(0.1) == [second.packets[1][0]]
    assert watched.video.wanted(0.2) == [second.packets[1][0]]
    watched.video.packet(*second.packets[1], 0.25)
    assert watched.contents == [first.content, second.content, third.content]
    assert watched.video.wanted(0.3) == []
    assert (watched.video.repaired, watched.video.lost) == (1, 0)


def test_what_does_not_come_within_a_second_is_given_up_until_a_key_frame() -> None:
    watched = Watched()
    sent = stream([(True, 1), (False, 2), (False, 1), (True, 2), (False, 1)])
    for frame in (sent[0], sent[2]):
        for packet in frame.packets:
            watched.video.packet(*packet, 0.0)
    assert watched.video.wanted(0.9) == [number for number, *_ in sent[1].packets]
    assert watched.video.wanted(1.1) == []
    assert watched.video.needs_key
    for frame in sent[3:]:
        for packet in frame.packets:
            watched.video.packet(*packet, 3.0)
    assert watched.contents == [sent[0].content, sent[3].content, sent[4].content]
    assert not watched.video.needs_key
    assert watched.video.lost == 2


def test_a_key_frame_is_asked_for_now_and_then_whether_it_comes_or_not() -> None:
    watched = Watched()
    source = Source(watched.video, TrackClock(90_000, SideClock()), lambda _by_s: None)
    assert source.is_now(7, 0.0)
    asked_s = []
    frames = {0.0: (True, 1), 1.0: (False, 1), 13.0: (True, 1)}
    packets = dict(zip(frames, stream(list(frames.values())), strict=True))
    for now_s in (half / 2 for half in range(70)):
        if now_s in packets:
            source.taken(*packets[now_s].packets[0], now_s)
        if asked := source.requests(1, now_s):
            assert asked == rtcp.picture_lost(1, 7)
            asked_s.append(now_s)
    # From the last one that came, or was asked for.
    assert asked_s == [KEY_EVERY_S, 13 + KEY_EVERY_S, 13 + 2 * KEY_EVERY_S]


def test_padding_between_frames_is_no_loss() -> None:
    watched = Watched()
    first, second = stream([(True, 1), (False, 1)])
    number, stamp, _, payload = second.packets[0]
    watched.video.packet(*first.packets[0], 0.0)
    watched.video.packet(number, stamp, False, b"", 0.0)
    watched.video.packet(number + 1, stamp, True, payload, 0.0)
    assert watched.contents == [first.content, second.content]


@pytest.mark.parametrize(
    "payload",
    [
        b"\x10",
        b"\x90",
        b"\x90\xff",
        b"\x90\x80\x80\x01",
        b"\x10" + b"\x00" * 20,
        b"\x10" + KEY_HEAD[:9],
        b"\x10\x10\x00\x00\x9d\x01\x2a\x00\x00\x00\x00",
    ],
)
def test_a_frame_that_is_no_vp8_is_not_written(payload: bytes) -> None:
    watched = Watched()
    first, second, third = stream([(True, 1), (False, 1), (True, 1)], first_number=0xFFFE)
    watched.video.packet(*first.packets[0], 0.0)
    number, stamp, *_ = second.packets[0]
    watched.video.packet(number, stamp, True, payload, 0.1)
    watched.video.packet(*third.packets[0], 0.2)
    assert watched.contents == [first.content, third.content]


def test_the_sizes_that_a_picture_had_are_known() -> None:
    watched = Watched()
    (first,) = stream([(True, 1)])
    number, stamp, is_last, payload = first.packets[0]
    half = payload.replace(struct.pack("<HH", 640, 480), struct.pack("<HH", 320, 240))
    for place, one in enumerate((payload, payload, half, payload)):
        watched.video.packet(number + place, stamp + place * 3000, is_last, one, place / 30)
    assert watched.video.sizes == [(640, 480), (320, 240), (640, 480)]
    assert watched.video.notes()["resolution_changed"] == 2


def test_an_outage_is_given_up_at_once_and_not_asked_for_packet_by_packet() -> None:
    watched = Watched()
    before, after = stream([(True, 1)]), stream([(False, 1)], first_number=5_000)
    watched.video.packet(*before[0].packets[0], 0.0)
    watched.video.packet(*after[0].packets[0], 5.0)
    assert watched.video.wanted(5.1) == []
    assert watched.video.needs_key
    assert watched.video.lost == 4_999


def test_a_frame_that_never_ends_is_not_kept() -> None:
    watched = Watched()
    first, second, third = stream([(True, 1), (False, 2), (True, 1)])
    watched.video.packet(*first.packets[0], 0.0)
    number, stamp, _, payload = second.packets[0]
    watched.video.packet(number, stamp, False, payload, 0.0)
    for place in range(1, MOST_PIECES + 1):
        watched.video.packet(number + place, stamp, False, second.packets[1][3], 0.0)
    _, stamp, is_last, payload = third.packets[0]
    watched.video.packet(number + MOST_PIECES + 1, stamp, is_last, payload, 0.1)
    assert watched.contents == [first.content, third.content]
    assert watched.video.broken == 1
