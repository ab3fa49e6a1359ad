"""Another password: changed by who knows the old one, or chosen through a link in a mail."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.changing import part
from desk.accounts.links import keep_link, spend, use_up
from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.signing_up import confirm
from desk.accounts.tables import Account, Purpose
from desk.audit import Did

CHOOSING = (Purpose.PASSWORD, Purpose.INVITE)


async def link_for(
    session: AsyncSession, email: str, token: str, purpose: Purpose, now: datetime
) -> Account | None:
    """Have a token work for the account of an address: it, if there is one that may sign in.

    The log says that it was asked for, also of an address that nobody has.
    """
    enabled = select(Account).where(Account.email == email, Account.disabled_at.is_(None))
    found = await session.execute(enabled.with_for_update(read=True))
    account = found.scalar_one_or_none()
    if account:
        await keep_link(session, token, account.id, purpose, now)
    subject = account.id if account else "unknown"
    await audit.record(session, audit.SYSTEM, Did.LINK_ASKED, subject, now, purpose=purpose.value)
    return account


async def choose_password(
    session: AsyncSession, token: str, password_hash: str, now: datetime
) -> Account | None:
    """Use a link to set a password: whose it is, or None where the link works no longer.

    Whoever reads the mail owns the address, which is confirmed by it. Every session ends, and
    whatever was done in one.
    """
    account_id = await spend(session, token, CHOOSING, now)
    if account_id is None:
        return None
    own = update(Account).where(Account.id == account_id)
    await session.execute(own.values(password_hash=password_hash))
    await confirm(session, account_id, now)
    await use_up(session, account_id, now)
    await part(session, account_id, now)
    await audit.record(session, account_id, Did.PASSWORD_CHANGED, account_id, now, by="link")
    return await session.get_one(Account, account_id, populate_existing=True)


async def change_password(
    session: AsyncSession, account: Account, password_hash: str, token: str, now: datetime
) -> bool:
    """Set a password, unless it was changed since `account` was read: whether it was set.

    Every session but that of `token` ends.
    """
    unchanged = update(Account).where(
        Account.id == account.id, Account.password_hash == account.password_hash
    )
    changed = unchanged.values(password_hash=password_hash).returning(Account.id)
    if (await session.execute(changed)).first() is None:
        return False
    await revoke_sessions_of(session, account.id, now, but=token)
    await use_up(session, account.id, now)
    await audit.record(session, account.id, Did.PASSWORD_CHANGED, account.id, now, by="old")
    return True


def own_words(account: Account) -> Collection[str]:
    """What a password of this account must not be made of."""
    known = (account.name, account.email, account.identity_number, account.employee_number)
    return [one for one in (*known, account.phone) if one]
