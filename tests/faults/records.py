"""What the database holds after a fault test, read in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access, Claim, Verdict
from desk.accounts.tables import Account
from desk.audit import AuditEntry
from desk.notices.tables import OutboxMail
from desk.schedule.tables import Meeting
from waiting_room.tables import Base, Call, Shift, Ticket

Row = TypeVar("Row", bound=Base)
Key = tuple[int, datetime, datetime, str]


@dataclass(frozen=True)
class Records:
    """Every row that an invariant speaks of; the log in the order of its ids."""

    tickets: dict[str, Ticket]
    calls: dict[str, Call]
    shifts: dict[str, Shift]
    claims: dict[str, Claim]
    verdicts: list[Verdict]
    entries: list[AuditEntry]
    mails: list[OutboxMail]
    accesses: dict[str, Access]
    meetings: dict[str, Meeting]
    emails: dict[str, str]
    has_one_writer: bool

    @cached_property
    def calls_by_start(self) -> list[Call]:
        """The calls, the earliest first."""
        return sorted(self.calls.values(), key=lambda call: call.started_at)

    def ticket_of(self, entry: AuditEntry) -> str:
        """The ticket that an entry of the log is about, or an empty string."""
        if entry.subject in self.tickets:
            return entry.subject
        detail: dict[str, Any] = entry.detail
        call = self.calls.get(detail.get("call", entry.subject))
        return str(detail.get("ticket") or (call.ticket if call else ""))


def key_of(ticket: Ticket) -> Key:
    """What orders the line, as the ticket has it."""
    return ticket.order_class, ticket.order_at, ticket.joined_at, ticket.id


async def read_records(session: AsyncSession) -> Records:
    """Read them all."""
    accounts = await _all(session, Account)
    return Records(
        tickets={row.id: row for row in await _all(session, Ticket)},
        calls={row.id: row for row in await _all(session, Call)},
        shifts={row.verifier: row for row in await _all(session, Shift)},
        claims={row.id: row for row in await _all(session, Claim)},
        verdicts=await _all(session, Verdict),
        entries=sorted(await _all(session, AuditEntry), key=lambda entry: entry.id),
        mails=await _all(session, OutboxMail),
        accesses={row.id: row for row in await _all(session, Access)},
        meetings={row.id: row for row in await _all(session, Meeting)},
        emails={row.id: row.email for row in accounts},
        has_one_writer=session.get_bind().dialect.name == "sqlite",
    )


async def _all(session: AsyncSession, table: type[Row]) -> list[Row]:
    return list((await session.execute(select(table))).scalars())
