"""What is known of a segment once it is closed."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class TrackFacts:
    """One track. Gaps are milliseconds from the segment's zero: from, to."""

    codec: str
    frames: int
    packets: int
    lost: int
    repaired: int
    gaps_ms: list[tuple[int, int]]


@dataclass(frozen=True)
class SegmentFacts:
    """A whole segment; where `sha256` is None nothing was written and there is no file.

    `notes` counts what was odd, by stable words: see `leg`.
    """

    sha256: str | None
    plain_bytes: int
    started_at: datetime | None
    ended_at: datetime | None
    tracks: list[TrackFacts] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
