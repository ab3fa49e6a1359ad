"""Every planted bug is found by the test that is named for it (`planted.py` has the list)."""

import inspect
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from desk.database import Database
from desk.settings import Settings
from signaling import slices
from tests import silence, sockets, telling, test_lost_clients
from tests.hall import Hall
from tests.line_machine import run_machine
from tests.planted import (
    AT_A_START,
    AT_THE_DESK,
    BY_THE_MACHINE,
    IN_THE_HALL,
    IN_THE_ROOMS,
    ON_THE_SOCKETS,
    Bug,
    Change,
    forget_statements,
)
from tests.silence import as_shipped, hurry
from tests.support import POSTGRESQL, SQLITE, RunningDesk, SetClock, on_sqlite
from tests.test_kept_rooms import LOOKS, Both

MOST_EXAMPLES = 500
PATIENCE_S = 4.0  # what a bug keeps from happening is waited for in vain

FOUND = (AssertionError, LookupError, TimeoutError, SQLAlchemyError, pytest.fail.Exception)


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hurry(monkeypatch)
    return as_shipped(settings)


def each(bugs: dict[str, Bug]) -> pytest.MarkDecorator:
    """Run for every one of the bugs, on the database on which it shows."""
    on = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    runs = [
        pytest.param(bug.on, bug, id=name, marks=on[bug.on].marks) for name, bug in bugs.items()
    ]
    return pytest.mark.parametrize(("settings", "bug"), runs, indirect=["settings"])


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Nothing that a bug has built is left to other tests."""
    yield
    forget_statements()


@pytest.fixture
async def elsewhere(settings: Settings) -> AsyncIterator[Database]:
    """Another connection to the database, for the tests that ask for one."""
    database = Database(settings.database_url)
    yield database
    await database.close()


def plant(changes: tuple[Change, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the rule in the source."""
    for module in (silence, sockets):
        monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    for change in changes:
        change.plant(monkeypatch)


async def plant_with_sql(bug: Bug, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the rule in the source, and in the schema."""
    plant(bug.changes, monkeypatch)
    if bug.sql:
        async with database.writing() as session:
            await session.execute(text(bug.sql))


async def look_at_the_desk(bug: Bug, desk: RunningDesk, elsewhere: Database) -> None:
    """Run the test of the real desk that is named for the bug."""
    asked = inspect.signature(bug.found_by).parameters
    more = {"elsewhere": elsewhere} if "elsewhere" in asked else {}
    await bug.found_by(desk, **more, **bug.told)


@on_sqlite
@pytest.mark.parametrize("bug", BY_THE_MACHINE)
def test_the_state_machine_finds(
    bug: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(BY_THE_MACHINE[bug], monkeypatch)
    with pytest.raises(FOUND):
        run_machine(settings, MOST_EXAMPLES)


@pytest.mark.parametrize("bug", IN_THE_ROOMS)
def test_the_rooms_beside_the_librarys_find(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant((IN_THE_ROOMS[bug],), monkeypatch)
    with pytest.raises(FOUND):
        run_state_machine_as_test(Both, settings=LOOKS)


@each(IN_THE_HALL)
async def test_a_test_of_the_line_finds(
    bug: Bug, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant_with_sql(bug, hall.database, monkeypatch)
    with pytest.raises(FOUND):
        await bug.found_by(hall, **bug.told)


@each(IN_THE_HALL)
async def test_without_its_bug_the_test_of_the_line_passes(bug: Bug, hall: Hall) -> None:
    await bug.found_by(hall, **bug.told)


@each(AT_THE_DESK)
async def test_a_test_of_the_desk_finds(
    bug: Bug, desk: RunningDesk, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant_with_sql(bug, desk.database, monkeypatch)
    with pytest.raises(FOUND):
        await look_at_the_desk(bug, desk, elsewhere)


@each(AT_THE_DESK)
async def test_without_its_bug_the_test_of_the_desk_passes(
    bug: Bug, desk: RunningDesk, elsewhere: Database
) -> None:
    await look_at_the_desk(bug, desk, elsewhere)


@each(AT_A_START)
async def test_a_test_of_the_start_finds(
    bug: Bug, settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(bug.changes, monkeypatch)
    with pytest.raises(FOUND):
        await bug.found_by(settings, clock)


@each(AT_A_START)
async def test_without_its_bug_the_test_of_the_start_passes(
    bug: Bug, settings: Settings, clock: SetClock
) -> None:
    await bug.found_by(settings, clock)


@pytest.mark.parametrize("bug", ON_THE_SOCKETS)
async def test_a_test_of_the_sockets_finds(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its bug each of them passes where it stands."""
    planted = ON_THE_SOCKETS[bug]
    plant(planted.changes, monkeypatch)
    for module in (sockets, telling, test_lost_clients):
        monkeypatch.setattr(module, "PATIENCE_S", 1.0)
    monkeypatch.setattr(slices, "SLICE_S", 0.0)
    asked = inspect.signature(planted.found_by).parameters
    told = {"is_direct": True, "monkeypatch": monkeypatch, **planted.told}
    with pytest.raises(FOUND):
        await planted.found_by(**{name: told[name] for name in asked})
