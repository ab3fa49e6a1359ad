"""Server-side sessions: a random token in a cookie, its SHA-256 in the database, revocable."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.tables import Account, Role, SignIn
from desk.language import Language


class Identity(NamedTuple):
    """Who asks."""

    id: str
    name: str
    email: str
    role: Role
    desk_number: int | None
    language: Language | None = None


def token_digest(token: str) -> str:
    """What is stored of a token, and names its session to the sockets."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: AsyncSession, account: str, now: datetime, length: timedelta) -> str:
    """Begin a session: the token for the cookie, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=token_digest(token), account=account, created_at=now, expires_at=now + length
        )
    )
    return token


async def identify(session: AsyncSession, token: str, now: datetime) -> Identity | None:
    """Whose session the token belongs to, if it is neither expired nor revoked."""
    return (await identify_each(session, [token], now)).get(token)


async def identify_each(
    session: AsyncSession, tokens: Collection[str], now: datetime
) -> dict[str, Identity]:
    """Whose session each token belongs to; those expired or revoked are left out."""
    by_digest = {token_digest(token): token for token in tokens}
    statement = (
        select(
            SignIn.token_hash,
            Account.id,
            Account.name,
            Account.email,
            Account.role,
            Account.desk_number,
            Account.language,
        )
        .join(SignIn, SignIn.account == Account.id)
        .where(
            SignIn.token_hash.in_(by_digest),
            *_lives(now),
        )
    )
    found = await session.execute(statement)
    return {by_digest[row.token_hash]: Identity(*row[1:]) for row in found}


def _lives(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SignIn.expires_at > now,
        SignIn.revoked_at.is_(None),
        Account.disabled_at.is_(None),
    )


async def roles_of_sessions(
    session: AsyncSession, digests: Collection[str], now: datetime
) -> dict[str, Role]:
    """The role behind each of the sessions that is neither expired nor revoked."""
    statement = (
        select(SignIn.token_hash, Account.role)
        .join(Account, Account.id == SignIn.account)
        .where(SignIn.token_hash.in_(digests), *_lives(now))
    )
    return dict((await session.execute(statement)).all())


async def revoke_sessions_of(
    session: AsyncSession, account: str, now: datetime, but: str | None = None
) -> None:
    """End every session of an account, `but` that of this token."""
    others = SignIn.token_hash != token_digest(but) if but else true()
    await session.execute(
        update(SignIn)
        .where(SignIn.account == account, SignIn.revoked_at.is_(None), others)
        .values(revoked_at=now)
    )


async def revoke_session(session: AsyncSession, token: str, now: datetime) -> None:
    """End one session; its cookie is worth nothing from now on."""
    await session.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_digest(token), SignIn.revoked_at.is_(None))
        .values(revoked_at=now)
    )
