"""Many people in a database at once: applicants with a meeting now, and verifiers on duty."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from desk.access.tables import Access, AccessState
from desk.accounts.sessions import token_digest
from desk.accounts.tables import Account, Role, SignIn
from desk.audit import AuditEntry, Did
from desk.database import Database
from desk.schedule.tables import Meeting
from tests.hall import LATE_AFTER
from waiting_room.order import key_on_joining
from waiting_room.tables import Shift, ShiftState, Ticket, TicketState, new_id

ROLE = "PPK"
SESSION = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An account with its session's token; an applicant's meeting as well."""

    account: str
    token: str
    meeting: str = ""
    starts_at: datetime | None = None


async def enrol(
    database: Database, now: datetime, applicants: int, verifiers: int
) -> tuple[list[Enrolled], list[Enrolled]]:
    """So many applicants, booked at different minutes round `now`, and verifiers, all ready."""
    coming = [
        Enrolled(new_id(), new_id(), new_id(), now + timedelta(minutes=number * 7 % 40 - 20))
        for number in range(applicants)
    ]
    staff = [Enrolled(new_id(), new_id()) for _ in range(verifiers)]
    accounts = [_account(one, Role.APPLICANT, n, now) for n, one in enumerate(coming)]
    accounts += [_account(one, Role.VERIFIER, n, now) for n, one in enumerate(staff)]
    accesses = [_access(one, number, now) for number, one in enumerate(coming)]
    async with database.writing() as session:
        await session.execute(insert(Account), accounts)
        await session.execute(insert(SignIn), [_session(one, now) for one in coming + staff])
        await session.execute(insert(Access), accesses)
        await session.execute(insert(Meeting), list(map(_meeting, coming, accesses)))
        await session.execute(insert(Shift), [_shift(one, now) for one in staff])
    return coming, staff


async def line_up(database: Database, now: datetime, waiting: list[Enrolled]) -> list[str]:
    """Let them all have joined before: their tickets, with their rows in the log."""
    tickets = [_ticket(one, now) for one in waiting]
    entries = [
        {"at": now, "actor": one["applicant"], "act": Did.JOINED, "subject": one["id"],
         "detail": {"order": one["order_class"]}}
        for one in tickets
    ]  # fmt: skip
    async with database.writing() as session:
        await session.execute(insert(Ticket), tickets)
        await session.execute(insert(AuditEntry), entries)
    return [str(one["id"]) for one in tickets]


def _session(one: Enrolled, now: datetime) -> dict[str, Any]:
    return {
        "token_hash": token_digest(one.token), "account": one.account, "created_at": now,
        "expires_at": now + SESSION,
    }  # fmt: skip


def _meeting(one: Enrolled, access: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": one.meeting, "access": access["id"], "starts_at": one.starts_at,
        "created_at": access["submitted_at"],
    }  # fmt: skip


def _shift(one: Enrolled, now: datetime) -> dict[str, Any]:
    return {"verifier": one.account, "state": ShiftState.READY, "since_at": now}


def _ticket(one: Enrolled, now: datetime) -> dict[str, Any]:
    assert one.starts_at is not None
    key = key_on_joining(one.starts_at, now, LATE_AFTER)
    return {
        "id": new_id(), "applicant": one.account, "meeting": one.meeting,
        "state": TicketState.WAITING, "order_class": int(key.order_class),
        "order_at": key.order_at, "joined_at": now, "waiting_since_at": now,
    }  # fmt: skip


def _account(one: Enrolled, role: Role, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": one.account, "email": f"{role.value}{number}@contoh.test",
        "name": f"{role.value} {number}", "role": role, "password_hash": "-",
        "desk_number": number + 1 if role is Role.VERIFIER else None, "created_at": now,
    }  # fmt: skip


def _access(one: Enrolled, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "number": f"MV-2611-{number:05}", "applicant": one.account,
        "state": AccessState.SCHEDULED, "role": ROLE, "rank": "III/d", "agency_type": "Kota",
        "agency": "Kota Contoh", "unit": "Dinas Contoh", "unit_tax_number": "0009001011941000",
        "letter_number": f"800/{number}/2026", "valid_from": date(2026, 1, 2),
        "valid_until": date(2026, 12, 31), "timezone": _midday_zone(now), "submitted_at": now,
    }  # fmt: skip


def _midday_zone(now: datetime) -> str:
    """A zone in which the day neither has just begun nor is about to end, whenever this runs."""
    east = 12 - now.hour
    return f"Etc/GMT{-east:+}" if east else "Etc/GMT"
