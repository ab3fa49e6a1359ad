"""Which frames a stream holds: how many of each track, and a hash of their times, flags and bytes.

Told of a segment as it came, and of what became of it in a side's file. Only where both are the
same the one may stand for the other.
"""

import base64
import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from media import ebml
from media.clusters import AUDIO, BLOCK_HEAD, FILLED_IN, KEY, LONGEST_MS, VIDEO, tracks_in
from media.stream import segment_children

KINDS = {VIDEO: "video", AUDIO: "audio"}
# In front of each frame: milliseconds since the segment's first one, and bytes that follow.
FRAME = struct.Struct(">qI")
# A frame's own bytes, and its flags before them; its track and time go by other numbers.
FLAGS_AT = BLOCK_HEAD.size - 1
# What is of a cluster and of no frame: position, size of the one before, nothing, a checksum.
BESIDE = {0xA7, 0xAB, 0xEC, 0xBF}
# What a stream says besides its frames is kept in the manifest; ours say less than 400 bytes.
MOST_SAID_BYTES = 2048


class Foreign(Exception):
    """A stream holds what a side's file has no place for."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A segment's frames by kind of track, and in base64 what it says besides them.

    `is_all` is false where something of it is in neither: an end that is torn, say.
    """

    tracks: dict[str, Any]
    said: str
    is_all: bool


class Block(NamedTuple):
    """A frame where it lies: its track's number there, its time, and its SimpleBlock's content."""

    number: int
    at_ms: int
    content: bytes


@dataclass(slots=True)
class Track:
    """One track, counted."""

    frames: int
    hashed: Any


class Tally:
    """Frames of one segment, counted as they go by."""

    def __init__(self) -> None:
        """None yet."""
        self.frames = 0
        self._first_ms = 0
        self._tracks: dict[str, Track] = {}

    def add(self, track: int, block: Block) -> None:
        """Count a frame of one of our tracks."""
        if not self.frames:
            self._first_ms = block.at_ms
        self.frames += 1
        of = self._tracks.setdefault(KINDS[track], Track(0, hashlib.sha256()))
        content = block.content[FLAGS_AT:]
        of.frames += 1
        of.hashed.update(FRAME.pack(block.at_ms - self._first_ms, len(content)) + content)

    def tracks(self) -> dict[str, Any]:
        """`frames` and `sha256` by kind of track."""
        return {
            kind: {"frames": one.frames, "sha256": one.hashed.hexdigest()}
            for kind, one in sorted(self._tracks.items())
        }


def contents_of(blocks: Iterable[bytes]) -> Contents | None:
    """What a segment holds; None where its clusters have more than plain frames of our tracks."""
    tally, said, ours, is_read = Tally(), b"", dict[int, int](), True
    try:
        for name, content in segment_children(blocks):
            if name == ebml.CLUSTER:
                for block in _blocks(content):
                    tally.add(_known(ours, block.number), block)
            elif name == ebml.UNREAD:
                is_read = False
            elif len(said) <= MOST_SAID_BYTES:
                said += ebml.element(name, content)
            if name == ebml.TRACKS:
                ours = _ours(content)
    except Foreign:
        return None
    is_all = is_read and len(said) <= MOST_SAID_BYTES
    return Contents(
        tally.tracks(), base64.b64encode(said[:MOST_SAID_BYTES]).decode(), is_all=is_all
    )


def tallies_of_side(blocks: Iterable[bytes], frames: Sequence[int]) -> list[dict[str, Any]]:
    """The tracks of each segment that a side's file was made of, given how many frames each has.

    Silence that was filled in belongs to none; what lies behind the last one is told as one more.
    """
    tallies, place = [Tally() for _segment in (*frames, 0)], 0
    for name, content in segment_children(blocks):
        for block in _blocks(content) if name == ebml.CLUSTER else ():
            if block.content[0] == KEY | AUDIO and block.content[FLAGS_AT:] == FILLED_IN:
                continue
            while place < len(frames) and tallies[place].frames == frames[place]:
                place += 1
            tallies[place].add(block.number, block)
    return [tally.tracks() for tally in tallies]


def _ours(content: bytes) -> dict[int, int]:
    """Our tracks by the numbers of a Tracks element. Raises Foreign where it has others too."""
    ours = {number: track for number, (track, _entry) in tracks_in(content).items()}
    if len(ours) != len(list(ebml.children(content))):
        raise Foreign
    return ours


def _known(ours: dict[int, int], number: int) -> int:
    if number not in ours:
        raise Foreign
    return ours[number]


def _blocks(content: bytes) -> Iterator[Block]:
    """The frames of a cluster. Raises Foreign where it is not all frames of the plain kind."""
    at, at_ms = 0, 0
    while at < len(content):
        name, start, size = ebml.head_at(content, at) or (ebml.UNREAD, 0, ebml.UNKNOWN)
        at = start + size
        if size == ebml.UNKNOWN or at > len(content):
            raise Foreign
        if name == ebml.TIMESTAMP:
            at_ms = int.from_bytes(content[start:at])
            if at_ms > LONGEST_MS:
                raise Foreign
        elif name == ebml.SIMPLE_BLOCK and size >= BLOCK_HEAD.size and content[start] & KEY:
            number, after_ms, _flags = BLOCK_HEAD.unpack_from(content, start)
            yield Block(number & ~KEY, at_ms + after_ms, content[start:at])
        elif name not in BESIDE:
            raise Foreign
