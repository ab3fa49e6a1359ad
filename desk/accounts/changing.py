"""Taking away what somebody may do: another role, or none. It takes effect at once.

Every session ends; a verifier's shift too, and the call they were in goes back to the line. Open
sockets are closed by whoever has them (`signaling.watch`).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from desk import audit
from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.tables import Account, Role
from desk.audit import Did
from waiting_room import leases, shifts
from waiting_room.tables import ShiftState


class NoSuchAccount(Exception):
    """Nobody has this address."""


async def change_role(
    session: AsyncSession, email: str, now: datetime, role: Role, by: str = audit.SYSTEM
) -> bool:
    """Give somebody another role: whether it is another one. Raises NoSuchAccount."""
    account = await _account(session, email)
    other = update(Account).where(Account.id == account, Account.role != role)
    if not await _changed(session, other.values(role=role, desk_number=desk_number_in(role))):
        return False
    await part(session, account, now)
    await audit.record(session, by, Did.ROLE_CHANGED, account, now, role=role.value)
    return True


async def disable(session: AsyncSession, email: str, now: datetime, by: str = audit.SYSTEM) -> bool:
    """Let somebody in no longer: whether they were let in until now. Raises NoSuchAccount."""
    account = await _account(session, email)
    enabled = update(Account).where(Account.id == account, Account.disabled_at.is_(None))
    if not await _changed(session, enabled.values(disabled_at=now)):
        return False
    await part(session, account, now)
    await audit.record(session, by, Did.ACCOUNT_DISABLED, account, now)
    return True


async def enable(session: AsyncSession, email: str, now: datetime, by: str = audit.SYSTEM) -> bool:
    """Let somebody in again: whether they were not let in until now. Raises NoSuchAccount."""
    account = await _account(session, email)
    disabled = update(Account).where(Account.id == account, Account.disabled_at.is_not(None))
    if not await _changed(session, disabled.values(disabled_at=None)):
        return False
    await audit.record(session, by, Did.ACCOUNT_ENABLED, account, now)
    return True


def desk_number_in(role: Role) -> ColumnElement[int | None]:
    """A verifier's number: the one they have, or the next; in another role it stays as it is."""
    if role is not Role.VERIFIER:
        return Account.desk_number.expression
    other = aliased(Account)
    following = select(func.coalesce(func.max(other.desk_number), 0) + 1).scalar_subquery()
    return func.coalesce(Account.desk_number, following)


async def _account(session: AsyncSession, email: str) -> str:
    found = await session.execute(select(Account.id).where(Account.email == email.strip().lower()))
    account = found.scalar_one_or_none()
    if account is None:
        raise NoSuchAccount
    return account


async def _changed(session: AsyncSession, change: Update) -> bool:
    """Whether there was a row to change."""
    return (await session.execute(change.returning(Account.id))).first() is not None


async def part(session: AsyncSession, account: str, now: datetime) -> None:
    """End every session, shift and call of somebody."""
    await revoke_sessions_of(session, account, now)
    # The shift first: it waits for a take under way, whose call is there to be given up then.
    if await shifts.end(session, account, now):
        off = ShiftState.OFF.value
        await audit.record(session, audit.SYSTEM, Did.SHIFT_CHANGED, account, now, state=off)
    if call := await leases.give_up_call(session, account, now):
        detail = {"ticket": call.ticket, "outcome": call.outcome}
        await audit.record(session, audit.SYSTEM, Did.CALL_RETURNED, call.id, now, **detail)
