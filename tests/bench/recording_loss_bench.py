"""What a lossy network and a killed recorder leave: frames in the files, and up to when."""

import asyncio
import os
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.recording_run import Name, Sending, pictures, take, written
from tests.bench.result import Result, alone
from tests.media_legs import decoded

LOSS = 0.05
SECONDS = float(os.environ.get("SECONDS", "30"))
KILLS = int(os.environ.get("KILLS", "30"))
# At once: what is measured is no speed.
KILLED_AT_ONCE = 3
LEAST_S, MOST_S = 3.0, 9.0
SIDES: list[Name] = [("call-000", "applicant"), ("call-000", "verifier")]
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
DATE = b"\x44\x61\x01\x00\x00\x00\x00\x00\x00\x08"


async def recording_loss() -> list[Result]:
    """Percent of the video frames sent, of the sound that arrived; seconds lost by a kill."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = pictures(folder, 640, 480, 1_000_000)
        frames, sounds = await _lossy(folder / "lossy", file)
        rng = random.Random(6)
        waits_s = [rng.uniform(LEAST_S, MOST_S) for _ in range(KILLS)]
        at_once = asyncio.Semaphore(KILLED_AT_ONCE)
        lost = await asyncio.gather(
            *(_killed(folder / str(n), file, wait_s, at_once) for n, wait_s in enumerate(waits_s))
        )
    case = "5 % of all packets lost, 640x480 at 1 Mbit/s"
    lost_s = [one for both in lost for one in both]
    return [
        alone(frames, unit="% of the video frames sent", case=case),
        alone(sounds, unit="% of the sound that the network left", case=case),
        alone(lost_s, unit="s before kill -9 not readable", case=f"{KILLS} kills, 5 % lost"),
        alone([max(lost_s)], unit="s at most", case=f"{KILLS} kills, 5 % lost"),
    ]


async def _lossy(folder: Path, file: Path) -> tuple[list[float], list[float]]:
    """What is in the files, by decoding them in full."""
    async with take("ours", folder) as run:
        await run.send(file, Sending(1, loss=LOSS))
        await asyncio.sleep(SECONDS)
        sent = await run.sent()
        await run.finish()
    found = {name: decoded(written(folder, name)) for name in SIDES}
    return (
        [100 * len(found[name].pictures_s) / sent[name]["frames"] for name in SIDES],
        [100 * len(found[name].sounds_s) / sent[name]["sounds"] for name in SIDES],
    )


async def _killed(
    folder: Path, file: Path, wait_s: float, at_once: asyncio.Semaphore
) -> list[float]:
    """How long before the kill each side's file ends: the earlier end of its two tracks."""
    async with at_once, take("ours", folder) as run:
        await run.send(file, Sending(1, loss=LOSS))
        await asyncio.sleep(wait_s)
        run.recorder.kill()
        killed_at = time.time()
        await run.recorder.wait()
    return [_lost_s(written(folder, name), killed_at) for name in SIDES]


def _lost_s(content: bytes, killed_at: float) -> float:
    """By the time that the file says it begins at, and its last frames."""
    at = content.index(DATE) + len(DATE)
    ns = int.from_bytes(content[at : at + 8])
    begins = (EPOCH + timedelta(microseconds=ns / 1000)).timestamp()
    found = decoded(content)
    return killed_at - begins - min(found.pictures_s[-1], found.sounds_s[-1])
