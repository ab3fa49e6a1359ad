"""Adding an account from the command line."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from desk import audit
from desk.accounts.passwords import MINIMUM_LENGTH, hash_password
from desk.accounts.tables import Account, Role
from desk.audit import Did
from desk.database import Database
from waiting_room.tables import new_id


class AccountRefused(Exception):
    """The account was not added; the text says why, in one line."""


async def add_account(
    database: Database,
    email: str,
    name: str,
    role: Role,
    password: str,
    desk_number: int | None,
    now: datetime,
) -> str:
    """Add an account: its id. Raises AccountRefused."""
    address, shown = email.strip().lower(), name.strip()
    if "@" not in address or not shown or any(not c.isprintable() for c in address + shown):
        raise AccountRefused("an e-mail address and a name of printable characters are needed")
    if len(password) < MINIMUM_LENGTH:
        raise AccountRefused(f"the password needs at least {MINIMUM_LENGTH} characters")
    account = Account(
        id=new_id(),
        email=address,
        name=shown,
        role=role,
        password_hash=await hash_password(password),
        desk_number=desk_number,
        created_at=now,
        confirmed_at=now,
    )
    try:
        async with database.writing() as session:
            session.add(account)
            await session.flush()
            await audit.record(
                session, audit.SYSTEM, Did.ACCOUNT_ADDED, account.id, now, role=role.value
            )
    except IntegrityError:
        raise AccountRefused(f"there is an account with the address {address} already") from None
    return account.id
