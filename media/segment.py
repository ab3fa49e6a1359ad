"""The file of one leg: frames wait for their order, then go out a cluster at a time, sealed."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path

from media.clock import Now
from media.matroska import clusters, head
from media.sealed import Sealed, SealedWriter

# What the head says of a picture that has not come yet; the frames themselves say it too.
USUAL_SIZE = (640, 480)

# `Segment.take` of one track: the time on our clock, whether it is a key frame, the frame; gives
# the time that it gets in the file.
Written = Callable[[float, bool, bytes], float]

_time_s = itemgetter(0)


@dataclass(frozen=True)
class Place:
    """Where a segment is written, with which key, and the name that is bound to its content."""

    path: Path
    key: bytes
    name: str


class Segment:
    """What one leg brought, in the order of its times, in seconds of the recorder's clock.

    The file is made with the first cluster: who sends nothing leaves none.
    """

    def __init__(self, place: Place, kinds: Sequence[str]) -> None:
        """Expect tracks of these kinds: "video", "audio"."""
        self._place, self._kinds = place, kinds
        self._file: SealedWriter | None = None
        self._waiting: list[tuple[float, int, bool, bytes]] = []
        self._zero_s, self._last_s = 0.0, float("-inf")
        self.started_at: datetime | None = None
        self.size: tuple[int, int] | None = None
        self.late = 0

    @property
    def is_begun(self) -> bool:
        """Whether frames were written."""
        return self._file is not None

    @property
    def ended_at(self) -> datetime | None:
        """When the last frame that was written was made."""
        if self.started_at is None:
            return None
        return self.started_at + timedelta(seconds=self._last_s - self._zero_s)

    def at_ms(self, time_s: float) -> int:
        """A moment of the recorder's clock, from the file's zero."""
        return round((time_s - self._zero_s) * 1000)

    def has_passed(self, time_s: float) -> bool:
        """Whether what was made after this moment is written.

        Where a network holds up everything, nothing is, and what it brings at last is in order.
        """
        return time_s < self._last_s

    def take(self, track: int, time_s: float, is_key: bool, frame: bytes) -> float:
        """Keep a frame until its cluster is written: its time, which a late one does not keep."""
        if self.has_passed(time_s):
            self.late += 1
            time_s = self._last_s
        self._waiting.append((time_s, track, is_key, frame))
        return time_s

    def move(self, track: int, by_s: float) -> None:
        """What is not written yet of a track was made at another moment than it seemed."""
        self._waiting = [
            (max(one[0] + by_s, self._last_s), *one[1:]) if one[1] == track else one
            for one in self._waiting
        ]

    def write(self, until_s: float, now: Now) -> None:
        """Write what was made before a moment. Raises OSError where the disk takes no more."""
        self._waiting.sort(key=_time_s)
        count = bisect_left(self._waiting, until_s, key=_time_s)
        if not count:
            return
        ready = self._waiting[:count]
        if self._file is None:
            self._file = self._begun(ready[0][0], now)
        zero_s = self._zero_s
        for cluster in clusters(
            (round((time_s - zero_s) * 1000), track, is_key, frame)
            for time_s, track, is_key, frame in ready
        ):
            self._file.write(cluster)
        del self._waiting[:count]
        self._last_s = ready[-1][0]

    def close(self) -> Sealed | None:
        """End the file, if there is one. To be called once."""
        return self._file.close() if self._file else None

    def _begun(self, zero_s: float, now: Now) -> SealedWriter:
        self._zero_s = self._last_s = zero_s
        self.started_at = now.at - timedelta(seconds=now.s - zero_s)
        self._place.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = SealedWriter(self._place.path, self._place.key, self._place.name)
        size = (self.size or USUAL_SIZE) if "video" in self._kinds else None
        file.write(head(self.started_at, size, has_audio="audio" in self._kinds))
        return file
