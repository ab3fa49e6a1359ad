"""The child process that decodes a side for its strip. It is started by `media.peaks`."""

import base64
import json
import resource
import sys
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

import av

# How loud it is, as often as that, in levels from 0 to 255.
LEVEL_MS = 100
FULL = 32_768
MOST_PICTURES = 24
PICTURE_WIDTH = 160
MEMORY_BYTES = 2**30
CPU_S = 120
OPEN_FILES = 16
LONGEST_MS = 12 * 3600 * 1000


@dataclass
class Strip:
    """What the child has seen and heard so far."""

    levels: bytearray = field(default_factory=bytearray)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    # Twice as long whenever there are too many, so that a long call has as many as a short one.
    apart_ms: int = 1000

    def hear(self, frame: av.AudioFrame, at_ms: int) -> None:
        """The loudest sample of each level; sound is planar floats or 16-bit integers."""
        sound = memoryview(bytes(frame.planes[0]))
        is_float = frame.format.name.startswith("flt")
        samples = sound.cast("f") if is_float else sound.cast("h")
        loudest = max(max(samples, default=0), -min(samples, default=0))
        level = min(255, int(loudest * 256 / (1 if is_float else FULL)))
        place = at_ms // LEVEL_MS
        if place >= len(self.levels):
            self.levels.extend(bytes(place + 1 - len(self.levels)))
        self.levels[place] = max(self.levels[place], level)

    def see(self, frame: av.VideoFrame, at_ms: int) -> None:
        """Keep a small picture, if the one before is far enough away."""
        if self.pictures and at_ms < self.pictures[-1]["at_ms"] + self.apart_ms:
            return
        height = max(1, PICTURE_WIDTH * frame.height // max(1, frame.width))
        size = {"width": PICTURE_WIDTH, "height": min(height, 2 * PICTURE_WIDTH)}
        small = frame.to_image(**size)  # type: ignore[no-untyped-call]
        target = BytesIO()
        small.save(target, "WEBP", quality=60)
        webp = base64.b64encode(target.getvalue()).decode()
        self.pictures.append({"at_ms": at_ms, "webp": webp})
        if len(self.pictures) > MOST_PICTURES:
            self.pictures, self.apart_ms = self.pictures[::2], self.apart_ms * 2

    def written(self) -> str:
        """As JSON."""
        levels = base64.b64encode(self.levels).decode()
        return json.dumps({"level_ms": LEVEL_MS, "levels": levels, "pictures": self.pictures})


def look(source: IO[bytes]) -> Strip:
    """Decode all sound, and of the picture only what needs nothing before it."""
    strip = Strip()
    with av.open(source, "r", format="matroska") as container:
        for stream in container.streams.video:
            stream.codec_context.skip_frame = "NONKEY"
        for packet in container.demux():
            if packet.pts is None or not 0 <= packet.pts < LONGEST_MS:
                continue
            if packet.stream.type == "video" and not packet.is_keyframe:
                continue
            _take_in(strip, packet)
    return strip


def _take_in(strip: Strip, packet: Any) -> None:
    """A frame that cannot be decoded is left out: the rest is still of use."""
    try:
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                strip.see(frame, int(packet.pts))
            else:
                strip.hear(frame, int(packet.pts))
    except av.FFmpegError:
        return


def main() -> None:
    """The child: limits first, then one stream in, one line out."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))
    sys.stdout.write(look(sys.stdin.buffer).written())


if __name__ == "__main__":
    main()
