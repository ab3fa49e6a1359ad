"""The database: one engine to read with, one to write with, and SQLite's pragmas.

SQLite has a single writer. Writers queue here, on a pool of one connection, in order and without
polling; each begins with BEGIN IMMEDIATE, so that none finds out at its first write that it must
start again. Readers begin deferred and never wait for a writer (WAL).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

BUSY_TIMEOUT_MS = 5_000
READERS = 4

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    # NORMAL can lose a committed verdict when the power fails (trust.md, finding 8).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


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


def sqlite_engine(url: str, *, writes: bool) -> AsyncEngine:
    """An engine on the SQLite file of `url`, whose transactions all write or all only read."""
    engine = create_async_engine(url, pool_size=1 if writes else READERS, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _prepare_connection)
    event.listen(engine.sync_engine, "begin", _begin("BEGIN IMMEDIATE" if writes else "BEGIN"))
    return engine


class Database:
    """Hands out sessions: `reading()` and `writing()`, each one transaction."""

    def __init__(self, url: str) -> None:
        """Open nothing yet; the folder of the file is made."""
        if path := make_url(url).database:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.reader = sqlite_engine(url, writes=False)
        self.writer = sqlite_engine(url, writes=True)
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

    async def close(self) -> None:
        """Close every connection."""
        await self.reader.dispose()
        await self.writer.dispose()
