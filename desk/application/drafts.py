"""Drafts: begun, saved while somebody types, given up."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.application.tables import Draft
from desk.authority import Found, Parties
from desk.problems import Problem, not_found
from desk.words import _
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id


async def find_draft(session: AsyncSession, draft: str) -> Found[Draft]:
    """A draft. Raises the Problem not_found."""
    found = await session.get(Draft, draft)
    if found is None:
        raise not_found()
    return Found(found, Parties(found.account))


async def drafts_of(session: AsyncSession, account: str) -> list[Draft]:
    """Everything that somebody has begun, the last one first."""
    statement = select(Draft).where(Draft.account == account).order_by(Draft.saved_at.desc())
    return list((await session.execute(statement)).scalars())


async def begin(
    session: AsyncSession,
    account: str,
    role: str,
    now: datetime,
    answers: Mapping[str, str] = MappingProxyType({}),
    copied_from: str | None = None,
) -> Draft:
    """The draft for that role: the one there is, or a new one with these answers.

    `copied_from` is the rejected access that it is to follow.
    """
    row = {
        "id": new_id(), "account": account, "role": role, "answers": dict(answers),
        "copied_from": copied_from, "created_at": now, "saved_at": now,
    }  # fmt: skip
    statement = insert_into(session, Draft).values(row)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["account", "role"]))
    found = await draft_for(session, account, role)
    # Whoever gave it up while this waited for them has ended.
    if found is None:
        raise gone()
    return found


async def draft_for(session: AsyncSession, account: str, role: str) -> Draft | None:
    """The draft that somebody has for a role."""
    found = select(Draft).where(Draft.account == account, Draft.role == role)
    return (await session.execute(found)).scalar_one_or_none()


async def save(
    session: AsyncSession, draft: str, answers: Mapping[str, str], now: datetime
) -> None:
    """Keep what was typed. Raises a Problem where the draft was sent or given up meanwhile."""
    statement = update(Draft).where(Draft.id == draft).values(answers=dict(answers), saved_at=now)
    if (await session.execute(statement.returning(Draft.id))).first() is None:
        raise gone()


async def take_away(session: AsyncSession, draft: str) -> None:
    """Remove a draft, once: the one who does may send it. Raises a Problem."""
    statement = delete(Draft).where(Draft.id == draft).returning(Draft.id)
    if (await session.execute(statement)).first() is None:
        raise gone()


def gone() -> Problem:
    """The draft is not there any more."""
    return Problem(
        409,
        "draft_gone",
        _("Draf sudah tidak ada"),
        _("Draf ini sudah dikirim atau dihapus di tab lain. Lihat daftar akses Anda."),
        url="/access",
    )
