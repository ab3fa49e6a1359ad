"""One WebM for a side, out of its segments: to be sought in, and in step with the other side.

What was recorded is gone through twice: once for the times and sizes of its clusters, once
to copy them behind a header that knows them all. No frame is decoded or held longer than its
cluster, and nothing plain reaches the disk.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from media import ebml
from media.clusters import (
    AUDIO,
    VIDEO,
    Cluster,
    Segment,
    on_one_time,
    tracks_in,
    without_gaps,
)
from media.sealed import SealedWriter
from media.stream import segment_children

NAME = b"Meja Verifikasi"
# How long the last frame of all is shown or heard.
LAST_FRAME_MS = 20


class NothingRecorded(Exception):
    """No segment of this side holds a frame."""


class Remuxed(NamedTuple):
    """What was written: its length from the recording's zero on, and places to begin at."""

    duration_ms: int
    cues: int


class Cue(NamedTuple):
    """A frame that can be begun with, and how many bytes of clusters lie before its own."""

    at_ms: int
    track: int
    before_bytes: int


@dataclass
class Index:
    """What the first pass finds: track entries by their number, cues, the length in all."""

    tracks: dict[int, bytes]
    cues: list[Cue] = field(default_factory=list)
    clusters_bytes: int = 0
    duration_ms: int = 0

    def add(self, cluster: Cluster) -> None:
        """Take in the next cluster; of its frames to begin with, the first is enough."""
        led_by = VIDEO if VIDEO in self.tracks else AUDIO
        for track, after_ms, is_key, _content in cluster.frames:
            if is_key and track == led_by:
                self.cues.append(Cue(cluster.at_ms + after_ms, track, self.clusters_bytes))
                break
        self.clusters_bytes += len(cluster.written())
        self.duration_ms = max(self.duration_ms, cluster.ends_at_ms + LAST_FRAME_MS)


def remux(segments: Sequence[Segment], target: SealedWriter) -> Remuxed:
    """Write one WebM of a side's segments, each with the milliseconds from the recording's zero
    to its own. Raises Tampered, or NothingRecorded.
    """
    segments = sorted(segments, key=lambda segment: segment[1])
    index = Index(_tracks_of(segments))
    for cluster in _clusters(segments, index.tracks):
        index.add(cluster)
    if not index.clusters_bytes:
        raise NothingRecorded
    target.write(_header(index))
    for cluster in _clusters(segments, index.tracks):
        target.write(cluster.written())
    return Remuxed(index.duration_ms, len(index.cues))


def _clusters(segments: Sequence[Segment], tracks: Iterable[int]) -> Iterator[Cluster]:
    clusters = on_one_time(segments)
    return without_gaps(clusters) if AUDIO in tracks else clusters


def _tracks_of(segments: Iterable[Segment]) -> dict[int, bytes]:
    """The entry of each of our tracks, as the first segment that has one describes it."""
    found: dict[int, bytes] = {}
    for reader, _offset_ms in segments:
        for name, content in segment_children(reader.blocks()):
            if name == ebml.TRACKS:
                found = dict(tracks_in(content).values()) | found
                break
    return dict(sorted(found.items()))


def _header(index: Index) -> bytes:
    """All in front of the clusters. Its numbers have fixed lengths, so it is made twice: the first
    time to learn how long it is.
    """
    info = ebml.element(
        ebml.INFO,
        ebml.uint(ebml.TIMESTAMP_SCALE, 1_000_000),
        ebml.element(ebml.DURATION, struct.pack(">d", index.duration_ms)),
        ebml.element(ebml.MUXING_APP, NAME),
        ebml.element(ebml.WRITING_APP, NAME),
    )
    entries = (ebml.element(ebml.TRACK_ENTRY, entry) for entry in index.tracks.values())
    tracks = ebml.element(ebml.TRACKS, *entries)
    before = _before_clusters(info, tracks, index.cues, 0)
    before = _before_clusters(info, tracks, index.cues, len(before))
    return ebml.webm_head() + ebml.head(ebml.SEGMENT, len(before) + index.clusters_bytes) + before


def _before_clusters(info: bytes, tracks: bytes, cues: list[Cue], length: int) -> bytes:
    """SeekHead, Info, Tracks and Cues of a segment whose clusters begin after `length` bytes."""
    cued = ebml.element(ebml.CUES, *(_cue_point(cue, length) for cue in cues))
    parts = ((ebml.INFO, info), (ebml.TRACKS, tracks), (ebml.CUES, cued))
    at = len(_seek_head((name, 0) for name, _part in parts))
    places = []
    for name, part in parts:
        places.append((name, at))
        at += len(part)
    return _seek_head(places) + info + tracks + cued


def _seek_head(places: Iterable[tuple[int, int]]) -> bytes:
    seeks = (
        ebml.element(ebml.SEEK_ID, ebml.named(name)) + ebml.uint(ebml.SEEK_POSITION, at)
        for name, at in places
    )
    return ebml.element(ebml.SEEK_HEAD, *(ebml.element(ebml.SEEK, seek) for seek in seeks))


def _cue_point(cue: Cue, length: int) -> bytes:
    position = ebml.element(
        ebml.CUE_TRACK_POSITIONS,
        ebml.uint(ebml.CUE_TRACK, cue.track),
        ebml.uint(ebml.CUE_CLUSTER_POSITION, length + cue.before_bytes),
    )
    return ebml.element(ebml.CUE_POINT, ebml.uint(ebml.CUE_TIME, cue.at_ms), position)
