"""Staff: who they are, and asking somebody to become one of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.changing import desk_number_in
from desk.accounts.tables import Account, Role
from desk.audit import Did
from desk.authority import Found, Parties
from desk.problems import not_found
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id, table_of

STAFF = (Role.VERIFIER, Role.SUPERVISOR, Role.ADMINISTRATOR)


async def staff_accounts(session: AsyncSession) -> list[Account]:
    """All who are no applicants: those who can sign in first, by name."""
    can_sign_in = Account.disabled_at.is_(None)
    ordered = select(Account).where(Account.role.in_(STAFF))
    ordered = ordered.order_by(case((can_sign_in, 0), else_=1), Account.name, Account.id)
    return list((await session.execute(ordered)).scalars())


async def find_staff(session: AsyncSession, account_id: str) -> Found[Account]:
    """One of the staff, for the authority. Raises the Problem not_found."""
    account = await session.get(Account, account_id)
    if account is None or account.role not in STAFF:
        raise not_found()
    return Found(account, Parties())


async def invite(
    session: AsyncSession, email: str, name: str, role: Role, by: str, now: datetime
) -> Account | None:
    """An account that waits for its owner to choose a password; None where the address has one.

    One that nobody has confirmed is taken over: it may be a stranger's.
    """
    table = table_of(Account)
    asked: dict[str, Any] = dict.fromkeys(("agency", "phone", "identity_number"))
    asked |= {"name": name, "role": role, "password_hash": ""}
    fresh = asked | {"id": new_id(), "email": email, "created_at": now}
    adding = insert_into(session, table).values(fresh)
    adding = adding.on_conflict_do_update(
        index_elements=["email"],
        set_=asked,
        where=table.c.confirmed_at.is_(None) & table.c.disabled_at.is_(None),
    )
    account_id = (await session.execute(adding.returning(table.c.id))).scalar_one_or_none()
    if account_id is None:
        return None
    account = await session.get_one(Account, account_id, populate_existing=True)
    account.desk_number = await session.scalar(
        select(desk_number_in(role)).where(Account.id == account_id)
    )
    await audit.record(session, by, Did.ACCOUNT_INVITED, account_id, now, role=role.value)
    return account
