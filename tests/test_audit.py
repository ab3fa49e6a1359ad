"""The audit log: an act and its row are one."""

import pytest
from sqlalchemy import select

from desk import audit
from desk.audit import AuditEntry, Did
from desk.database import Database
from tests.support import MORNING, on_sqlite
from waiting_room.tables import Shift, ShiftState


async def _entries(database: Database) -> list[AuditEntry]:
    async with database.reading() as session:
        return list((await session.execute(select(AuditEntry).order_by(AuditEntry.id))).scalars())


async def _act(database: Database, verifier: str, *, fail: bool) -> None:
    async with database.writing() as session:
        session.add(Shift(verifier=verifier, state=ShiftState.READY, since_at=MORNING))
        await audit.record(session, verifier, Did.SHIFT_CHANGED, verifier, MORNING, state="ready")
        await session.flush()
        if fail:
            raise ZeroDivisionError


async def test_the_act_and_its_row_are_kept_together(database: Database) -> None:
    await _act(database, "vera", fail=False)
    (entry,) = await _entries(database)
    assert (entry.actor, entry.act, entry.subject) == ("vera", "shift_changed", "vera")
    assert (entry.at, entry.detail) == (MORNING, {"state": "ready"})


async def test_neither_is_kept_where_the_act_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await _act(database, "vera", fail=True)
    assert await _entries(database) == []
    async with database.reading() as session:
        assert await session.get(Shift, "vera") is None


@on_sqlite
async def test_ids_have_no_gap_after_an_act_that_failed(database: Database) -> None:
    await _act(database, "vera", fail=False)
    with pytest.raises(ZeroDivisionError):
        await _act(database, "wati", fail=True)
    await _act(database, "yuni", fail=False)
    assert [entry.id for entry in await _entries(database)] == [1, 2]


def test_the_same_row_has_the_same_bytes_whatever_the_order_of_its_detail() -> None:
    first, second = (
        AuditEntry(id=7, at=MORNING, actor="é", act="left", subject="s", detail=detail)
        for detail in ({"a": 1.5, "b": None}, {"b": None, "a": 1.5})
    )
    assert first.canonical() == second.canonical()
    assert "é" in first.canonical().decode()
