"""What the benchmarks of recording share: the process that records, those that send, the files."""

import asyncio
import json
import os
import pickle
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from media.files import segment_file
from media.sealed import SealedReader
from tests.media_pictures import loop

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST_LINE = 1 << 20
CONNECTS_S = 120.0
ASK = "ask"
KEY = bytes(32)

# A recording, and which side of it.
Name = tuple[str, str]


class Asking:
    """Asks a process that records."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, path: str) -> Self:
        """Connect, as soon as there is somebody."""
        async with asyncio.timeout(CONNECTS_S):
            while True:
                try:
                    return cls(*await asyncio.open_unix_connection(path, limit=LARGEST_LINE))
                except (FileNotFoundError, ConnectionRefusedError):
                    await asyncio.sleep(0.05)

    async def open(self, recording: str, side: str, offer: str) -> str:
        """Have a leg opened."""
        return str(await self.ask("open", recording=recording, side=side, offer=offer))

    async def ask(self, what: str, **more: str) -> Any:
        """Ask anything."""
        self._writer.write(json.dumps({"ask": what, **more}).encode() + b"\n")
        return json.loads(await self._reader.readline())


@dataclass(frozen=True)
class Sending:
    """How many calls are sent, from which number on, and what is wrong with them."""

    calls: int
    first: int = 0
    loss: float = 0.0
    verifier_ahead_s: float = 0.0
    picture_late_s: float = 0.0


class Take:
    """One run: a process that records in one way, and what it is sent."""

    def __init__(self, folder: Path, asking: Asking, recorder: asyncio.subprocess.Process) -> None:
        self.folder, self.asking, self.recorder = folder, asking, recorder
        self._senders: list[asyncio.subprocess.Process] = []

    async def send(self, pictures: Path, wanted: Sending) -> None:
        """Begin to send calls more."""
        words = [str(self.folder / ASK), str(pictures), json.dumps(asdict(wanted))]
        process = await _started("recording_senders.py", *words)
        self._senders.append(process)
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), CONNECTS_S)
        if line != b"ready\n":
            raise RuntimeError(f"a sender said {line!r}")

    async def usage(self) -> dict[str, float]:
        """What the process that records has used, and holds."""
        used: dict[str, float] = await self.asking.ask("usage")
        return used

    async def finish(self) -> dict[Name, dict[str, Any]]:
        """End all legs; returns the facts of each side."""
        facts = await self.asking.ask("finish")
        return {(one["name"][0], one["name"][1]): one for one in facts}

    async def sent(self) -> dict[Name, dict[str, Any]]:
        """End the sending; returns what was sent of each side, less what the network ate."""
        counts: list[dict[str, Any]] = []
        for process in self._senders:
            answer, _ = await process.communicate(b"stop\n")
            counts += json.loads(answer)
        self._senders = []
        return {(one["name"][0], one["name"][1]): one for one in counts}

    async def end(self) -> None:
        """End whatever is still there."""
        for process in [*self._senders, self.recorder]:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def take(way: str, folder: Path) -> AsyncIterator[Take]:
    """A process that records in this way, until the block ends."""
    await asyncio.to_thread(folder.mkdir)
    path = str(folder / ASK)
    recorder = await _started("recording_process.py", way, str(folder), path)
    run = Take(folder, await Asking.to(path), recorder)
    try:
        yield run
    finally:
        await run.end()


def pictures(folder: Path, width: int, height: int, bits_per_s: int) -> Path:
    """A loop of frames and sounds in a file, for those that send."""
    path = folder / f"{width}x{height}"
    path.write_bytes(pickle.dumps(loop(width, height, bits_per_s)))
    return path


def written(folder: Path, name: Name) -> bytes:
    """The plain bytes of the one segment of a side, as far as they go."""
    file = segment_file(*name, 1)
    with SealedReader(folder / file, KEY, file) as reader:
        return reader.read(0, reader.plain_bytes)


async def _started(script: str, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "tests" / "bench" / script),
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'queue'}"},
    )
