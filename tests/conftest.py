"""Fixtures: each test has a database, a clock and a desk of its own."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.database import Database
from desk.settings import Settings
from tests import postgres
from tests.compiled import compile_once
from tests.hall import Hall
from tests.post import delivery, sink  # noqa: F401  fixtures of every test of mails
from tests.support import (
    POSTGRESQL,
    SQLITE,
    RunningDesk,
    SetClock,
    free_port,
    migrated,
    start_desk,
)

if TYPE_CHECKING:
    from tests.media_legs import RunningRecorder

A_DAY_S = 86_400


def pytest_configure() -> None:
    """Each test's folder lies where a commit waits for no disk."""
    if folder := postgres.memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: while one waits for a database or a process, others work."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def _no_server_is_left() -> Iterator[None]:
    """The workers of pytest-xdist end without what is registered with `atexit`."""
    yield
    postgres.stop()


@pytest.fixture(scope="session", autouse=True)
def _modules_are_no_garbage() -> None:
    """Whatever all tests share need not be looked through for each of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Compiling anew for each desk is a third of the time of all tests."""
    with pytest.MonkeyPatch.context() as patched:
        compile_once(patched)
        yield


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A desk's settings, once on each kind of database; nobody is away for too long in them."""
    settings = Settings(
        data_dir=tmp_path,
        port=free_port(),
        secret_key="a secret key for tests " * 2,
        away_after_s=A_DAY_S,
        hold_minutes=A_DAY_S // 60,
        call_grace_s=A_DAY_S,
        arrival_s=A_DAY_S,
    )
    if request.param == "sqlite":
        yield settings
        return
    server = postgres.cluster()
    name = server.create()
    yield settings.model_copy(update={"database_url": server.url(name)})
    server.drop(name)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    await migrated(settings)
    database = Database(settings.database_url)
    yield database
    await database.close()


@pytest.fixture
def hall(database: Database, clock: SetClock) -> Hall:
    """The line, without the desk around it."""
    return Hall(database, clock)


@pytest.fixture
async def desk(settings: Settings, clock: SetClock) -> AsyncIterator[RunningDesk]:
    """The real desk, running on a free port."""
    runner, running = await start_desk(settings, clock)
    yield running
    for http in running.visitors:
        await http.close()
    await runner.cleanup()


@pytest.fixture
async def running_recorder(tmp_path: Path) -> AsyncIterator["RunningRecorder"]:
    """A recorder whose clock is set. What it needs is imported where it is wanted: it is much."""
    from tests.media_legs import RunningRecorder

    running = RunningRecorder(tmp_path)
    yield running
    await running.recorder.stop()
