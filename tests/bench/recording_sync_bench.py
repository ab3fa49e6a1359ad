"""Whether sound and picture agree, and both sides of a call: by a flash and a beep."""

import asyncio
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import av

from tests.bench.recording_run import Sending, pictures, take, written
from tests.bench.recording_senders import SIDES
from tests.bench.result import Result, alone
from tests.media_legs import decoded

SECONDS = float(os.environ.get("SECONDS", "30"))
# A camera and its encoder; the verifier's computer has another idea of what time it is.
PICTURE_LATE_S = 0.12
AHEAD_S = 2_000.0
# Of 255; of 32,768.
BRIGHT, LOUD = 128, 4_000
APART_S = 0.5


async def recording_sync() -> list[Result]:
    """Milliseconds between flash and beep, and between the flashes of both sides."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = pictures(folder, 640, 480, 1_000_000)
        async with take("ours", folder / "run") as run:
            wanted = Sending(1, verifier_ahead_s=AHEAD_S, picture_late_s=PICTURE_LATE_S)
            await run.send(file, wanted)
            await asyncio.sleep(SECONDS)
            await run.sent()
            facts = await run.finish()
        seen = [_seen(folder / "run", side, facts["call-000", side]) for side in SIDES]
    apart = [
        1000 * (beep - flash)
        for flashes, beeps in seen
        for flash in flashes
        if abs((beep := min(beeps, key=lambda one: abs(one - flash))) - flash) < APART_S
    ]
    sides = [
        1000 * (min(seen[1][0], key=lambda one: abs(one - flash)) - flash) for flash in seen[0][0]
    ]
    case = "640x480 at 1 Mbit/s, the picture 120 ms late, the verifier's clock 2,000 s ahead"
    return [
        alone(apart, unit="ms from flash to beep", case=case, digits=1),
        alone([max(map(abs, apart))], unit="ms at most", case=case, digits=1),
        alone(sides, unit="ms between both sides", case=case, digits=1),
        alone([max(map(abs, sides))], unit="ms at most", case=case, digits=1),
    ]


def _seen(folder: Path, side: str, facts: dict[str, Any]) -> tuple[list[float], list[float]]:
    """When flashes and beeps begin, in seconds of the recorder's clock."""
    begins_s = datetime.fromisoformat(facts["started_at"]).timestamp()
    found = decoded(written(folder, ("call-000", side)), keeps_frames=True)
    flashes, beeps = [], []
    for frame in found.frames:
        at_s = begins_s + float(frame.pts * frame.time_base)
        is_picture = isinstance(frame, av.VideoFrame)
        if is_picture and _is_bright(frame):
            flashes.append(at_s)
        elif not is_picture and (loud := _first_loud(frame)) is not None:
            beeps.append(at_s + loud / frame.sample_rate)
    return _firsts(flashes), _firsts(beeps)


def _is_bright(frame: Any) -> bool:
    plane = bytes(frame.planes[0])
    return sum(plane[::997]) / len(plane[::997]) > BRIGHT


def _first_loud(frame: Any) -> int | None:
    samples = memoryview(bytes(frame.planes[0])).cast("f")
    return next((at for at, one in enumerate(samples) if abs(one) > LOUD / 32_768), None)


def _firsts(times_s: list[float]) -> list[float]:
    """Where something begins."""
    return [
        one
        for before, one in zip([float("-inf"), *times_s], times_s, strict=False)
        if one - before > APART_S
    ]
