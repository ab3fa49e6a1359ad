"""Migrations: from nothing to exactly the tables that the program knows."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from desk import audit
from desk.audit import AuditSeal, Did
from desk.database import Database
from desk.migrate import alembic_config, migrate
from tests.support import MORNING
from waiting_room.tables import Base


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Base.metadata))


async def _schema(database: Database) -> set[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.execute(text("SELECT name, sql FROM sqlite_master"))
        return {(name, sql) for name, sql in rows}


async def test_the_newest_revision_is_the_metadata(database: Database) -> None:
    async with database.writer.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_checks_and_partial_indexes_are_there_too(database: Database) -> None:
    """What alembic does not compare: CHECK constraints, and the conditions of indexes."""

    def checks(connection: Connection) -> dict[str, int]:
        found = inspect(connection)
        return {name: len(found.get_check_constraints(name)) for name in Base.metadata.tables}

    async with database.writer.connect() as connection:
        found = await connection.run_sync(checks)
    known = {
        name: sum(type(one).__name__ == "CheckConstraint" for one in table.constraints)
        for name, table in Base.metadata.tables.items()
    }
    assert found == known
    conditions = {name: sql for name, sql in await _schema(database) if sql and " WHERE " in sql}
    assert set(conditions) == {
        "ix_outbox_mail_unsent",
        "uq_call_open_ticket",
        "uq_call_open_verifier",
        "uq_ticket_live_applicant",
    }


async def test_migrating_again_changes_nothing(database: Database) -> None:
    before = await _schema(database)
    await migrate(database)
    assert await _schema(database) == before


async def test_there_is_one_newest_revision(database: Database) -> None:
    def heads(connection: Connection) -> list[str]:
        return list(ScriptDirectory.from_config(alembic_config(connection)).get_heads())

    async with database.writer.connect() as connection:
        assert len(await connection.run_sync(heads)) == 1


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = 9", "DELETE FROM {}"])
async def test_the_audit_log_can_only_grow(database: Database, table: str, change: str) -> None:
    async with database.writing() as session:
        audit.record(session, audit.SYSTEM, Did.LEFT, "ticket", MORNING)
        await session.flush()
        session.add(AuditSeal(position=1, entry=1, mac="0" * 64))
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        async with database.writing() as session:
            await session.execute(text(change.format(table)))
    async with database.reading() as session:
        count = await session.execute(text(f"SELECT count(*), max(rowid) FROM {table}"))
        assert count.one() == (1, 1)
