"""Matroska that is only appended to: a head, then clusters whose size is known.

Track 1 is VP8, track 2 Opus. Times are milliseconds from the segment's own zero.
"""

import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from media.ebml import element, uint

VIDEO, AUDIO = 1, 2
MAX_CLUSTER_MS = 1_000
# A sender that sends far too much makes more clusters, and none that is too large to be read.
MAX_CLUSTER_BYTES = 1 << 20
NAME = b"Meja Verifikasi"
TICKS_PER_S = 48_000
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_CLUSTER = struct.Struct("!IQHI")
_BLOCK = struct.Struct("!BIBhB")
# What of it counts as its content.
_BLOCK_HEAD_BYTES = 4
KEY = 0x80

# A frame and where it belongs: its time in milliseconds, its track, whether it is a key frame.
Block = tuple[int, int, bool, bytes]


def head(started_at: datetime, size: tuple[int, int] | None, *, has_audio: bool) -> bytes:
    """All that stands before the first cluster; `size` of the picture, or None without one."""
    tracks = []
    if size is not None:
        tracks.append(_video(*size))
    if has_audio:
        tracks.append(_audio())
    date = (started_at - _EPOCH).total_seconds() * 1_000_000_000
    info = element(
        0x1549A966,
        uint(0x2AD7B1, 1_000_000),
        element(0x4461, struct.pack("!q", int(date))),
        element(0x4D80, NAME),
        element(0x5741, NAME),
    )
    # A segment of unknown size: it ends where the file ends.
    return _ebml() + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + info + element(0x1654AE6B, *tracks)


def clusters(blocks: Iterable[Block]) -> Iterator[bytes]:
    """Blocks in the order of their times, a second of them at most in one cluster."""
    parts: list[bytes] = []
    start_ms = frames_bytes = 0
    for at_ms, track, is_key, frame in blocks:
        is_full = frames_bytes >= MAX_CLUSTER_BYTES
        if parts and (is_full or at_ms - start_ms >= MAX_CLUSTER_MS):
            yield _cluster(start_ms, parts, frames_bytes)
            parts = []
        if not parts:
            start_ms, frames_bytes = at_ms, 0
        size = 1 << 28 | _BLOCK_HEAD_BYTES + len(frame)
        flags = KEY if is_key else 0
        parts += _BLOCK.pack(0xA3, size, 0x80 | track, at_ms - start_ms, flags), frame
        frames_bytes += len(frame)
    if parts:
        yield _cluster(start_ms, parts, frames_bytes)


def _cluster(start_ms: int, parts: list[bytes], frames_bytes: int) -> bytes:
    """Join heads and frames, one after the other."""
    # Its size counts the time stamp, six bytes.
    size = 6 + len(parts) // 2 * _BLOCK.size + frames_bytes
    return b"".join((_CLUSTER.pack(0x1F43B675, 1 << 56 | size, 0xE784, start_ms), *parts))


def _ebml() -> bytes:
    return element(
        0x1A45DFA3,
        uint(0x4286, 1),
        uint(0x42F7, 1),
        uint(0x42F2, 4),
        uint(0x42F3, 8),
        element(0x4282, b"webm"),
        uint(0x4287, 4),
        uint(0x4285, 2),
    )


def _video(width: int, height: int) -> bytes:
    picture = element(0xE0, uint(0xB0, width), uint(0xBA, height))
    return _track(VIDEO, 1, b"V_VP8", picture)


def _audio() -> bytes:
    """No sample is skipped at the beginning: what a browser sends begins in the middle."""
    private = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, TICKS_PER_S, 0, 0)
    sound = element(0xE1, element(0xB5, struct.pack("!d", float(TICKS_PER_S))), uint(0x9F, 2))
    return _track(AUDIO, 2, b"A_OPUS", element(0x63A2, private), uint(0x56BB, 80_000_000), sound)


def _track(number: int, kind: int, codec: bytes, *more: bytes) -> bytes:
    head = (uint(0xD7, number), uint(0x73C5, number), uint(0x83, kind), uint(0x9C, 0))
    return element(0xAE, *head, element(0x86, codec), *more)
