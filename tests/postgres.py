"""A PostgreSQL server of the tests' own, and a fresh database for each test.

It lives in a temporary folder, is reached through a socket file there, and ends with the process
that started it. Nothing in it outlives a test, so nothing waits for the disk.
"""

import asyncio
import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Coroutine, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from desk.access.reasons import load_reasons
from desk.database import Database
from desk.migrate import migrate

Result = TypeVar("Result")

OWNER = "desk"
TEMPLATE = "migrated"
STARTS_WITHIN_S = 30
ROOM_BYTES = 2**31

SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "max_connections": "200",
    "timezone": "Asia/Jakarta",  # not UTC, so that a time without its zone shows
}
# As people run it: a commit waits for the disk.
DURABLE = SERVER_SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def programs() -> Path | None:
    """The folder of the newest installed server; Debian keeps it off the PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def _as_its_user() -> dict[str, Any]:
    """The server refuses to run as root; the package brings a user for it."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def memory() -> Path | None:
    """A folder in which nothing waits for a disk, if there is room for what tests write."""
    shared = Path("/dev/shm")
    has_room = shared.is_dir() and shutil.disk_usage(shared).free > ROOM_BYTES
    return shared if has_room and os.access(shared, os.W_OK) else None


class Cluster:
    """A running server. Its methods may be called from anywhere, inside an event loop too."""

    def __init__(self, binaries: Path, settings: Mapping[str, str] = SERVER_SETTINGS) -> None:
        """Make it and start it; it listens when this returns."""
        in_memory = memory() if settings["fsync"] == "off" else None
        self.folder = Path(tempfile.mkdtemp(prefix="desk-postgresql-", dir=in_memory))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._names = count(1)
        subprocess.run(
            [binaries / "initdb", "--pgdata", self.folder / "data", "--username", OWNER,
             "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"],
            cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **_as_its_user(),
        )  # fmt: skip
        self._binaries, self._settings = binaries, settings
        self._server = self._start()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._admin = self._wait(self._connect())
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        self._wait(self._migrate(TEMPLATE))

    def _start(self) -> subprocess.Popen[bytes]:
        given = [f"--{name}={value}" for name, value in self._settings.items()]
        # On Linux the server is told when the tests are killed.
        leash = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
        with (self.folder / "log").open("w") as log:
            return subprocess.Popen(
                [*leash, self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder,
                 *given], cwd=self.folder, stderr=log, **_as_its_user(),
            )  # fmt: skip

    def url(self, name: str) -> str:
        """The DESK_DATABASE_URL of one of its databases."""
        return f"postgresql+asyncpg://{OWNER}@/{name}?host={self.folder}"

    def create(self) -> str:
        """A fresh database, migrated and empty: its name."""
        name = f"test_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def disconnect(self, name: str) -> None:
        """End every connection to a database."""
        self._execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )

    def wait_until_it_answers(self) -> None:
        """Wait until it takes connections again."""
        self._admin = self._wait(self._connect())

    def crash(self) -> None:
        """End it at once, as if it had died; what was committed is there after `start`."""
        self._loop.call_soon_threadsafe(self._admin.terminate)
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(STARTS_WITHIN_S)

    def start(self) -> None:
        """Start it again; it may still have to recover when this returns."""
        self._server = self._start()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.crash()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self.folder)

    def _execute(self, statement: str) -> None:
        self._wait(self._admin.execute(statement))

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STARTS_WITHIN_S)

    async def _connect(self) -> Any:
        """The first connection, as soon as the server takes it."""
        while self._server.poll() is None:
            try:
                return await asyncpg.connect(host=str(self.folder), user=OWNER, database="postgres")
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text())

    async def _migrate(self, name: str) -> None:
        database = Database(self.url(name))
        await migrate(database)
        await load_reasons(database)
        await database.close()


@cache
def cluster() -> Cluster:
    """This process's server, started when it is first asked for."""
    binaries = programs()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    server = Cluster(binaries)
    atexit.register(stop)
    return server


def stop() -> None:
    """End this process's server, if it has one."""
    if cluster.cache_info().currsize:
        cluster().stop()
        cluster.cache_clear()
