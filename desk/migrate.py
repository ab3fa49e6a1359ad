"""Bringing the database to the newest revision."""

from pathlib import Path
from typing import cast

import aiosqlite
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x6D656A61  # any number that nobody else locks: "meja"


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, without a file: the scripts lie in the package."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade in one writing transaction; nothing changes where it fails.

    Of two processes that start at once the second waits, and finds nothing to do.
    """

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        command.upgrade(alembic_config(connection), revision)

    async with database.writer.connect() as connection:
        await _foreign_keys(connection, "OFF")
        await connection.run_sync(upgrade)
        await _demand_whole(connection)
        await connection.commit()
        await _foreign_keys(connection, "ON")


async def _foreign_keys(connection: AsyncConnection, state: str) -> None:
    """SQLite changes a table by making it anew, which no foreign key to it would outlive.

    Only outside a transaction can they be switched; so the driver is asked itself.
    """
    if connection.dialect.name == "sqlite":
        raw = await connection.get_raw_connection()
        driver = cast(aiosqlite.Connection, raw.driver_connection)
        await driver.execute(f"PRAGMA foreign_keys = {state}")


async def _demand_whole(connection: AsyncConnection) -> None:
    if connection.dialect.name == "sqlite":
        broken = await connection.exec_driver_sql("PRAGMA foreign_key_check")
        if rows := broken.all():
            raise RuntimeError(f"the migration left rows without their parents: {rows[:5]}")
