"""The clusters of a side, out of all of its segments: on one time, its silences filled.

Players lose their place where sound alone is recorded and a gap of it comes (a leg that was lost,
a microphone that sends nothing while nobody speaks): silence is put there, in what is played, not
in what was recorded.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from media import ebml
from media.sealed import SealedReader
from media.stream import segment_children

VIDEO, AUDIO = 1, 2
CODECS = {b"V_VP8": VIDEO, b"A_OPUS": AUDIO}
OWN_NUMBERS = (ebml.TRACK_NUMBER, ebml.TRACK_UID)
KEY, DISCARDABLE = 0x80, 0x01
# Of a SimpleBlock: the track, milliseconds after its cluster, flags.
BLOCK_HEAD = struct.Struct(">BhB")
# What a stranger wrote may say anything of its time, and be of nothing but empty frames.
LONGEST_MS = 6 * 3600 * 1000
MOST_FRAMES = 10_000
# A frame of Opus without sound; 20 ms of it.
SILENCE, SILENCE_MS = b"\xf8\xff\xfe", 20
# The flags and bytes of silence of ours, so that it is never taken for what was sent.
FILLED_IN = bytes([KEY | DISCARDABLE]) + SILENCE
# Less is what arrival and rounding do.
GAP_MS = 2 * SILENCE_MS
CLUSTER_MS = 1000
# How long a frame of Opus is, by its configuration: SILK in three bands, both in two, CELT in four.
OPUS_FRAME_MS = (10.0, 20.0, 40.0, 60.0) * 3 + (10.0, 20.0) * 2 + (2.5, 5.0, 10.0, 20.0) * 4

Segment = tuple[SealedReader, int]


class Frame(NamedTuple):
    """A SimpleBlock as it lies in its cluster: its time counts from the cluster's."""

    track: int
    after_ms: int
    is_key: bool
    content: bytes


class Cluster(NamedTuple):
    """About a second of frames, its time counted from the recording's zero."""

    at_ms: int
    frames: list[Frame]

    @property
    def ends_at_ms(self) -> int:
        """When its last frame begins."""
        return self.at_ms + max(frame.after_ms for frame in self.frames)

    def written(self) -> bytes:
        """The cluster as an element."""
        blocks = (ebml.element(ebml.SIMPLE_BLOCK, frame.content) for frame in self.frames)
        return ebml.element(ebml.CLUSTER, ebml.uint(ebml.TIMESTAMP, self.at_ms), *blocks)


def tracks_in(content: bytes) -> dict[int, tuple[int, bytes]]:
    """Of a Tracks element the numbers of what we play: which of our tracks each is, its entry."""
    found = {}
    for name, entry in ebml.children(content):
        parts = dict(ebml.children(entry))
        if name == ebml.TRACK_ENTRY and (ours := CODECS.get(parts.get(ebml.CODEC, b""))):
            number = int.from_bytes(parts.get(ebml.TRACK_NUMBER, b""))
            rest = (one for one in ebml.children(entry) if one.id not in OWN_NUMBERS)
            own = [ebml.uint(identifier, ours) for identifier in OWN_NUMBERS]
            found[number] = ours, b"".join((*own, *(ebml.element(*one) for one in rest)))
    return found


def on_one_time(segments: Sequence[Segment]) -> Iterator[Cluster]:
    """The clusters of segments, each given with the milliseconds from the recording's zero to its
    own. Time never runs backwards from one to the next. Raises Tampered.
    """
    before_ms = end_ms = 0
    for reader, offset_ms in segments:
        start_ms, ours = max(offset_ms, end_ms), dict[int, int]()
        for name, content in segment_children(reader.blocks()):
            if name == ebml.TRACKS:
                ours = {number: track for number, (track, _entry) in tracks_in(content).items()}
            elif name == ebml.CLUSTER:
                cluster = _read(content, start_ms, ours)
                if cluster.frames and before_ms <= cluster.at_ms <= LONGEST_MS:
                    yield cluster
                    before_ms, end_ms = cluster.at_ms, cluster.ends_at_ms + 1


def _read(content: bytes, start_ms: int, ours: dict[int, int]) -> Cluster:
    """A cluster under our track numbers; what is of no track of ours is left out."""
    at_ms, frames = 0, list[Frame]()
    for name, inner in ebml.children(content):
        if name == ebml.TIMESTAMP:
            at_ms = int.from_bytes(inner)
        elif name == ebml.SIMPLE_BLOCK and len(inner) >= BLOCK_HEAD.size:
            number, after_ms, flags = BLOCK_HEAD.unpack_from(inner)
            track = ours.get(number & ~KEY)
            if track and len(frames) < MOST_FRAMES and start_ms + at_ms + after_ms >= 0:
                numbered = bytes([KEY | track]) + inner[1:]
                frames.append(Frame(track, after_ms, bool(flags & KEY), numbered))
    return Cluster(start_ms + at_ms, frames)


def without_gaps(clusters: Iterable[Cluster]) -> Iterator[Cluster]:
    """The same clusters, with silence from the recording's zero on wherever no sound came."""
    heard_ms = 0
    for cluster in clusters:
        while cluster.at_ms - heard_ms >= GAP_MS:
            until_ms = min(cluster.at_ms, heard_ms + CLUSTER_MS)
            silent = list(_silence(heard_ms, until_ms, heard_ms))
            yield Cluster(heard_ms, silent)
            heard_ms += len(silent) * SILENCE_MS
        frames: list[Frame] = []
        for frame in cluster.frames:
            now_ms = cluster.at_ms + frame.after_ms
            if now_ms - heard_ms >= GAP_MS:
                silent = list(_silence(heard_ms, now_ms, cluster.at_ms))
                frames += silent
                heard_ms += len(silent) * SILENCE_MS
            if frame.track == AUDIO:
                heard_ms = max(heard_ms, now_ms + _duration_ms(frame.content[4:]))
            frames.append(frame)
        yield Cluster(cluster.at_ms, frames)


def _silence(from_ms: int, until_ms: int, cluster_ms: int) -> Iterator[Frame]:
    for at_ms in range(from_ms, until_ms - SILENCE_MS + 1, SILENCE_MS):
        after_ms = at_ms - cluster_ms
        content = BLOCK_HEAD.pack(KEY | AUDIO, after_ms, KEY | DISCARDABLE) + SILENCE
        yield Frame(AUDIO, after_ms, is_key=True, content=content)


def _duration_ms(packet: bytes) -> int:
    """How long an Opus packet sounds, by its first bytes (RFC 6716, 3.1 and 3.2)."""
    if not packet:
        return SILENCE_MS
    kind, code = packet[0] >> 3, packet[0] & 3
    each_ms = OPUS_FRAME_MS[kind]
    frames = (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 1)[code]
    return int(each_ms * frames)
