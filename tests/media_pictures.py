"""VP8 and Opus to send: encoded once, sent as often as is wanted.

Each loop flashes and beeps at the same moment, so that sound and picture can be compared.
"""

import math
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
from PIL import Image

FRAMES_PER_S = 30
PACKETS_PER_S = 50
SAMPLES = 48_000 // PACKETS_PER_S
FLASH_S = 0.5
FLASH_LASTS_S = 0.1
# How far the picture moves about, in pixels: what it is made of is dark, the flash is white.
MARGIN = 64


@dataclass(frozen=True)
class Loop:
    """Frames that follow each other and begin with a key frame, and the sound beside them."""

    frames: list[bytes]
    sounds: list[bytes]


def loop(width: int, height: int, bits_per_s: int, seconds: int = 2) -> Loop:
    """So many seconds at 30 frames and 50 packets of sound each."""
    return Loop(frames(width, height, bits_per_s, seconds), sounds(seconds))


def frames(width: int, height: int, bits_per_s: int, seconds: int) -> list[bytes]:
    """A picture that jumps about, with a flash in it."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.bit_rate, encoder.thread_count = bits_per_s, 1
    encoder.time_base, encoder.framerate = Fraction(1, FRAMES_PER_S), Fraction(FRAMES_PER_S)
    encoder.gop_size = FRAMES_PER_S * seconds * 2
    rate = {"minrate": str(bits_per_s), "maxrate": str(bits_per_s), "bufsize": str(bits_per_s // 2)}
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"} | rate
    rng = random.Random(7)
    whole = (width + MARGIN, height + MARGIN)
    few = (whole[0] // 8, whole[1] // 8)
    noise = Image.frombytes("L", few, rng.randbytes(few[0] * few[1]))
    dark = noise.resize(whole, Image.Resampling.BILINEAR).point(
        [value // 4 for value in range(256)]
    )
    white = Image.new("RGB", (width, height), "white")
    from_image: Callable[[Image.Image], av.VideoFrame] = av.VideoFrame.from_image
    made = []
    for number in range(FRAMES_PER_S * seconds):
        is_flash = FLASH_S <= number / FRAMES_PER_S < FLASH_S + FLASH_LASTS_S
        x, y = rng.randrange(MARGIN), rng.randrange(MARGIN)
        part = dark.crop((x, y, x + width, y + height)).convert("RGB")
        frame: av.VideoFrame = from_image(white if is_flash else part)
        frame.pts = number
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made


def sounds(seconds: int) -> list[bytes]:
    """A beep in near silence."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"application": "lowdelay"}
    loud, quiet = _tone(16_000), _tone(50)
    made = []
    for number in range(PACKETS_PER_S * seconds):
        is_beep = FLASH_S <= number / PACKETS_PER_S < FLASH_S + FLASH_LASTS_S
        frame = av.AudioFrame("s16", "stereo", SAMPLES)
        frame.planes[0].update(loud if is_beep else quiet)
        frame.sample_rate, frame.pts = 48_000, number * SAMPLES
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made


def _tone(level: int) -> bytes:
    """One packet of a kilohertz, which begins where it ended."""
    wave = (int(level * math.sin(at * 2 * math.pi / 48)) for at in range(SAMPLES))
    return b"".join(struct.pack("<hh", value, value) for value in wave)
