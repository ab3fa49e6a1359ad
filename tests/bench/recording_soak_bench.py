"""Twenty calls in one process for a long time: nothing is missing, nothing grows.

`MINUTES=60 make bench BENCH=recording_soak`; ten minutes where nothing is said.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import av

from tests.bench.recording_run import Name, Sending, pictures, take, written
from tests.bench.result import Result, alone
from tests.media_legs import decoded

MINUTES = float(os.environ.get("MINUTES", "10"))
CALLS = 20
LOOKS = 20
HELD = ("resident_mb", "threads", "tasks", "descriptors")
UNITS = ("MB more", "threads more", "tasks more", "descriptors more")


async def recording_soak() -> list[Result]:
    """Frames missing, files that do not decode, and what is held more at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = pictures(folder, 640, 480, 1_000_000)
        async with take("ours", folder / "run") as run:
            await run.send(file, Sending(CALLS))
            looks = []
            for _ in range(LOOKS):
                await asyncio.sleep(MINUTES * 60 / LOOKS)
                looks.append(await run.usage())
            sent = await run.sent()
            facts = await run.finish()
        missing = [
            float(one["frames"] - _track(facts[name], "video/VP8")["frames"])
            + float(one["sounds"] - _track(facts[name], "audio/opus")["frames"])
            for name, one in sent.items()
        ]
        wrong = await _not_decoded(folder / "run", sent)
    case = f"{CALLS} calls of 640x480 at 1 Mbit/s for {MINUTES:g} minutes"
    # The first fifth is for what is made once.
    early, late = looks[LOOKS // 5], looks[-1]
    return [
        alone([sum(missing)], unit="frames sent and not in the files", case=case),
        alone([wrong], unit="frames in the files that are not decoded", case=case),
        *(
            alone([late[held] - early[held]], unit=unit, case=case)
            for held, unit in zip(HELD, UNITS, strict=True)
        ),
    ]


def _track(facts: dict[str, object], codec: str) -> dict[str, int]:
    tracks = facts["tracks"]
    assert isinstance(tracks, list)
    found: dict[str, int] = next(one for one in tracks if one["codec"] == codec)
    return found


async def _not_decoded(folder: Path, sent: dict[Name, dict[str, int]]) -> float:
    """How many of the frames sent a full decode does not give."""
    loop = asyncio.get_running_loop()
    # Not forked: who is forked beside a thread may wait for its lock for ever.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        found = await asyncio.gather(
            *(loop.run_in_executor(pool, _decoded_frames, folder, name) for name in sent)
        )
    return float(sum(one["frames"] + one["sounds"] for one in sent.values()) - sum(found))


def _decoded_frames(folder: Path, name: Name) -> int:
    try:
        found = decoded(written(folder, name))
    except av.FFmpegError as error:
        print(f"{'/'.join(name)} is not decoded: {error}", file=sys.stderr)
        return 0
    return len(found.pictures_s) + len(found.sounds_s)
