"""The desk in a process of its own, which is started, killed and started again on the same port.

Processes are forked from one that has imported the desk already: a start takes a third of a second.
"""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from desk.settings import Settings
from tests.faults.child import serve

STARTS_WITHIN_S = 60.0  # bounds for hanging tests, never a measure
STOPS_WITHIN_S = 60.0
PROBE_S = 0.01

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["__main__", "tests.faults.child"])


class Server:
    """One desk with its settings; `up` is set while it listens."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """`folder` gets its log, and what a failpoint notes."""
        self.settings = settings
        self.up = asyncio.Event()
        self._folder = folder
        self._process: ForkServerProcess | None = None

    async def start(self, step: int = 0) -> None:
        """Start it, to be killed at this step of the request under test; it listens then."""
        environment = {
            f"DESK_{name.upper()}": str(getattr(self.settings, name))
            for name in Settings.model_fields
        }
        self._process = _forks.Process(
            target=serve, args=(environment, self._folder, step), daemon=True
        )
        await asyncio.to_thread(self._process.start)
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not await self._listens():
                assert self._process.is_alive(), self.log()
                await asyncio.sleep(PROBE_S)
        self.up.set()

    async def _listens(self) -> bool:
        try:
            _reader, writer = await asyncio.open_connection(self.settings.host, self.settings.port)
        except OSError:
            return False
        writer.close()
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, without waiting for what follows."""
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait until it is gone: its exit status, or minus the signal that killed it."""
        assert self._process is not None
        self.up.clear()
        await asyncio.to_thread(self._process.join, STOPS_WITHIN_S)
        assert self._process.exitcode is not None, "the server does not end"
        return self._process.exitcode

    async def was_killed(self) -> None:
        """Wait until it has died of SIGKILL, and of nothing else."""
        assert await self.ended() == -signal.SIGKILL, self.log()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        await self.was_killed()

    async def stop(self) -> None:
        """SIGTERM; it must end by itself and with status 0."""
        self.signal(signal.SIGTERM)
        assert await self.ended() == 0, self.log()

    async def close(self) -> None:
        """Leave nothing behind, whatever went before."""
        if self._process and self._process.is_alive():
            await self.kill()

    def log(self) -> str:
        """Everything that it has said."""
        return (self._folder / "server.log").read_text()

    def killed_at(self) -> str:
        """The step at which the failpoint has killed it."""
        return (self._folder / "killed-at").read_text()
