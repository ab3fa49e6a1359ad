"""The servers that are compared, each a process of its own."""

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import free_port

SECRET_KEY = "a secret key for benchmarks " * 2
OPENS_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.005
HOST = "127.0.0.1"


def room_for(sockets: int) -> None:
    """Let this process and its children open so many files. Raises SystemExit if none may."""
    needed = sockets + 500
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SystemExit(f"{needed} open files are needed, and only {hard} are allowed (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@dataclass
class Server:
    """A server that can be killed and started again on its port."""

    command: list[str]
    environment: dict[str, str]
    port: int
    _process: asyncio.subprocess.Process | None = None

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    async def start(self, *arguments: str) -> float:
        """Start, and wait until the port is open: that moment, by `time.time`."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self.command, *arguments, env=self.environment, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(OPENS_WITHIN_S):
            while not await self._is_open():
                if process.returncode is not None:
                    raise RuntimeError(f"{self.command} ended with {process.returncode}")
                await asyncio.sleep(LOOK_AGAIN_S)
        return time.time()

    async def _is_open(self) -> bool:
        try:
            _reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is written any more."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def resident_kb(self) -> int:
        """What it holds in memory now, exactly (`status` counts roughly)."""
        rollup = self._proc("smaps_rollup")
        (line,) = [line for line in rollup.splitlines() if line.startswith("Rss:")]
        return int(line.split()[1])

    def cpu_s(self) -> float:
        """What all its threads have used until now, to 10 ms: the 14th and 15th field."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _proc(self, name: str) -> str:
        if self._process is None:
            raise RuntimeError("it was not started")
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def _inherited() -> dict[str, str]:
    # An operator's settings must not reach the desk that is measured.
    return {name: text for name, text in os.environ.items() if not name.startswith("DESK_")}


def desk_server(folder: Path, settings: dict[str, str]) -> Server:
    """The desk on the database in this folder, with these settings."""
    port = free_port()
    own = {
        "DESK_PORT": str(port), "DESK_DATA_DIR": str(folder), "DESK_SECRET_KEY": SECRET_KEY,
    }  # fmt: skip
    return Server([sys.executable, "-m", "desk", "serve"], _inherited() | own | settings, port)


def bare_server() -> Server:
    """The baseline of the line's news."""
    return _python("tests.bench.bare_server")


def bare_call_server() -> Server:
    """The baseline of the call."""
    return _python("tests.bench.bare_call")


def news_server(way: str) -> Server:
    """One that only tells, `direct` or `stock`."""
    return _python("tests.bench.news_server", way)


def node_server() -> Server:
    """One that only tells, by Socket.IO on Node."""
    port = free_port()
    return Server(["node", "tests/bench/node_server.mjs", str(port)], _inherited(), port)


def _python(*module: str) -> Server:
    port = free_port()
    return Server([sys.executable, "-m", *module, str(port)], _inherited(), port)


@asynccontextmanager
async def running(*servers: Server) -> AsyncIterator[None]:
    """Start them all, and leave none behind."""
    started: list[Server] = []
    try:
        for server in servers:
            started.append(server)
            await server.start()
        yield
    finally:
        for server in started:
            await server.kill()
