"""Migrations: from nothing to exactly the tables that the program knows."""

import asyncio
from datetime import date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk import audit
from desk.audit import AuditSeal, Did
from desk.database import Database
from desk.migrate import alembic_config, migrate
from desk.settings import Settings
from tests.support import MORNING, on_postgresql
from waiting_room.tables import Base


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Base.metadata))


SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT table_name || '.' || column_name, data_type || is_nullable
            FROM information_schema.columns WHERE table_schema = 'public'
    """,
}


async def _schema(database: Database) -> set[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.execute(text(SCHEMA[database.reader.dialect.name]))
        return {(name, sql) for name, sql in rows}


async def test_the_newest_revision_is_the_metadata(database: Database) -> None:
    async with database.writer.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_checks_and_partial_indexes_are_there_too(database: Database) -> None:
    """What alembic does not compare: CHECK constraints, and the conditions of indexes."""

    def checks(connection: Connection) -> dict[str, set[str | None]]:
        found = inspect(connection)
        return {
            name: {one["name"] for one in found.get_check_constraints(name)}
            for name in Base.metadata.tables
        }

    async with database.writer.connect() as connection:
        found = await connection.run_sync(checks)
    known = {
        name: {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }
    if database.writer.dialect.name == "postgresql":  # which has a type of its own for it
        known["call"].remove("ck_call_is_first")
        known["recording_pause"].remove("ck_recording_pause_is_final")
    assert found == known
    conditions = {name: sql for name, sql in await _schema(database) if sql and " WHERE " in sql}
    assert set(conditions) == {
        "ix_outbox_mail_unsent",
        "ix_slot_free",
        "uq_call_open_ticket",
        "uq_consent_meeting_standing",
        "uq_recording_pause_open",
        "uq_call_open_verifier",
        "uq_claim_open_access",
        "uq_claim_open_verifier",
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


async def _fill_the_log(database: Database) -> None:
    async with database.writing() as session:
        await audit.record(session, audit.SYSTEM, Did.LEFT, "ticket", MORNING)
        await session.flush()
        session.add(AuditSeal(position=1, entry=1, mac="0" * 64))


async def _refuses(database: Database, table: str, change: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        async with database.writing() as session:
            await session.execute(text(change))
    async with database.reading() as session:
        count = await session.execute(text(f"SELECT count(*) FROM {table}"))
        assert count.scalar_one() == 1


@pytest.mark.parametrize(
    ("table", "column"), [("audit_entry", "act"), ("audit_entry", "id"), ("audit_seal", "mac")]
)
async def test_the_audit_log_can_only_grow(database: Database, table: str, column: str) -> None:
    await _fill_the_log(database)
    await _refuses(database, table, f"UPDATE {table} SET {column} = {column}")
    await _refuses(database, table, f"DELETE FROM {table}")


@on_postgresql
async def test_nor_can_it_be_emptied_at_once(database: Database) -> None:
    await _fill_the_log(database)
    for table in ("audit_entry", "audit_seal"):
        await _refuses(database, table, f"TRUNCATE {table} CASCADE")


@on_postgresql
async def test_two_processes_that_start_at_once_migrate_once(settings: Settings) -> None:
    both = [Database(settings.database_url) for _ in range(2)]
    async with both[0].writer.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await asyncio.gather(*map(migrate, both))
    async with both[0].writer.connect() as connection:
        assert await connection.run_sync(_differences) == []
    for database in both:
        await database.close()


async def test_a_migration_that_fails_leaves_nothing(settings: Settings) -> None:
    database = Database(settings.database_url.replace("desk.db", "other.db"))
    async with database.writing() as session:
        if database.writer.dialect.name == "postgresql":
            await session.execute(text("DROP SCHEMA public CASCADE"))
            await session.execute(text("CREATE SCHEMA public"))
        await session.execute(text("CREATE TABLE verdict (id INTEGER)"))  # in the way of the last
    before = await _schema(database)
    with pytest.raises(DBAPIError, match="verdict"):
        await migrate(database)
    assert await _schema(database) == before
    await database.close()


async def test_mails_of_before_the_languages_are_indonesian(settings: Settings) -> None:
    database = Database(settings.database_url.replace("desk.db", "other.db"))
    if database.writer.dialect.name == "postgresql":
        async with database.writing() as session:
            await session.execute(text("DROP SCHEMA public CASCADE"))
            await session.execute(text("CREATE SCHEMA public"))
    await migrate(database, "0004")
    mail = {
        "id": "mail", "message_id": "<mail@desk.test>", "kind": "verdict", "recipient": "a@b.test",
        "recipient_name": "Ani", "subject": "Akses", "text_body": "", "html_body": "",
    }  # fmt: skip
    names = ", ".join(mail)
    values = ", ".join(f":{name}" for name in mail)
    moments = ", ".join(["'2026-11-24 01:00:00'"] * 3)
    async with database.writing() as session:
        await session.execute(
            text(
                f"INSERT INTO outbox_mail ({names}, attempts, created_at, due_since_at, "
                f"next_attempt_at) VALUES ({values}, 0, {moments})"
            ),
            mail,
        )
    await migrate(database)
    async with database.reading() as session:
        found = await session.execute(text("SELECT language FROM outbox_mail"))
        assert found.scalar_one() == "id"
    for language in ("NULL", "'de'"):
        with pytest.raises(IntegrityError):
            async with database.writing() as session:
                await session.execute(text(f"UPDATE outbox_mail SET language = {language}"))
    await database.close()


async def test_accounts_of_before_the_sign_up_are_confirmed(settings: Settings) -> None:
    database = Database(settings.database_url.replace("desk.db", "other.db"))
    if database.writer.dialect.name == "postgresql":
        async with database.writing() as session:
            await session.execute(text("DROP SCHEMA public CASCADE"))
            await session.execute(text("CREATE SCHEMA public"))
    await migrate(database, "0005")
    async with database.writing() as session:
        await session.execute(
            text(
                "INSERT INTO account (id, email, name, role, password_hash, created_at) VALUES "
                "('ani', 'ani@contoh.test', 'Ani', 'verifier', 'x', '2026-11-24 01:00:00')"
            )
        )
    await migrate(database)
    async with database.reading() as session:
        found = await session.execute(text("SELECT confirmed_at = created_at FROM account"))
        assert found.scalar_one()
    await database.close()


# The rows of a verdict that was given in a call; columns that say nothing here are filled.
BEFORE_REVIEWS = {
    "account": {"id": "ani", "role": "verifier"},
    "access": {"id": "akses", "applicant": "ani", "state": "rejected"},
    "meeting": {"id": "rapat", "access": "akses"},
    "ticket": {"id": "tiket", "applicant": "ani", "meeting": "rapat", "state": "served"},
    "call": {"id": "telepon", "ticket": "tiket", "verifier": "ani", "outcome": "rejected"},
    "verdict": {
        "id": "putusan", "call": "telepon", "access": "akses", "verifier": "ani",
        "decision": "rejected",
    },
}  # fmt: skip


def _insert(connection: Connection, name: str, given: dict[str, str]) -> None:
    """A row of a table as it is at this revision."""
    table = Table(name, MetaData(), autoload_with=connection)
    filler = {datetime: MORNING, date: MORNING.date(), dict: [], object: []}
    row: dict[str, Any] = {}
    for column in table.columns:
        if not column.nullable and column.name not in given:
            kind = column.type.python_type
            row[column.name] = filler[kind] if kind in filler else kind()
    connection.execute(table.insert().values(row | given))


async def test_verdicts_of_before_the_reviews_stay_those_of_their_calls(settings: Settings) -> None:
    database = Database(settings.database_url.replace("desk.db", "other.db"))
    if database.writer.dialect.name == "postgresql":
        async with database.writing() as session:
            await session.execute(text("DROP SCHEMA public CASCADE"))
            await session.execute(text("CREATE SCHEMA public"))
    await migrate(database, "0011")
    async with database.writer.connect() as connection:
        for name, given in BEFORE_REVIEWS.items():
            await connection.run_sync(_insert, name, given)
        await connection.commit()
    await migrate(database)
    async with database.reading() as session:
        found = await session.execute(text("SELECT id, call, claim, access FROM verdict"))
        assert found.all() == [("putusan", "telepon", None, "akses")]
        number = await session.execute(text("SELECT company_number FROM access"))
        assert number.scalar_one() == ""
    # What decided has to be named.
    with pytest.raises(IntegrityError, match="made_in"):
        async with database.writing() as session:
            await session.execute(text("UPDATE verdict SET call = NULL"))
    await database.close()
