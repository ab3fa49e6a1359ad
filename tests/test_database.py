"""The database: what each connection begins with, and who waits for whom."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.database import BUSY_TIMEOUT_MS, POSTGRESQL_CONNECTIONS, Database
from desk.settings import Settings
from tests.support import MORNING, on_postgresql, on_sqlite
from waiting_room.tables import Absence, Shift, ShiftState

EXPECTED = {
    "synchronous": 2,
    "journal_mode": "wal",
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "secure_delete": 1,
}


def _shift(verifier: str) -> Shift:
    return Shift(verifier=verifier, state=ShiftState.READY, since_at=MORNING)


async def _pragmas(engine: AsyncEngine) -> dict[str, object]:
    async with engine.connect() as connection:
        return {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in EXPECTED
        }


def _beside(settings: Settings) -> sqlite3.Connection:
    """Another program at the same file, which does not wait."""
    connection = sqlite3.connect(settings.data_dir / "desk.db", timeout=0, isolation_level=None)
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


@on_sqlite
async def test_every_connection_has_the_pragmas(database: Database) -> None:
    for engine in (database.reader, database.writer):
        assert await _pragmas(engine) == EXPECTED


@on_sqlite
async def test_the_log_is_emptied_as_soon_as_nobody_reads_what_is_older(
    settings: Settings, database: Database
) -> None:
    async with database.reading() as session:
        await session.execute(select(Shift))
        async with database.writing() as writer:
            writer.add(_shift("v1"))
        assert not await database.forget_old_pages()
    assert await database.forget_old_pages()
    assert (settings.data_dir / "desk.db-wal").stat().st_size == 0
    assert await _pragmas(database.writer) == EXPECTED


@on_postgresql
@pytest.mark.parametrize(
    ("engine", "isolation", "reads_only"),
    [("reader", "repeatable read", "on"), ("writer", "read committed", "off")],
)
async def test_every_transaction_begins_as_its_engine_says(
    database: Database, engine: str, isolation: str, reads_only: str
) -> None:
    expected = {
        "transaction_isolation": isolation,
        "transaction_read_only": reads_only,
        "TimeZone": "UTC",
        "jit": "off",
    }
    pool: AsyncEngine = getattr(database, engine)
    for _ in range(2):  # a connection that comes back to the pool keeps them
        async with pool.connect() as connection:
            for name, value in expected.items():
                (shown,) = (await connection.execute(text(f"SHOW {name}"))).one()
                assert shown == value, name


@on_postgresql
async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with database.reading() as session:
            session.add(_shift("vera"))


@on_sqlite
async def test_a_writer_holds_the_lock_from_its_first_statement_on(
    database: Database, settings: Settings
) -> None:
    beside = _beside(settings)
    async with database.writing() as session:
        await session.execute(text("SELECT count(*) FROM shift"))
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            beside.execute("BEGIN IMMEDIATE")
    beside.execute("BEGIN IMMEDIATE")
    beside.close()


@on_sqlite
async def test_a_reader_holds_no_lock(database: Database, settings: Settings) -> None:
    beside = _beside(settings)
    async with database.reading() as session:
        await session.execute(text("SELECT count(*) FROM shift"))
        beside.execute("BEGIN IMMEDIATE")
        beside.execute("ROLLBACK")
    beside.close()


async def test_readers_see_one_moment_while_others_write(database: Database) -> None:
    count = text("SELECT count(*) FROM shift")
    async with database.reading() as early:
        assert (await early.execute(count)).scalar_one() == 0
        async with database.writing() as writer:
            writer.add(_shift("vera"))
            await writer.flush()
            async with database.reading() as meanwhile:
                assert (await meanwhile.execute(count)).scalar_one() == 0
        assert (await early.execute(count)).scalar_one() == 0
        async with database.reading() as late:
            assert (await late.execute(count)).scalar_one() == 1


@on_postgresql
async def test_more_writers_than_connections_wait_for_one(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.writing() as session:
            session.add(_shift(f"verifier {number}"))

    await asyncio.gather(*(write(number) for number in range(3 * POSTGRESQL_CONNECTIONS)))
    async with database.reading() as session:
        count = await session.execute(text("SELECT count(*) FROM shift"))
        assert count.scalar_one() == 3 * POSTGRESQL_CONNECTIONS


@on_sqlite
async def test_writers_wait_for_each_other_in_order(database: Database) -> None:
    entered: list[int] = []

    async def write(number: int) -> None:
        async with database.writing() as session:
            session.add(_shift(f"verifier {number}"))
            await session.flush()
            entered.append(number)

    await asyncio.gather(*(write(number) for number in range(30)))
    assert entered == list(range(30))


async def test_an_exception_takes_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            session.add(_shift("vera"))
            await session.flush()
            _ = 1 / 0
    async with database.reading() as session:
        assert await session.get(Shift, "vera") is None


async def test_a_cancelled_writer_leaves_nothing_behind_and_blocks_nobody(
    database: Database,
) -> None:
    inside = asyncio.Event()

    async def write_for_ever() -> None:
        async with database.writing() as session:
            session.add(_shift("vera"))
            await session.flush()
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_for_ever())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.writing() as session:
        session.add(_shift("vera"))


async def test_foreign_keys_are_enforced(database: Database) -> None:
    orphan = Absence(ticket="nowhere", since_at=MORNING)
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        async with database.writing() as session:
            session.add(orphan)


async def test_a_word_that_is_no_state_is_refused_by_the_database(database: Database) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)check"):
        async with database.writing() as session:
            await session.execute(
                text("INSERT INTO shift VALUES ('vera', 'asleep', NULL, '2026-11-24')")
            )


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "desk.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
    await database.close()
    assert path.exists()


async def test_times_come_back_aware_and_naive_ones_are_refused(database: Database) -> None:
    async with database.writing() as session:
        session.add(_shift("vera"))
    async with database.reading() as session:
        shift = await session.get(Shift, "vera")
        assert shift is not None
        assert (shift.since_at, shift.since_at.tzinfo) == (MORNING, MORNING.tzinfo)
    with pytest.raises(Exception, match="without a zone"):
        async with database.writing() as session:
            session.add(
                Shift(
                    verifier="wati",
                    state=ShiftState.READY,
                    since_at=MORNING.replace(tzinfo=None),
                )
            )
