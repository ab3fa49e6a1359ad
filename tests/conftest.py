"""Fixtures: each test has a database file, a clock and a desk of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.database import Database
from desk.settings import Settings
from tests.hall import Hall
from tests.support import RunningDesk, SetClock, free_port, migrated, start_desk


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, port=free_port(), secret_key="a secret key for tests " * 2)


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
