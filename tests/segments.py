"""Segments of a recording as the recorder leaves them: VP8 and Opus in clusters of a second."""

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av

from media.matroska import clusters, head
from media.sealed import Sealed, SealedWriter
from tests.support import MORNING

KEY, RECORDING = b"k" * 32, "R" * 22
FRAMES_A_SECOND, SIZE = 10, (160, 120)
LONGEST_S = 4


class Coded(NamedTuple):
    """A frame as it is given to `clusters`."""

    at_ms: int
    track: int
    is_key: bool
    content: bytes


def coded(seconds: int, *, with_video: bool = True) -> tuple[Coded, ...]:
    """A picture that brightens each second, with a tone that grows louder, for four at most."""
    return tuple(
        frame
        for frame in _coded()
        if frame.at_ms < seconds * 1000 and (with_video or frame.track == 2)
    )


@cache
def _coded() -> tuple[Coded, ...]:
    return tuple(sorted((*_picture(LONGEST_S), *_sound(LONGEST_S))))


def _picture(seconds: int) -> Iterator[Coded]:
    context = av.CodecContext.create("libvpx", "w")
    context.width, context.height = SIZE
    context.pix_fmt, context.time_base = "yuv420p", Fraction(1, 1000)
    context.options = {"deadline": "realtime", "cpu-used": "8", "g": str(FRAMES_A_SECOND)}
    packets = []
    for number in range(seconds * FRAMES_A_SECOND):
        frame = av.VideoFrame(*SIZE, "yuv420p")
        for plane, shade in zip(
            frame.planes, (16 + 20 * (number // 10) % 220, 128, 128), strict=True
        ):
            plane.update(bytes([shade]) * plane.buffer_size)
        frame.pts = number * 1000 // FRAMES_A_SECOND
        packets += context.encode(frame)
    for packet in packets + context.encode(None):
        yield Coded(int(packet.pts or 0), 1, packet.is_keyframe, bytes(packet))


def _sound(seconds: int) -> Iterator[Coded]:
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "stereo", "s16"
    tone = [math.sin(n * math.tau / 96) for n in range(960)]
    for number in range(seconds * 50):
        loud = 30_000 * number / (seconds * 50)
        frame = av.AudioFrame("s16", "stereo", 960)
        sound = array("h", (int(loud * level) for level in tone for _side in "lr"))
        frame.planes[0].update(sound.tobytes())
        frame.sample_rate, frame.pts = 48_000, number * 960
        for packet in context.encode(frame):
            yield Coded(number * 20, 2, True, bytes(packet))


def write_segment(
    path: Path,
    name: str,
    seconds: int,
    key: bytes = KEY,
    *,
    with_video: bool = True,
    is_cut: bool = False,
) -> Sealed | None:
    """A sealed segment, and what is in it.

    `is_cut`: its recorder was killed while it wrote the last cluster.
    """
    writer = SealedWriter(path, key, name)
    writer.write(head(MORNING, SIZE if with_video else None, has_audio=True))
    for cluster in clusters(coded(seconds, with_video=with_video)):
        writer.write(cluster)
    if not is_cut:
        return writer.close()
    writer.abandon()
    path.write_bytes(path.read_bytes()[:-7])
    return None
