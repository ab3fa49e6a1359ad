"""Links that reach people by mail: a random token in the address, its SHA-256 in the database.

Each works once, for a while, and only as long as no newer one was sent to the same account.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.sessions import token_digest
from desk.accounts.tables import MailLink, Purpose

LASTS = {
    Purpose.CONFIRM: timedelta(hours=24),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.INVITE: timedelta(hours=72),
}
# So long after its end a link still leads to a page that offers another.
KNOWN_AFTERWARDS = timedelta(days=7)

PATHS = {
    Purpose.CONFIRM: "/confirm/{}",
    Purpose.PASSWORD: "/password/{}",
    Purpose.INVITE: "/password/{}",
}


def fresh_token() -> str:
    """A token, for the mail alone: 256 random bits in 43 characters."""
    return secrets.token_urlsafe(32)


async def keep_link(
    session: AsyncSession, token: str, account: str, purpose: Purpose, now: datetime
) -> None:
    """Have a token work from now on, in the place of any sent before."""
    await use_up(session, account, now)
    session.add(
        MailLink(
            token_hash=token_digest(token),
            purpose=purpose,
            account=account,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )


async def find_link(
    session: AsyncSession, token: str, purposes: Collection[Purpose]
) -> MailLink | None:
    """The link of a token, whether it still works or not."""
    link = await session.get(MailLink, token_digest(token))
    return link if link and link.purpose in purposes else None


def works(link: MailLink, now: datetime) -> bool:
    """Whether the link was not used yet, and is not too old."""
    return link.used_at is None and now < link.expires_at


async def spend(
    session: AsyncSession, token: str, purposes: Collection[Purpose], now: datetime
) -> str | None:
    """Use a link: the id of its account, or None where it works no longer."""
    working = update(MailLink).where(
        MailLink.token_hash == token_digest(token),
        MailLink.purpose.in_(purposes),
        MailLink.used_at.is_(None),
        MailLink.expires_at > now,
    )
    spent = await session.execute(working.values(used_at=now).returning(MailLink.account))
    return spent.scalar_one_or_none()


async def use_up(session: AsyncSession, account: str, now: datetime) -> None:
    """Let no link of an account work any more."""
    unused = update(MailLink).where(MailLink.account == account, MailLink.used_at.is_(None))
    await session.execute(unused.values(used_at=now))


async def forget_links(session: AsyncSession, now: datetime) -> None:
    """Remove links that ended long ago."""
    await session.execute(delete(MailLink).where(MailLink.expires_at < now - KNOWN_AFTERWARDS))
