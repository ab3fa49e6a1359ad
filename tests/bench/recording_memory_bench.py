"""What each further call adds to the memory of the process that records."""

import asyncio
import tempfile
from pathlib import Path

from tests.bench.recording_run import Sending, pictures, take
from tests.bench.result import Result, alone

ROUNDS = 3
FURTHER = 8
SETTLES_S = 5.0


async def recording_memory() -> Result:
    """MB of resident memory for each of eight further calls, both sides of each."""
    grown = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = pictures(folder, 640, 480, 1_000_000)
        for number in range(ROUNDS):
            async with take("ours", folder / str(number)) as run:
                await run.send(file, Sending(1))
                await asyncio.sleep(SETTLES_S)
                before = await run.usage()
                await run.send(file, Sending(FURTHER, first=1))
                await asyncio.sleep(SETTLES_S)
                after = await run.usage()
                await run.sent()
                grown.append((after["resident_mb"] - before["resident_mb"]) / FURTHER)
    return alone(grown, unit="MB", case="each of 8 further calls of 640x480 at 1 Mbit/s")
