"""What recording costs: CPU seconds of its process for each recorded second of a call."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from tests.bench.recording_run import Sending, pictures, take
from tests.bench.result import Result, compared

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "10"))
SETTLES_S = 2.0
SMALL, LARGE = "640x480 at 1 Mbit/s", "1280x720 at 2 Mbit/s"
SIZES = {SMALL: (640, 480, 1_000_000), LARGE: (1280, 720, 2_000_000)}

MP4 = "aiortc's MediaRecorder writing MP4, one call of 640x480 at 1 Mbit/s"
FLOOR = "aiortc decrypts each packet and drops it, as many calls"
OWN_FLOOR = "packets are read and decrypted as ours are, and dropped, as many calls"


class Case(NamedTuple):
    """So many calls, recorded in one way."""

    way: str
    calls: int
    size: str


CASES = [
    Case("mp4", 1, SMALL),
    *(
        Case(way, calls, size)
        for size in SIZES
        for calls in (8, 1)
        for way in ("ours", "floor", "ours-dropping")
    ),
]


async def recording_cpu() -> list[Result]:
    """Both sides of each call, sound and picture, encryption and hash included."""
    spent: dict[Case, list[float]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {size: pictures(folder, *shape) for size, shape in SIZES.items()}
        for number in range(ROUNDS):
            for place, case in enumerate(CASES):
                cost = await _cost(case, folder / f"{number}-{place}", files[case.size])
                spent[case].append(cost)
    results = []
    for size in SIZES:
        for calls in (8, 1):
            ours = spent[Case("ours", calls, size)]
            words = f"{calls} calls of {size}" if calls > 1 else f"one call of {size}"
            theirs = [(FLOOR, spent[Case("floor", calls, size)]),
                      (OWN_FLOOR, spent[Case("ours-dropping", calls, size)])]  # fmt: skip
            if size == SMALL:
                theirs.insert(0, (MP4, spent[CASES[0]]))
            results += [
                compared(ours, one, unit="CPU s/s", baseline=baseline, case=words, digits=5)
                for baseline, one in theirs
            ]
    return results


async def _cost(case: Case, folder: Path, file: Path) -> float:
    async with take(case.way, folder) as run:
        await run.send(file, Sending(case.calls))
        await asyncio.sleep(SETTLES_S)
        before, began_s = await run.usage(), time.monotonic()
        await asyncio.sleep(SECONDS)
        after, ended_s = await run.usage(), time.monotonic()
        sent, facts = await run.sent(), await run.finish()
        # What it did not get done was no recorded second; whoever drops all has no such fact.
        done = [one["pictures"] / sent[name]["frames"] for name, one in facts.items()] or [1.0]
        spent_s: float = after["cpu_s"] - before["cpu_s"]
        return float(spent_s / (ended_s - began_s) / case.calls / mean(done))
