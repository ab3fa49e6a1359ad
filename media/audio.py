"""Opus out of RTP: each packet is written by its time stamp, without a buffer that waits.

Silence that was not sent (DTX) leaves no packet and no number out; it is a gap in time alone. What
comes in its order is written however late it is; behind successors that are written already it
would be noise, and is lost.
"""

from collections.abc import Callable

from media.clock import TrackClock
from media.segment import Written

TICKS_PER_S = 48_000
# Numbers that may still come late: a second of sound.
MOST_MISSING = 50
STEP_S = 0.001
# No number of a packet.
NOWHERE = -1
GAP_S = 1.0
# A step in time without a step in numbers: longer than any packet of Opus.
SILENCE_TICKS = 120 * 48


class Audio:
    """The sound of one leg. Its figures are read by `leg`."""

    def __init__(
        self, clock: TrackClock, written: Written, has_passed: Callable[[float], bool]
    ) -> None:
        """Hand each packet to `written`; `has_passed` says which moments are in the file."""
        self._clock, self._written, self._has_passed = clock, written, has_passed
        self.packets = self.frames = self.lost = self.repaired = self.doubled = 0
        self.silences = self.too_late = 0
        self.gaps: list[tuple[float, float]] = []
        self.highest = 0
        self.wrote_s = 0.0
        self._next = NOWHERE
        self.restart()

    def restart(self) -> None:
        """Another source: its numbers have nothing to do with those before."""
        self._next = NOWHERE
        self._timestamp = 0
        self._missing: dict[int, None] = {}
        self._clock.restart()

    def packet(
        self, sequence: int, timestamp: int, _is_last: bool, payload: bytes, now_s: float
    ) -> None:
        """Take one packet: its number and its time stamp."""
        self.packets += 1
        lost = self.lost
        if sequence == self._next:
            self.silences += (timestamp - self._timestamp) & 0xFFFFFFFF > SILENCE_TICKS
        elif self._next != NOWHERE and not self._is_wanted(sequence):
            self.doubled += 1
            return
        time_s = self._clock.time_s(timestamp, now_s)
        if self._next == NOWHERE or (sequence - self._next) & 0xFFFF < 1 << 15:
            self._next = self.highest = (sequence + 1) & 0xFFFF
            self._timestamp = timestamp
            time_s = self._in_order(time_s, has_lost=self.lost > lost)
            if payload:
                self.frames += 1
                self.wrote_s = self._written(time_s, True, payload)
        elif self._has_passed(time_s):
            self.lost += 1
            self.repaired -= 1
            self.too_late += 1
        elif payload:
            self.frames += 1
            self._written(time_s, True, payload)

    def notes(self) -> dict[str, int]:
        """What was odd, counted by stable words."""
        return {"silences": self.silences, "too_late": self.too_late}

    def _in_order(self, time_s: float, *, has_lost: bool) -> float:
        """Time never runs backwards; a step that is no silence is a gap."""
        if self.frames:
            time_s = max(time_s, self.wrote_s + STEP_S)
            if has_lost and time_s - self.wrote_s > GAP_S:
                self.gaps.append((self.wrote_s, time_s))
        self.wrote_s = time_s
        return time_s

    def _is_wanted(self, sequence: int) -> bool:
        """Whether a number out of order is new; those that it leaves out may come yet."""
        step = (sequence - self._next) & 0xFFFF
        if step < 1 << 15:
            self.lost += step
            for number in range(max(0, step - MOST_MISSING), step):
                self._missing[(self._next + number) & 0xFFFF] = None
            while len(self._missing) > MOST_MISSING:
                del self._missing[next(iter(self._missing))]
            return True
        if sequence not in self._missing:
            return False
        del self._missing[sequence]
        self.lost -= 1
        self.repaired += 1
        return True
