"""One track of a leg as it comes: which source speaks, and what is said back to it."""

from collections.abc import Callable

from media import rtcp
from media.audio import Audio
from media.clock import TrackClock
from media.video import Video

# As long as the source that is known is heard, another one under its type is not taken.
QUIET_S = 0.5
# So many packets in a second that bring no new number are more than repeated ones.
MOST_BEHIND = 10


class Source:
    """Who sends one track. `taken` is called by `receiver` for each packet of that source."""

    def __init__(
        self, media: Video | Audio, clock: TrackClock, moved: Callable[[float], None]
    ) -> None:
        """Nobody has spoken yet. `moved` corrects the times of frames that are still at hand."""
        self.media, self._clock, self._moved = media, clock, moved
        self.taken = media.packet
        self.ssrc: int | None = None
        self.heard_s = float("-inf")
        self.changes = self.others = self.renumbered = self._packets = 0
        self._report: tuple[int, float] = (0, 0.0)
        self._asked_s = float("-inf")
        self._came = self._lost = 0
        self._highest: int | None = None

    def is_now(self, ssrc: int, now_s: float) -> bool:
        """Whether packets of this source are to be taken from now on."""
        if self.ssrc is not None:
            if now_s - self.heard_s < QUIET_S:
                self.others += 1
                return False
            self.changes += 1
            self.media.restart()
            self._report = (0, 0.0)
        self.ssrc = ssrc
        self._begin_counts()
        return True

    def reported(self, report: rtcp.Report, now_s: float) -> None:
        """Its sender has told its clocks; who has sent nothing yet has none to tell."""
        if report.ssrc != self.ssrc or not report.ntp:
            return
        by_s = self._clock.reported(report.timestamp, report.ntp / rtcp.NTP_SECOND, now_s)
        self._report = (report.ntp, now_s)
        if by_s:
            self.media.wrote_s += by_s
            self._moved(by_s)

    def requests(self, own: int, now_s: float) -> bytes:
        """What is asked of the sender now: packets again, or a key frame. Often nothing."""
        media = self.media
        if self.ssrc is None or not isinstance(media, Video):
            return b""
        numbers = media.wanted(now_s)
        asked = rtcp.nack(own, self.ssrc, numbers) if numbers else b""
        if media.wants_key(self._asked_s, now_s):
            self._asked_s = now_s
            asked += rtcp.picture_lost(own, self.ssrc)
        return asked

    def reception(self, now_s: float) -> rtcp.Reception | None:
        """How it arrives, since the last time this was asked."""
        if self.ssrc is None:
            return None
        media = self.media
        before, self._came = self._came, _came(media)
        came = self._came - before
        if self._highest is None:
            # Its numbers begin somewhere.
            self._highest = (media.highest - came) & 0xFFFF
        step = (media.highest - self._highest) & 0xFFFF
        self._highest += step
        missed = max(0, step - came)
        self._lost += missed
        fraction = missed * 255 // step if step else 0
        ntp, at_s = self._report
        highest = (self._highest - 1) & 0xFFFFFFFF
        said = rtcp.Reception(self.ssrc, fraction, self._lost, highest, ntp, now_s - at_s)
        self._look_for_new_numbers(step)
        return said

    def _look_for_new_numbers(self, step: int) -> None:
        """Packets that all lie behind: their sender has begun to count anew."""
        came, self._packets = self.media.packets - self._packets, self.media.packets
        if not step and came > MOST_BEHIND:
            self.renumbered += 1
            self.media.restart()
            self._begin_counts()

    def _begin_counts(self) -> None:
        self._came, self._lost, self._highest = _came(self.media), 0, None


def _came(media: Video | Audio) -> int:
    """How many packets came in their time."""
    return media.packets - media.repaired - media.doubled
