"""The seal over the log: whoever tampers with the file, by whatever hand, is found out."""

import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk import audit
from desk.audit import Did
from desk.audit_chain import Report, anchor_path, chain_key, verify
from desk.audit_sealer import BrokenChain, Sealer, seal_batch
from desk.database import Database
from desk.settings import Settings
from tests.support import MORNING

ENTRIES = 24
TRIALS = 150


async def _record(database: Database, count: int) -> None:
    async with database.writing() as session:
        for number in range(count):
            act = list(Did)[number % len(Did)]
            audit.record(session, f"actor {number}", act, f"s {number}", MORNING, waited_s=number)


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


@dataclass
class Tampering:
    """Somebody with the file, the triggers gone, and a lot of time. Each way says whom it hits."""

    file: sqlite3.Connection
    chance: random.Random

    def entry(self, first: int = 1) -> int:
        return self.chance.randint(first, ENTRIES)

    def field(self) -> int:
        field, value = self.chance.choice(
            [
                ("at", "2026-11-24 01:00:00.000001"), ("at", "never"), ("at", 5), ("actor", "eve"),
                ("act", "approve"), ("subject", ""), ("detail", '{"waited_s":0.5}'),
                ("detail", "{"), ("detail", "null"), ("detail", b"\xff\xfe"),
                ("detail", '"\\ud800"'),
            ]
        )  # fmt: skip
        entry = self.entry()
        self.file.execute(f"UPDATE audit_entry SET {field} = ? WHERE id = ?", (value, entry))
        return entry

    def delete(self) -> int:
        entry = self.entry()
        self.file.execute("DELETE FROM audit_entry WHERE id = ?", (entry,))
        return entry

    def delete_with_its_seal(self) -> int:
        """The last one would be a cut."""
        entry = self.chance.randint(1, ENTRIES - 1)
        self.file.execute("DELETE FROM audit_entry WHERE id = ?", (entry,))
        self.file.execute("DELETE FROM audit_seal WHERE entry = ?", (entry,))
        return entry + 1

    def insert_between(self) -> int:
        """Make room for a row in the middle by moving those behind it."""
        entry = self.entry()
        self.file.execute("UPDATE audit_entry SET id = -id - 1 WHERE id >= ?", (entry,))
        self.file.execute("UPDATE audit_entry SET id = -id WHERE id < 0")
        copied = "SELECT ?, at, 'eve', act, subject, detail FROM audit_entry WHERE id = ?"
        self.file.execute(f"INSERT INTO audit_entry {copied}", (entry, entry + 1))
        return entry

    def swap(self) -> int:
        one, other = sorted(self.chance.sample(range(1, ENTRIES + 1), 2))
        for old, new in ((one, 0), (other, one), (0, other)):
            self.file.execute("UPDATE audit_entry SET id = ? WHERE id = ?", (new, old))
        return one

    def change_a_seal(self) -> int:
        entry = self.entry()
        mac = self.chance.randbytes(32).hex()
        self.file.execute("UPDATE audit_seal SET mac = ? WHERE entry = ?", (mac, entry))
        return entry

    def cut_off(self) -> int:
        entry = self.entry()
        self.file.execute("DELETE FROM audit_seal WHERE entry >= ?", (entry,))
        self.file.execute("DELETE FROM audit_entry WHERE id >= ?", (entry,))
        return entry

    def cut_off_the_seals_alone(self) -> int:
        entry = self.entry()
        self.file.execute("DELETE FROM audit_seal WHERE entry >= ?", (entry,))
        return entry

    WAYS = (
        field, field, delete, delete_with_its_seal, insert_between, swap, change_a_seal, cut_off,
        cut_off_the_seals_alone,
    )  # fmt: skip


def _tamper(path: Path, trial: int) -> int:
    """The id of the first entry that is no longer what it was."""
    file = sqlite3.connect(path, isolation_level=None)
    for table in ("audit_entry", "audit_seal"):
        for change in ("update", "delete"):
            file.execute(f"DROP TRIGGER {table}_no_{change}")
    tampering = Tampering(file, random.Random(trial))
    way: Callable[[Tampering], int] = Tampering.WAYS[trial % len(Tampering.WAYS)]
    first_bad = way(tampering)
    file.close()
    return first_bad


async def test_every_tampering_is_found_and_named(
    settings: Settings, database: Database, sealed: Sealer, tmp_path: Path
) -> None:
    await database.close()
    original, copy = tmp_path / "desk.db", tmp_path / "tampered.db"
    for trial in range(TRIALS):
        shutil.copy(original, copy)
        first_bad = _tamper(copy, trial)
        tampered = Database(f"sqlite+aiosqlite:///{copy}")
        report = await _verify(settings, tampered)
        await tampered.close()
        way = Tampering.WAYS[trial % len(Tampering.WAYS)].__name__
        assert report.first_bad == first_bad, f"trial {trial}, {way}: {report}"
        assert report.problem


async def test_a_chain_that_was_cut_is_not_sealed_on(
    settings: Settings, database: Database, sealed: Sealer, tmp_path: Path
) -> None:
    """The next sealing would move the anchor, and with it the only witness of the cut."""
    file = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    file.execute("DROP TRIGGER audit_entry_no_delete")
    file.execute("DROP TRIGGER audit_seal_no_delete")
    Tampering(file, random.Random(1)).cut_off()
    file.close()
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


async def test_an_entry_removed_before_it_was_sealed_leaves_a_gap_that_shows(
    settings: Settings, database: Database, sealed: Sealer, tmp_path: Path
) -> None:
    await _record(database, 2)
    with sqlite3.connect(tmp_path / "desk.db") as file:
        file.execute("DROP TRIGGER audit_entry_no_delete")
        file.execute("DELETE FROM audit_entry WHERE id = ?", (ENTRIES + 1,))
    file.close()
    found = Report(ENTRIES, 1, ENTRIES + 2, "entries before it are missing")
    assert await _verify(settings, database) == found
    await sealed.seal_all()
    assert (await _verify(settings, database)).first_bad == ENTRIES + 2
