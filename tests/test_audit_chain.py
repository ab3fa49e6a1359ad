"""The seal over the log: whoever tampers with the rows, by whatever hand, is found out."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk import audit
from desk.audit import AuditEntry, Did
from desk.audit_chain import Report, anchor_path, chain_key, verify
from desk.audit_sealer import BrokenChain, Sealer, seal_batch
from desk.database import Database
from desk.settings import Settings
from tests.support import MORNING, on_postgresql, on_sqlite

ENTRIES = 24
TRIALS = 150


async def _record(database: Database, count: int) -> None:
    async with database.writing() as session:
        for number in range(count):
            act = list(Did)[number % len(Did)]
            await audit.record(
                session, f"actor {number}", act, f"s {number}", MORNING, waited_s=number
            )


async def _verify(settings: Settings, database: Database) -> Report:
    async with database.reading() as session:
        return await verify(session, chain_key(settings), anchor_path(settings))


@pytest.fixture
async def sealed(settings: Settings, database: Database) -> AsyncIterator[Sealer]:
    await _record(database, ENTRIES)
    sealer = Sealer(settings, database)
    await sealer.seal_all()
    yield sealer


async def test_an_empty_log_is_whole(settings: Settings, database: Database) -> None:
    assert await _verify(settings, database) == Report(0, 0)


async def test_a_sealed_log_is_whole(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    assert await _verify(settings, database) == Report(ENTRIES, 0)
    await _record(database, 3)
    assert await _verify(settings, database) == Report(ENTRIES, 3)
    await sealed.seal_all()
    assert await _verify(settings, database) == Report(ENTRIES + 3, 0)


async def test_many_batches_make_one_chain(settings: Settings, database: Database) -> None:
    await _record(database, 1203)
    await Sealer(settings, database).seal_all()
    assert await _verify(settings, database) == Report(1203, 0)


async def test_another_key_verifies_nothing(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    other = settings.model_copy(update={"secret_key": "another secret key " * 3})
    report = await _verify(other, database)
    assert report.first_bad == 1


@asynccontextmanager
async def _intruder(database: Database) -> AsyncIterator[AsyncConnection]:
    """The transaction of somebody whom neither triggers nor foreign keys hold."""
    async with database.writer.connect() as connection:
        for statement in LOOSENED[connection.dialect.name]:
            await connection.exec_driver_sql(statement)
        yield connection


LOOSENED = {
    "sqlite": [
        "PRAGMA defer_foreign_keys = ON",
        *(
            f"DROP TRIGGER {table}_no_{change}"
            for table in ("audit_entry", "audit_seal")
            for change in ("update", "delete")
        ),
    ],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
# Fields, and what each kind of database lets somebody write into them.
CHANGES = [
    ("at", "'2026-11-24 01:00:00.000001'"), ("actor", "'eve'"), ("act", "'approve'"),
    ("subject", "''"), ("detail", """'{"waited_s":0.5}'"""), ("detail", "'null'"),
    ("detail", """'"\\ud800"'"""),
]  # fmt: skip
OWN_CHANGES = {
    "sqlite": [("at", "'never'"), ("at", "5"), ("detail", "'{'"), ("detail", "x'FFFE'")],
    "postgresql": [("at", "'infinity'"), ("at", "'0044-03-15 12:00 BC'")],
}


@dataclass
class Tampering:
    """A lot of time, and each way to use it: what it would do, and which entry that hits."""

    chance: random.Random
    database: str
    statements: list[str] = field(default_factory=list)

    def does(self, *statements: str) -> None:
        self.statements.extend(statements)

    def entry(self, first: int = 1) -> int:
        return self.chance.randint(first, ENTRIES)

    def change_a_field(self) -> int:
        name, value = self.chance.choice(CHANGES + OWN_CHANGES[self.database])
        entry = self.entry()
        self.does(f"UPDATE audit_entry SET {name} = {value} WHERE id = {entry}")
        return entry

    def delete(self) -> int:
        entry = self.entry()
        self.does(f"DELETE FROM audit_entry WHERE id = {entry}")
        return entry

    def delete_with_its_seal(self) -> int:
        """The last one would be a cut."""
        entry = self.chance.randint(1, ENTRIES - 1)
        self.does(
            f"DELETE FROM audit_entry WHERE id = {entry}",
            f"DELETE FROM audit_seal WHERE entry = {entry}",
        )
        return entry + 1

    def insert_between(self) -> int:
        """Make room for a row in the middle by moving those behind it."""
        entry = self.entry()
        copied = f"SELECT {entry}, at, 'eve', act, subject, detail FROM audit_entry"
        self.does(
            f"UPDATE audit_entry SET id = -id - 1 WHERE id >= {entry}",
            "UPDATE audit_entry SET id = -id WHERE id < 0",
            f"INSERT INTO audit_entry {copied} WHERE id = {entry + 1}",
        )
        return entry

    def swap(self) -> int:
        one, other = sorted(self.chance.sample(range(1, ENTRIES + 1), 2))
        for old, new in ((one, 0), (other, one), (0, other)):
            self.does(f"UPDATE audit_entry SET id = {new} WHERE id = {old}")
        return one

    def change_a_seal(self) -> int:
        entry = self.entry()
        mac = self.chance.randbytes(32).hex()
        self.does(f"UPDATE audit_seal SET mac = '{mac}' WHERE entry = {entry}")
        return entry

    def cut_off(self) -> int:
        entry = self.entry()
        self.does(
            f"DELETE FROM audit_seal WHERE entry >= {entry}",
            f"DELETE FROM audit_entry WHERE id >= {entry}",
        )
        return entry

    def cut_off_the_seals_alone(self) -> int:
        entry = self.entry()
        self.does(f"DELETE FROM audit_seal WHERE entry >= {entry}")
        return entry

    WAYS = (
        change_a_field, change_a_field, delete, delete_with_its_seal, insert_between, swap,
        change_a_seal, cut_off, cut_off_the_seals_alone,
    )  # fmt: skip


async def test_every_tampering_is_found_and_named(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    key, anchor = sealed.key, sealed.anchor
    for trial in range(TRIALS):
        async with _intruder(database) as intruder:
            tampering = Tampering(random.Random(trial), intruder.dialect.name)
            first_bad = Tampering.WAYS[trial % len(Tampering.WAYS)](tampering)
            for statement in tampering.statements:
                await intruder.exec_driver_sql(statement)
            async with AsyncSession(intruder) as session:
                report = await verify(session, key, anchor)
        assert report.first_bad == first_bad, f"trial {trial}, {tampering.statements}: {report}"
        assert report.problem


async def test_a_chain_that_was_cut_is_not_sealed_on(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    """The next sealing would move the anchor, and with it the only witness of the cut."""
    async with _intruder(database) as intruder:
        tampering = Tampering(random.Random(1), intruder.dialect.name)
        tampering.cut_off()
        for statement in tampering.statements:
            await intruder.exec_driver_sql(statement)
        await intruder.commit()
    await _record(database, 1)
    with pytest.raises(BrokenChain):
        await seal_batch(database, sealed.key, sealed.anchor)
    assert "cut off" in (await _verify(settings, database)).problem


async def test_an_anchor_that_was_left_behind_by_a_crash_is_caught_up_with(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    """Killed between the commit and the file: the anchor is older than the chain, and true."""
    older = sealed.anchor.read_bytes()
    await _record(database, 2)
    await sealed.seal_all()
    sealed.anchor.write_bytes(older)
    assert await _verify(settings, database) == Report(ENTRIES + 2, 0)
    await _record(database, 1)
    await sealed.seal_all()
    assert await _verify(settings, database) == Report(ENTRIES + 3, 0)


async def test_a_chain_whose_anchor_is_gone_or_torn_is_named(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    for tear in (sealed.anchor.unlink, lambda: sealed.anchor.write_text("{")):
        tear()
        assert (await _verify(settings, database)).problem == "the anchor is missing"
        await _record(database, 1)
        with pytest.raises(BrokenChain):
            await sealed.seal_all()


@on_sqlite
async def test_an_entry_removed_before_it_was_sealed_leaves_a_gap_that_shows(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    await _record(database, 2)
    async with _intruder(database) as intruder:
        await intruder.exec_driver_sql(f"DELETE FROM audit_entry WHERE id = {ENTRIES + 1}")
        await intruder.commit()
    found = Report(ENTRIES, 1, ENTRIES + 2, "entries before it are missing")
    assert await _verify(settings, database) == found
    await sealed.seal_all()
    assert (await _verify(settings, database)).first_bad == ENTRIES + 2


@on_sqlite
@pytest.mark.parametrize("planted", [0, -7])
async def test_an_entry_added_before_the_chain_is_named(
    settings: Settings, database: Database, sealed: Sealer, planted: int
) -> None:
    async with database.writing() as session:
        session.add(AuditEntry(id=planted, at=MORNING, actor="eve", act="x", subject="", detail={}))
    assert await _verify(settings, database) == Report(
        ENTRIES, 1, planted, "the entry was added later, outside the chain"
    )


@on_postgresql
async def test_entries_that_come_late_or_never_are_no_gaps(
    settings: Settings, database: Database, sealed: Sealer
) -> None:
    """An id is given before its transaction ends, in whatever way and order that happens."""
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            await audit.record(session, "never", Did.LEFT, "s", MORNING)
            await session.flush()
            _ = 1 / 0
    async with database.writing() as late:
        await audit.record(late, "late", Did.LEFT, "s", MORNING)
        await late.flush()
        await _record(database, 2)
        await sealed.seal_all()
        assert await _verify(settings, database) == Report(ENTRIES + 2, 0)
    assert await _verify(settings, database) == Report(ENTRIES + 2, 1)
    await sealed.seal_all()
    assert await _verify(settings, database) == Report(ENTRIES + 3, 0)


@on_postgresql
async def test_a_sealer_that_starts_finds_what_came_far_too_late(
    settings: Settings, database: Database, sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it runs, it looks a little behind the newest seal alone."""
    monkeypatch.setattr("desk.audit_sealer.LATE_BY", 5)
    async with database.writing() as late:
        await audit.record(late, "late", Did.LEFT, "s", MORNING)
        await late.flush()
        await _record(database, 5)
        await sealed.seal_all()
    await sealed.seal_all()
    assert await _verify(settings, database) == Report(ENTRIES + 5, 1)
    await Sealer(settings, database).seal_all()
    assert await _verify(settings, database) == Report(ENTRIES + 6, 0)
