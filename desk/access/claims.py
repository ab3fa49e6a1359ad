"""Claims: which verifier reviews the documents of which application.

One open claim for each access and for each verifier, kept by unique indexes. One without an act for
a while has lapsed: it still is its verifier's until somebody takes the next, and ended by that.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, AccessState, Claim, ClaimOutcome
from desk.accounts.tables import Account
from desk.audit import Did
from desk.problems import Problem
from desk.words import _
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id, table_of

LAPSES_AFTER = timedelta(minutes=30)


class InList(NamedTuple):
    """An application to be reviewed, its applicant, and the number of the verifier who has it."""

    access: Access
    applicant: Account
    held_by: int | None


async def take_next(session: AsyncSession, verifier: str, now: datetime) -> str | None:
    """The id of the verifier's open claim, else of a new one of the oldest free access, if any."""
    if own := await _resume(session, verifier, now):
        return own
    await _end_lapsed(session, now)
    # A colleague may be faster, or the same verifier in another tab: then there is another look.
    while await count_free(session, verifier, now):
        if claim := await _claim_oldest(session, verifier, now):
            return claim
        if own := await _resume(session, verifier, now):
            return own
    return None


async def _resume(session: AsyncSession, verifier: str, now: datetime) -> str | None:
    own = update(Claim).where(Claim.verifier == verifier, Claim.ended_at.is_(None))
    resumed = await session.execute(own.values(acted_at=now).returning(Claim.id))
    return resumed.scalar_one_or_none()


async def _end_lapsed(session: AsyncSession, now: datetime) -> None:
    lapsed = update(Claim).where(Claim.ended_at.is_(None), ~_is_held(now))
    ended = lapsed.values(ended_at=now, outcome=ClaimOutcome.LAPSED).returning(Claim.id)
    for claim in (await session.execute(ended)).scalars().all():
        await audit.record(session, audit.SYSTEM, Did.CLAIM_LAPSED, claim, now)


async def _claim_oldest(session: AsyncSession, verifier: str, now: datetime) -> str | None:
    claim = new_id()
    row = {"id": claim, "verifier": verifier, "claimed_at": now, "acted_at": now, "notes": ""}
    columns = table_of(Claim).c
    values = [literal(value, columns[name].type) for name, value in row.items()]
    # Locked, so that nothing is claimed that is being decided at this moment.
    oldest = _in_order(select(*values, Access.id), verifier, now).limit(1)
    taking = insert_into(session, Claim).from_select(
        [*row, "access"], oldest.with_for_update(of=Access)
    )
    taken = await session.execute(taking.on_conflict_do_nothing().returning(Claim.access))
    access = taken.scalar_one_or_none()
    if access is None:
        return None
    await audit.record(session, verifier, Did.CLAIMED, claim, now, access=access)
    return claim


def _in_order(query: Select[Any], verifier: str, now: datetime) -> Select[Any]:
    return query.where(*_free_for(verifier, now)).order_by(Access.submitted_at, Access.id)


def _free_for(verifier: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nobody reviews an access of their own, nor one that a colleague has."""
    held = exists().where(Claim.access == Access.id, Claim.ended_at.is_(None), _is_held(now))
    return (Access.state == AccessState.SUBMITTED, Access.applicant != verifier, ~held)


def _is_held(now: datetime) -> ColumnElement[bool]:
    return Claim.acted_at >= now - LAPSES_AFTER


async def count_free(session: AsyncSession, verifier: str, now: datetime) -> int:
    """How many applications wait for a review that this verifier may make."""
    free = select(func.count()).select_from(Access).where(*_free_for(verifier, now))
    return (await session.execute(free)).scalar_one()


async def open_claim_of(session: AsyncSession, verifier: str) -> tuple[Claim, Access] | None:
    """The claim that a verifier has not ended, with its access."""
    own = select(Claim, Access).join(Access, Access.id == Claim.access)
    statement = own.where(Claim.verifier == verifier, Claim.ended_at.is_(None))
    row = (await session.execute(statement)).one_or_none()
    return (row.Claim, row.Access) if row else None


async def to_review(session: AsyncSession, verifier: str, most: int, now: datetime) -> list[InList]:
    """What is to be reviewed by others than its applicant, the oldest first, at most so many."""
    open_claim = (Claim.access == Access.id) & Claim.ended_at.is_(None) & _is_held(now)
    holder = select(Account.id, Account.desk_number).subquery()
    statement = (
        select(Access, Account, holder.c.desk_number)
        .join(Account, Account.id == Access.applicant)
        .outerjoin(Claim, open_claim)
        .outerjoin(holder, holder.c.id == Claim.verifier)
        .where(Access.state == AccessState.SUBMITTED, Access.applicant != verifier)
        .order_by(Access.submitted_at, Access.id)
        .limit(most)
    )
    return [InList(*row) for row in await session.execute(statement)]


async def hold(session: AsyncSession, claim: str, now: datetime, **changed: str) -> None:
    """Keep a claim open until this transaction has ended, as acted on now. Raises a Problem."""
    await _change(session, claim, acted_at=now, **changed)


async def finish(session: AsyncSession, claim: str, outcome: ClaimOutcome, now: datetime) -> None:
    """End an open claim. Raises a Problem that says how it had ended before."""
    await _change(session, claim, ended_at=now, outcome=outcome)


async def _change(session: AsyncSession, claim: str, **values: Any) -> None:
    still_open = update(Claim).where(Claim.id == claim, Claim.ended_at.is_(None))
    changed = await session.execute(still_open.values(**values).returning(Claim.id))
    if changed.one_or_none() is None:
        outcome = await session.execute(select(Claim.outcome).where(Claim.id == claim))
        raise not_your_claim(outcome.scalar_one())


async def give_back(session: AsyncSession, claim: Claim, now: datetime) -> None:
    """Back into the list, at its old place. Raises a Problem."""
    await finish(session, claim.id, ClaimOutcome.RETURNED, now)
    detail = {"access": claim.access}
    await audit.record(session, claim.verifier, Did.CLAIM_RETURNED, claim.id, now, **detail)


def not_your_claim(outcome: ClaimOutcome | None) -> Problem:
    """The claim has ended, and how."""
    decided = _("Permohonan ini sudah diputuskan.")
    sentences = {
        ClaimOutcome.LAPSED: _(
            "Berkas ini lebih dari 30 menit tanpa tindakan, lalu kembali ke daftar untuk "
            "verifikator lain."
        ),
        ClaimOutcome.RETURNED: _("Berkas ini sudah dikembalikan ke daftar."),
    }
    detail = sentences.get(outcome, decided) if outcome else decided
    return Problem(409, "not_your_claim", _("Telaah sudah berakhir"), detail, url="/reviews")
