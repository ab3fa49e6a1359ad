"""A command and its database: opened, brought to the newest revision, filled, closed again."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from desk.access.reasons import load_reasons
from desk.audit import AuditSeal
from desk.database import Database
from desk.directory.loading import load_directory
from desk.migrate import migrate
from desk.settings import Settings, SettingsError


def with_database(
    settings: Settings, work: Callable[[Database], Awaitable[int]], *, only_reads: bool = False
) -> int:
    """The exit status that `work` gives. Raises SettingsError, in one line."""

    async def run(database: Database) -> int:
        try:
            await _reach(_demand_tables(database) if only_reads else migrate(database))
            if not only_reads:
                await load_directory(database)
                await load_reasons(database)
            return await work(database)
        finally:
            await database.close()

    # What only reads must not make an empty database, and find nothing wrong in it.
    url = make_url(settings.database_url)
    if only_reads and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise SettingsError("DESK_DATABASE_URL: there is no such database")
    try:
        return asyncio.run(run(_database(settings)))
    except OperationalError as error:
        raise SettingsError(f"DESK_DATABASE_URL: {error.orig}") from None


def _database(settings: Settings) -> Database:
    try:
        return Database(settings.database_url)
    except OSError as error:
        raise SettingsError(f"DESK_DATABASE_URL: {error.strerror}: {error.filename}") from None
    except ArgumentError as error:
        raise SettingsError(f"DESK_DATABASE_URL: {error}") from None


async def _demand_tables(database: Database) -> None:
    async with database.reader.connect() as connection:
        await connection.execute(select(AuditSeal.position).limit(1))


async def _reach(first_contact: Awaitable[object]) -> None:
    """Wait for the first use of the database. Raises SettingsError where it fails, in one line."""
    try:
        await first_contact
    except (DBAPIError, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error)
        said = next(iter(reason.splitlines()), "no answer in time")
        raise SettingsError(f"DESK_DATABASE_URL: {said}") from None
