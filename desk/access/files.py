"""The file on a case: a call, or a claim, with its access and people, found by its id."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from desk.access.tables import Access, AccessState, Claim, Document
from desk.accounts.tables import Account
from desk.authority import Found, Parties
from desk.problems import already_decided, not_found
from desk.schedule.tables import Meeting
from waiting_room.tables import Call, Ticket

Verifier = aliased(Account)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What a verdict is about, and who gives it."""

    access: Access
    applicant: Account
    verifier: Account


@dataclass(frozen=True, slots=True)
class CallFile(CaseFile):
    """Everything that a call is about."""

    call: Call
    ticket: Ticket
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class ClaimFile(CaseFile):
    """Everything that a claim is about."""

    claim: Claim


async def find_call(session: AsyncSession, call: str) -> Found[CallFile]:
    """A call's file, open or ended. Raises the Problem not_found."""
    statement = (
        select(Access, Account, Verifier, Call, Ticket, Meeting)
        .select_from(Call)
        .join(Ticket, Ticket.id == Call.ticket)
        .join(Meeting, Meeting.id == Ticket.meeting)
        .join(Access, Access.id == Meeting.access)
        .join(Account, Account.id == Access.applicant)
        .join(Verifier, Verifier.id == Call.verifier)
        .where(Call.id == call)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    file = CallFile(*row)
    return Found(file, Parties(file.applicant.id, file.call.verifier))


async def find_claim(session: AsyncSession, claim: str) -> Found[ClaimFile]:
    """A claim's file, open or ended. Raises the Problem not_found."""
    statement = (
        select(Access, Account, Verifier, Claim)
        .select_from(Claim)
        .join(Access, Access.id == Claim.access)
        .join(Account, Account.id == Access.applicant)
        .join(Verifier, Verifier.id == Claim.verifier)
        .where(Claim.id == claim)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    file = ClaimFile(*row)
    # No verifier is a party to an access of their own.
    own = file.claim.verifier == file.access.applicant
    return Found(file, Parties(file.applicant.id, None if own else file.claim.verifier))


async def find_bare_call(session: AsyncSession, call: str) -> Found[Call]:
    """A call without its file, open or ended. Raises the Problem not_found."""
    statement = select(Call, Ticket.applicant).join(Ticket, Ticket.id == Call.ticket)
    row = (await session.execute(statement.where(Call.id == call))).one_or_none()
    if row is None:
        raise not_found()
    return Found(row.Call, Parties(row.applicant, row.Call.verifier))


async def find_ticket(session: AsyncSession, ticket: str) -> Found[Ticket]:
    """A ticket of the line. Raises the Problem not_found."""
    found = await session.get(Ticket, ticket)
    if found is None:
        raise not_found()
    return Found(found, Parties(found.applicant))


async def find_meeting(session: AsyncSession, meeting: str) -> Found[tuple[Meeting, Access]]:
    """A meeting with its access. Raises the Problem not_found."""
    statement = select(Meeting, Access).join(Access, Access.id == Meeting.access)
    row = await session.execute(statement.where(Meeting.id == meeting))
    pair = row.one_or_none()
    if pair is None:
        raise not_found()
    return Found(pair, Parties(pair[1].applicant))


async def find_access(session: AsyncSession, access: str) -> Found[Access]:
    """An access. Raises the Problem not_found."""
    found = await session.get(Access, access)
    if found is None:
        raise not_found()
    return Found(found, Parties(found.applicant))


async def hold_scheduled(session: AsyncSession, access: Access) -> None:
    """Keep an access from being decided before this transaction has ended. Raises a Problem."""
    scheduled = select(Access.id).where(
        Access.id == access.id, Access.state == AccessState.SCHEDULED
    )
    if (await session.execute(scheduled.with_for_update(read=True))).first() is None:
        raise already_decided()


async def find_document(session: AsyncSession, document: str) -> Found[Document]:
    """A document while somebody verifies its access, in a call or a claim. Raises not_found."""
    served = (
        select(Document, Call.verifier)
        .join(Meeting, Meeting.access == Document.access)
        .join(Ticket, Ticket.meeting == Meeting.id)
        .join(Call, Call.ticket == Ticket.id)
        .where(Document.id == document, Call.ended_at.is_(None))
    )
    reviewed = (
        select(Document, Claim.verifier)
        .join(Claim, Claim.access == Document.access)
        .where(Document.id == document, Claim.ended_at.is_(None))
    )
    for statement in (served, reviewed):
        if row := (await session.execute(statement)).one_or_none():
            return Found(row.Document, Parties(verifier=row.verifier))
    raise not_found()


async def documents_of(session: AsyncSession, access: str) -> list[Document]:
    """The documents of an access, in the order of their titles."""
    statement = select(Document).where(Document.access == access).order_by(Document.title)
    return list((await session.execute(statement)).scalars())
