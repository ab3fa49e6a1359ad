"""From the time stamps of RTP to one clock; sound that is late, lost, doubled or not sent."""

from dataclasses import dataclass, field

import pytest

from media.audio import Audio
from media.clock import SideClock, TrackClock
from media.source import Source

SECOND = 48_000


def clock(side: SideClock | None = None) -> TrackClock:
    return TrackClock(SECOND, side or SideClock())


def test_before_a_report_the_first_arrival_counts() -> None:
    one = clock()
    assert one.time_s(5, 10.0) == 10.0
    assert one.time_s(5 + SECOND, 11.4) == 11.0


def test_stamps_wrap() -> None:
    one = clock()
    assert one.time_s((1 << 32) - SECOND, 10.0) == 10.0
    assert one.time_s(SECOND, 12.0) == 12.0
    # One that was overtaken belongs before it.
    assert one.time_s((1 << 32) - SECOND // 2, 12.0) == 10.5


def test_sound_and_picture_agree_by_their_reports() -> None:
    side = SideClock()
    sound, picture = clock(side), TrackClock(90_000, side)
    # The same moment of the sender; the picture takes 300 ms longer to come.
    sound.time_s(0, 100.0)
    picture.time_s(0, 100.3)
    sound.reported(0, 5_000.0, 100.0)
    picture.reported(0, 5_000.0, 100.0)
    assert sound.time_s(SECOND, 101.0) == picture.time_s(90_000, 101.3) == 101.0


def test_the_shortest_way_of_a_report_counts_and_a_drifting_clock_is_followed() -> None:
    side = SideClock()
    sound = clock(side)
    sound.time_s(0, 100.0)
    for second in range(400):
        late_s = 0.0 if second % 3 else 0.05
        # It runs a thousandth too slow.
        sender_s = 5_000.0 + second * 0.999
        sound.reported(second * SECOND, sender_s, 100.0 + second + late_s)
    assert sound.time_s(400 * SECOND, 500.0) == pytest.approx(500.0, abs=0.02)
    assert side.jumps == 0


@pytest.mark.parametrize("jump_s", [-7200.0, -2.0, 2.0, 7200.0])
def test_a_senders_clock_that_is_set_is_told_and_moves_nothing(jump_s: float) -> None:
    side = SideClock()
    sound, picture = clock(side), clock(side)
    for one in (sound, picture):
        one.time_s(0, 100.0)
        one.reported(0, 5_000.0, 100.0)
    sound.reported(SECOND, 5_001.0 + jump_s, 101.0)
    assert sound.time_s(SECOND, 101.0) == picture.time_s(SECOND, 101.0) == 101.0
    assert side.jumps == 1


@pytest.mark.parametrize("ticks", [1 << 30, -(1 << 30), 20 * SECOND, -20 * SECOND])
def test_stamps_that_jump_are_told_and_begin_anew(ticks: int) -> None:
    side = SideClock()
    sound = clock(side)
    sound.time_s(0, 100.0)
    assert sound.time_s(ticks % (1 << 32), 101.0) == 101.0
    assert sound.time_s((ticks + SECOND) % (1 << 32), 102.0) == 102.0
    assert side.jumps == 1


@dataclass
class Heard:
    """A sound that remembers what it has written."""

    written: list[tuple[float, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.audio = Audio(clock(), self._keep, lambda _time_s: False)

    def _keep(self, time_s: float, _is_key: bool, sound: bytes) -> float:
        self.written.append((round(time_s, 3), sound))
        return time_s

    def packet(self, number: int, content: bytes, *, at: int | None = None) -> None:
        """Take one; 20 ms for each number, unless it is said where it belongs."""
        place = number if at is None else at
        self.audio.packet(number & 0xFFFF, place * 960, False, content, 50.0 + place / 50)


def test_sound_is_written_as_it_comes_and_a_late_one_keeps_its_time() -> None:
    heard = Heard()
    for number in (0xFFFE, 0xFFFF, 0x10001, 0x10000, 0x10000, 0x10002):
        heard.packet(number, b"%d" % (number - 0xFFFE), at=number - 0xFFFE)
    assert heard.written == [
        (50.0, b"0"),
        (50.02, b"1"),
        (50.06, b"3"),
        (50.04, b"2"),
        (50.08, b"4"),
    ]
    audio = heard.audio
    assert (audio.lost, audio.repaired, audio.doubled) == (0, 1, 1)


def test_lost_sound_is_counted_and_is_a_gap_only_where_it_is_long() -> None:
    heard = Heard()
    for number in (0, 1, 5, 6, 90):
        heard.packet(number, b"x")
    assert heard.audio.lost == 3 + 83
    assert heard.audio.gaps == [(50.12, 51.8)]


def test_silence_that_was_not_sent_is_no_loss() -> None:
    heard = Heard()
    for number, at in ((0, 0), (1, 1), (2, 60), (3, 61)):
        heard.packet(number, b"x", at=at)
    audio = heard.audio
    assert (audio.lost, audio.gaps, audio.notes()) == (0, [], {"silences": 1, "too_late": 0})
    assert heard.written[2] == (51.2, b"x")


def test_what_is_said_back_counts_losses_from_the_first_number_on() -> None:
    heard = Heard()
    source = Source(heard.audio, clock(), lambda _by_s: None)
    for number in (30_000, 30_001, 30_002):
        assert source.ssrc == 7 or source.is_now(7, 0.0)
        heard.packet(number, b"x")
    first = source.reception(1.0)
    assert first is not None
    assert (first.fraction_lost, first.lost, first.highest) == (0, 0, 30_002)
    for number in (30_003, 30_005, 30_006):
        heard.packet(number, b"x")
    second = source.reception(2.0)
    assert second is not None
    assert (second.fraction_lost, second.lost, second.highest) == (255 // 4, 1, 30_006)


def test_a_sender_that_counts_anew_is_followed() -> None:
    heard = Heard()
    source = Source(heard.audio, clock(), lambda _by_s: None)
    assert source.is_now(7, 0.0)
    for number in (10, 11):
        heard.packet(number, b"a")
    source.reception(1.0)
    for turn in range(2):
        for place in range(20):
            heard.packet(50_000 + turn * 20 + place, b"b", at=100 + turn * 20 + place)
        assert source.reception(2.0 + turn) is not None
    assert source.renumbered == 1
    assert [content for _, content in heard.written] == [b"a"] * 2 + [b"b"] * 20
