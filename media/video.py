"""VP8 out of RTP: whole frames in their order, from a key frame on, without decoding one.

Packets are taken in any order. What is missing is asked for again; what does not come within a
second is given up, and nothing is written until the next key frame.
"""

from media import vp8
from media.clock import TrackClock
from media.segment import Written

TICKS_PER_S = 90_000
PATIENCE_S = 1.0
# A player can jump to key frames alone, and the strip shows no other: a browser makes few unasked.
KEY_EVERY_S = 10.0
PLI_EVERY_S = 0.5
# More than this at once was no loss but an outage: asking for all of it would make another.
MOST_HELD = 2_000
MOST_ASKED = 200
# A frame that never ends, sizes that change with every frame: not from a browser.
MOST_PIECES = 800
MOST_SIZES = 100
# Of two frames that would fall on the same moment, the second is a millisecond later.
STEP_S = 0.001
# No number of a packet.
NOWHERE = -1
GAP_S = 1.0


class Video:
    """The picture of one leg. Its figures are read by `leg`."""

    def __init__(self, clock: TrackClock, written: Written) -> None:
        """Hand each whole frame to `written`."""
        self._clock, self._written = clock, written
        self.needs_key = True
        self.frames = self.frames_dropped = self.packets = self.lost = 0
        self.repaired = self.doubled = self.broken = self.resized = 0
        self._size: tuple[int, int] | None = None
        self.sizes: list[tuple[int, int]] = []
        self.gaps: list[tuple[float, float]] = []
        self.highest = 0
        self.wrote_s = float("inf")
        self._key_came_s = float("-inf")
        self._next = NOWHERE
        self.restart()

    def restart(self) -> None:
        """Another source: its numbers have nothing to do with those before."""
        self.needs_key = True
        self._next = NOWHERE
        self._held: dict[int, tuple[int, bool, bytes, float]] = {}
        self._pieces: list[bytes] = []
        self._timestamp = 0
        self._clock.restart()

    def packet(
        self, sequence: int, timestamp: int, is_last: bool, payload: bytes, now_s: float
    ) -> None:
        """Take one packet: its number, its time stamp, whether it ends a frame."""
        self.packets += 1
        if (sequence == self._next and not self._held) or self._next == NOWHERE:
            self._next = self.highest = (sequence + 1) & 0xFFFF
            self._take(timestamp, is_last, payload, now_s)
        else:
            self._out_of_order(sequence, timestamp, is_last, payload, now_s)

    def _out_of_order(
        self, sequence: int, timestamp: int, is_last: bool, payload: bytes, now_s: float
    ) -> None:
        if (sequence - self._next) & 0xFFFF >= 1 << 15 or sequence in self._held:
            self.doubled += 1
            return
        if (sequence - self.highest) & 0xFFFF < 1 << 15:
            self.highest = (sequence + 1) & 0xFFFF
        else:
            self.repaired += 1
        self._held[sequence] = (timestamp, is_last, payload, now_s)
        self._catch_up(now_s)
        if (self.highest - self._next) & 0xFFFF > MOST_HELD:
            self._give_up(now_s)

    def wanted(self, now_s: float) -> list[int]:
        """The numbers to ask for again; what is missing for too long is given up first."""
        while self._held and now_s - self.waiting_since_s > PATIENCE_S:
            self._give_up(now_s)
        if not self._held:
            return []
        span = (self.highest - self._next) & 0xFFFF
        numbers = ((self._next + step) & 0xFFFF for step in range(span))
        return [number for number in numbers if number not in self._held][:MOST_ASKED]

    def wants_key(self, asked_s: float, now_s: float) -> bool:
        """Whether to ask for a key frame, as was last done at `asked_s`."""
        if self.needs_key:
            return now_s - asked_s >= PLI_EVERY_S
        return now_s - max(asked_s, self._key_came_s) >= KEY_EVERY_S

    @property
    def is_waiting(self) -> bool:
        """Whether a frame may still come whose time lies before that of others."""
        return bool(self._held)

    def notes(self) -> dict[str, int]:
        """What was odd, counted by stable words."""
        return {
            "resolution_changed": self.resized,
            "broken_frames": self.broken,
            "frames_dropped": self.frames_dropped,
        }

    @property
    def waiting_since_s(self) -> float:
        """Since when something is missing; infinity where nothing is."""
        return min((arrived_s for *_, arrived_s in self._held.values()), default=float("inf"))

    def finish(self, now_s: float) -> None:
        """No more will come: what is still missing was lost."""
        while self._held:
            self._give_up(now_s)

    def _catch_up(self, now_s: float) -> None:
        while (packet := self._held.pop(self._next, None)) is not None:
            self._next = (self._next + 1) & 0xFFFF
            self._take(*packet[:3], now_s)

    def _give_up(self, now_s: float) -> None:
        """Go on at the next key frame that is there, or else behind everything that is."""
        first = self._next
        self._break_off()
        places = sorted(self._held, key=lambda number: (number - first) & 0xFFFF)
        starts = (number for number in places if vp8.begins_key_frame(self._held[number][2]))
        self._next = next(starts, self.highest)
        skipped = (self._next - first) & 0xFFFF
        passed = [number for number in places if (number - first) & 0xFFFF < skipped]
        for number in passed:
            del self._held[number]
        self.lost += skipped - len(passed)
        self._catch_up(now_s)

    def _break_off(self) -> None:
        self._pieces = []
        self.needs_key = True

    def _take(self, timestamp: int, is_last: bool, payload: bytes, now_s: float) -> None:
        """The next packet in order."""
        if not payload:
            # Padding, sent to find out what the network can carry.
            return
        begins, data = vp8.content(payload)
        if begins:
            if self._pieces:
                self._refuse()
            self._pieces, self._timestamp = [data], timestamp
        elif 0 < len(self._pieces) < MOST_PIECES and timestamp == self._timestamp:
            self._pieces.append(data)
        else:
            self._refuse()
            return
        if is_last:
            self._complete(now_s)

    def _refuse(self) -> None:
        """A frame without its beginning or its end, though no packet is missing."""
        if not self.needs_key:
            self.broken += 1
        self._break_off()

    def _complete(self, now_s: float) -> None:
        # Their memory serves the next packets, while it is still at hand.
        frame, self._pieces = b"".join(self._pieces), []
        is_key = vp8.is_key_frame(frame)
        if is_key:
            if not self._measured(frame):
                self._refuse()
                return
            self.needs_key, self._key_came_s = False, now_s
        elif self.needs_key or not frame:
            self.frames_dropped += 1
            return
        time_s = self._clock.time_s(self._timestamp, now_s)
        if self.frames:
            time_s = max(time_s, self.wrote_s + STEP_S)
            if time_s - self.wrote_s > GAP_S:
                self.gaps.append((self.wrote_s, time_s))
        self.frames += 1
        self.wrote_s = self._written(time_s, is_key, frame)

    def _measured(self, frame: bytes) -> bool:
        """Remember the size of a key frame, if it is one."""
        size = vp8.size(frame)
        if size is None:
            return False
        if self._size != size:
            self.resized += self._size is not None
            self._size = size
            if len(self.sizes) < MOST_SIZES:
                self.sizes.append(size)
        return True
