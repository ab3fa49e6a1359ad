"""Making an account oneself, and confirming that its address is one's own.

Nobody who signs up learns whether the address was known: what differs is only what the mail says.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.tables import Account, MailLink, Role
from desk.audit import Did
from desk.language import Language
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id, table_of

UNCONFIRMED_ARE_KEPT = timedelta(days=7)


class Found(StrEnum):
    """What was there under the address of somebody who signs up."""

    NOTHING = "nothing"
    UNCONFIRMED = "unconfirmed"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody says of themselves, checked."""

    name: str
    agency: str
    email: str
    phone: str
    identity_number: str


class SignedUp(NamedTuple):
    """The account of the address, and what was there before."""

    account: Account
    found: Found


async def sign_up(
    session: AsyncSession,
    person: NewPerson,
    password_hash: str,
    language: Language | None,
    now: datetime,
) -> SignedUp:
    """Keep an account that is still to be confirmed; one that is confirmed stays as it is.

    Of an address that was signed up before, and not confirmed, no password counts any more: who
    typed it may be anybody, so that it is chosen by whoever reads the mail.
    """
    fresh = asdict(person) | {
        "id": new_id(),
        "role": Role.APPLICANT,
        "password_hash": password_hash,
        "language": language,
        "created_at": now,
    }
    adding = insert_into(session, table_of(Account)).values(fresh)
    adding = adding.on_conflict_do_nothing(index_elements=["email"])
    added = await session.execute(adding.returning(table_of(Account).c.id))
    found = Found.NOTHING
    if added.first() is None:
        found = await _sign_up_again(session, person)
    account = (
        await session.execute(select(Account).where(Account.email == person.email))
    ).scalar_one()
    await audit.record(session, audit.SYSTEM, Did.SIGNED_UP, account.id, now, found=found.value)
    return SignedUp(account, found)


async def _sign_up_again(session: AsyncSession, person: NewPerson) -> Found:
    unconfirmed = update(Account).where(
        Account.email == person.email,
        Account.confirmed_at.is_(None),
        Account.role == Role.APPLICANT,
    )
    changed = unconfirmed.values(asdict(person) | {"password_hash": ""}).returning(Account.id)
    return Found.UNCONFIRMED if (await session.execute(changed)).first() else Found.ACCOUNT


async def confirm(session: AsyncSession, account: str, now: datetime) -> bool:
    """The address is its owner's: whether that was not known yet."""
    unconfirmed = update(Account).where(Account.id == account, Account.confirmed_at.is_(None))
    changed = await session.execute(unconfirmed.values(confirmed_at=now).returning(Account.id))
    if changed.first() is None:
        return False
    await audit.record(session, account, Did.CONFIRMED, account, now)
    return True


async def forget_unconfirmed(session: AsyncSession, now: datetime) -> None:
    """Remove accounts that nobody confirmed for days, and that no link can confirm any more."""
    works = exists().where(MailLink.account == Account.id, MailLink.expires_at > now)
    old = delete(Account).where(
        Account.confirmed_at.is_(None), Account.created_at < now - UNCONFIRMED_ARE_KEPT, ~works
    )
    for (account,) in await session.execute(old.returning(Account.id)):
        await audit.record(session, audit.SYSTEM, Did.ACCOUNT_FORGOTTEN, account, now)
