"""The database: one engine to read with, one to write with, and how each one begins.

SQLite has a single writer. Writers queue here, on a pool of one connection, in order and without
polling; each begins with BEGIN IMMEDIATE, so that none finds out at its first write that it must
start again. Readers begin deferred and never wait for a writer (WAL).

PostgreSQL has many writers, which lock rows (READ COMMITTED: each statement sees what others have
committed). A reader sees one moment there too (REPEATABLE READ).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiosqlite
import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

BUSY_TIMEOUT_MS = 5_000
SQLITE_READERS = 4

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    # NORMAL can lose a committed verdict when the power fails (trust.md, finding 8).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # A key that was destroyed must not lie on in a page's free space.
    "PRAGMA secure_delete = ON",
)
# Meanwhile other writers wait: a reader that takes longer is tried again later.
FORGETS_WITHIN_MS = 500

# For each of the two engines; a server admits 100 connections where nobody says otherwise.
POSTGRESQL_CONNECTIONS = 10
CONNECTS_WITHIN_S = 10
# A network that swallows everything would else hold a request for ever.
ANSWERS_WITHIN_S = 20
POSTGRESQL_DEFAULTS = {
    "application_name": "meja-verifikasi",
    "timezone": "UTC",
    # Compiling a plan takes longer than any of our statements.
    "jit": "off",
}
POSTGRESQL_WRITES = {
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
}
POSTGRESQL_READS = {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
}


class Unreachable(ConnectionError):
    """Nobody answers where the database should be."""


def _prepare_connection(connection: Any, _record: object) -> None:
    # The driver's own implicit BEGIN is switched off; `_begin` below says how each one starts.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(statement: str) -> Any:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _sqlite_engine(url: URL, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=1 if writes else SQLITE_READERS, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _prepare_connection)
    event.listen(engine.sync_engine, "begin", _begin("BEGIN IMMEDIATE" if writes else "BEGIN"))
    return engine


def _postgresql_engine(url: URL, *, writes: bool) -> AsyncEngine:
    # Said once for each connection: no statement more for each transaction.
    begins = POSTGRESQL_WRITES if writes else POSTGRESQL_READS
    return create_async_engine(
        url,
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        connect_args={
            "timeout": CONNECTS_WITHIN_S,
            "command_timeout": ANSWERS_WITHIN_S,
            "async_creator_fn": _connect,
            "server_settings": {**POSTGRESQL_DEFAULTS, **begins},
        },
    )


async def _connect(*address: Any, **more: Any) -> asyncpg.Connection:
    """A connection. Raises Unreachable, or what the server answers."""
    try:
        return await asyncpg.connect(*address, **more)
    except OSError as error:
        raise Unreachable(str(error)) from error


def open_engine(url: URL, *, writes: bool) -> AsyncEngine:
    """An engine on the database of `url`, whose transactions all write or all only read."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, writes=writes)
    return _postgresql_engine(url, writes=writes)


class Database:
    """Hands out sessions: `reading()` and `writing()`, each one transaction."""

    def __init__(self, database_url: str) -> None:
        """Open nothing yet; the folder of an SQLite file is made."""
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self.reader = open_engine(url, writes=False)
        self.writer = open_engine(url, writes=True)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False)
        self._write = async_sessionmaker(self.writer, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one moment of the database and must not write."""
        async with self._read() as session, session.begin():
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end of the block, or rolls back on an exception."""
        async with self._write() as session, session.begin():
            yield session

    async def forget_old_pages(self) -> bool:
        """Empty SQLite's log, where pages lie as they were before a row was overwritten.

        False while somebody reads what is older. PostgreSQL keeps its own: see ARCHITECTURE.md.
        """
        if self.writer.dialect.name != "sqlite":
            return True
        async with self.writer.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = cast(aiosqlite.Connection, raw.driver_connection)
            # Not in a transaction, which every statement of ours would begin.
            await driver.execute(f"PRAGMA busy_timeout = {FORGETS_WITHIN_MS}")
            try:
                result = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy, *_pages = await result.fetchone() or (1,)
            finally:
                await driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        return not is_busy

    async def close(self) -> None:
        """Close every connection."""
        await self.reader.dispose()
        await self.writer.dispose()
