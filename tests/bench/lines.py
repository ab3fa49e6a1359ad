"""A database with people who wait, and the tricks that make verifiers ready again."""

import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account, Role
from desk.database import Database
from desk.migrate import migrate
from desk.schedule.tables import Meeting
from tests.support import MORNING
from waiting_room.order import OrderClass
from waiting_room.tables import Shift, ShiftState, Ticket, TicketState, new_id

# Fixed lengths, as the desk's own ids have.
VERIFIERS = [f"verifier-{number:013}" for number in range(50)]


async def line_of(path: Path, waiting: int, at: datetime = MORNING) -> Database:
    """A fresh SQLite file in which so many wait since `at`, and 50 verifiers are ready."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    await fill(database, waiting, at)
    return database


async def fill(database: Database, waiting: int, at: datetime) -> None:
    """Let so many wait since `at`, and 50 verifiers be ready, in a migrated, empty database."""
    ids = [(new_id(), new_id(), new_id(), number) for number in range(waiting)]
    async with database.writing() as session:
        await session.execute(insert(Account), [an_account(one, n, at) for one, _, _, n in ids])
        await session.execute(insert(Account), [_verifier(v, at) for v in VERIFIERS])
        await session.execute(
            insert(Access), [an_access(one, two, n, at) for one, two, _, n in ids]
        )
        await session.execute(
            insert(Meeting),
            [
                {"id": three, "access": two, "starts_at": at, "created_at": at}
                for _, two, three, _ in ids
            ],
        )
        await session.execute(
            insert(Ticket), [_ticket(one, three, n, at) for one, _, three, n in ids]
        )
        await session.execute(
            insert(Shift),
            [{"verifier": v, "state": ShiftState.READY, "since_at": at} for v in VERIFIERS],
        )


def an_account(account: str, number: int, at: datetime) -> dict[str, object]:
    """The row of an applicant."""
    return {
        "id": account, "email": f"pemohon{number}@contoh.test", "name": f"Pemohon {number}",
        "role": Role.APPLICANT, "password_hash": "-", "created_at": at,
    }  # fmt: skip


def _verifier(account: str, at: datetime) -> dict[str, object]:
    return {
        "id": account, "email": f"{account}@contoh.test", "name": account, "role": Role.VERIFIER,
        "password_hash": "-", "created_at": at,
    }  # fmt: skip


def an_access(account: str, access: str, number: int, at: datetime) -> dict[str, object]:
    """The row of their access."""
    return {
        "id": access, "number": f"MV-2611-{number}", "applicant": account,
        "state": AccessState.SCHEDULED, "role": "PPK", "rank": "III/d", "agency_type": "Kota",
        "agency": "Kota Contoh", "unit": "Dinas Contoh", "unit_tax_number": "0009001011941000",
        "letter_number": "800/1/2026", "valid_from": date(2026, 1, 2),
        "valid_until": date(2026, 12, 31), "timezone": "Asia/Jakarta", "submitted_at": at,
    }  # fmt: skip


def _ticket(account: str, meeting: str, number: int, at: datetime) -> dict[str, object]:
    return {
        "id": new_id(), "applicant": account, "meeting": meeting, "state": TicketState.WAITING,
        "order_class": OrderClass.BOOKED, "order_at": at + timedelta(seconds=number),
        "joined_at": at, "waiting_since_at": at,
    }  # fmt: skip


def end_all_calls(path: Path, ticket_state: str) -> None:
    """Make everybody ready again; the tickets are served, or wait at their places once more."""
    with sqlite3.connect(path, isolation_level=None) as file:
        file.execute("BEGIN IMMEDIATE")
        file.execute("UPDATE ticket SET state = ? WHERE state = 'in_call'", (ticket_state,))
        file.execute("UPDATE call SET ended_at = started_at WHERE ended_at IS NULL")
        file.execute("UPDATE shift SET state = 'ready'")
        file.execute("COMMIT")
    file.close()
