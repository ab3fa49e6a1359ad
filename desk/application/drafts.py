"""Drafts: begun, saved while somebody types, given up."""

from collections.abc import Mapping
from datetime import datetime

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


async def begin(session: AsyncSession, account: str, role: str, now: datetime) -> str:
    """The id of the draft for that role: the one there is, or a new one."""
    row = {
        "id": new_id(), "account": account, "role": role, "answers": {},
        "created_at": now, "saved_at": now,
    }  # fmt: skip
    statement = insert_into(session, Draft).values(row)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["account", "role"]))
    found = select(Draft.id).where(Draft.account == account, Draft.role == role)
    return (await session.execute(found)).scalar_one()


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
