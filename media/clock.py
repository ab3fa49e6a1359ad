"""From the time stamps of RTP to one clock: the recorder's own, monotonic, in seconds.

A sender's reports say which moment of the sender's clock a time stamp was, so that sound and
picture agree; the shortest way that a report took says how far that clock is from ours, so that
both sides of a call agree. Before the first report, a packet's arrival has to do.
"""

from collections import deque
from datetime import datetime
from typing import NamedTuple

REPORTS_KEPT = 8
# Clocks drift apart by far less than this, and nobody hears the difference.
MOST_SLEWED_S = 0.005
# In the beginning one does not know yet which way was a short one.
MOST_LEARNED_S = 0.1
# A sender's clock that was set, and not one that drifts or a report that was held up.
STEPPED_S = 1.0
# Media may well arrive late, but hardly before it was made.
AHEAD_S = 3.0
BEHIND_S = 10.0
HALF, WHOLE = 1 << 31, 1 << 32


class Now(NamedTuple):
    """One moment: in seconds of a clock that is never set, and in the world (aware, UTC)."""

    s: float
    at: datetime


class SideClock:
    """How far the clock of one sender is from ours. `jumps` counts how often one was set."""

    def __init__(self) -> None:
        """Nothing was reported yet."""
        self.jumps = 0
        self.offset_s = 0.0
        self.tracks: list[TrackClock] = []
        self._seen_s: deque[float] = deque(maxlen=REPORTS_KEPT)

    @property
    def is_known(self) -> bool:
        """Whether anything was reported."""
        return bool(self._seen_s)

    def reported(self, sender_s: float, now_s: float, *, has_gone_on: bool) -> None:
        """A report has arrived that was sent at this moment of the sender's clock.

        `has_gone_on`: that clock went as a track's time stamps did; then a report that is very late
        was held up on its way.
        """
        seen_s = now_s - sender_s
        late_s = seen_s - self.offset_s
        is_set = late_s < -STEPPED_S or (late_s > STEPPED_S and not has_gone_on)
        if not self._seen_s or is_set:
            self.jumps += bool(self._seen_s)
            self._seen_s.clear()
            for track in self.tracks:
                track.hold()
            self.offset_s = seen_s
        most_s = MOST_SLEWED_S if len(self._seen_s) == REPORTS_KEPT else MOST_LEARNED_S
        self._seen_s.append(seen_s)
        self.offset_s += max(-most_s, min(most_s, min(self._seen_s) - self.offset_s))


class TrackClock:
    """The time stamps of one track, which wrap, on our clock."""

    def __init__(self, ticks_per_s: int, side: SideClock) -> None:
        """Count so many to the second."""
        self._ticks_per_s = ticks_per_s
        self._side = side
        side.tracks.append(self)
        self.restart()

    def restart(self) -> None:
        """Another source: its time stamps have nothing to do with those before."""
        self._last: int | None = None
        self._base, self._base_s = 0, 0.0
        # Whether the base is a moment of the sender's clock, or of ours.
        self._is_reported = False

    def time_s(self, timestamp: int, now_s: float) -> float:
        """When the media of a packet that has just arrived was made, as far as we know."""
        if self._last is None:
            self._last = self._base = timestamp
            self._base_s = now_s
            return now_s
        self._last = last = self._last + _step(self._last, timestamp)
        time_s = self._ours_s(last)
        if -AHEAD_S < now_s - time_s < BEHIND_S:
            return time_s
        self._side.jumps += 1
        self._base, self._base_s, self._is_reported = self._last, now_s, False
        return now_s

    def reported(self, timestamp: int, sender_s: float, now_s: float) -> float:
        """A report has arrived: the time stamp was this moment of the sender's clock.

        Returns by how much later than it seemed all that came before it was made; only the first
        report knows better than arrivals did, all others correct what drifts.
        """
        if self._last is None:
            self._side.reported(sender_s, now_s, has_gone_on=False)
            return 0.0
        base = self._last + _step(self._last, timestamp)
        self._side.reported(sender_s, now_s, has_gone_on=self._agrees(base, sender_s))
        seemed_s, was_reported = self._ours_s(base), self._is_reported
        self._base, self._base_s, self._is_reported = base, sender_s, True
        return 0.0 if was_reported else self._ours_s(base) - seemed_s

    def hold(self) -> None:
        """The sender's clock is about to be another one: go on by ours until its next report."""
        self._base_s, self._is_reported = self._ours_s(self._base), False

    def _ours_s(self, stamp: int) -> float:
        time_s = self._of_base_s(stamp)
        return time_s + self._side.offset_s if self._is_reported else time_s

    def _agrees(self, stamp: int, sender_s: float) -> bool:
        """Whether the report before this one would have said about the same."""
        return self._is_reported and abs(sender_s - self._of_base_s(stamp)) < STEPPED_S

    def _of_base_s(self, stamp: int) -> float:
        return self._base_s + (stamp - self._base) / self._ticks_per_s


def _step(last: int, timestamp: int) -> int:
    """How far the stamp is from the last one, forward or back, whichever is nearer."""
    return (timestamp - last + HALF) % WHOLE - HALF
