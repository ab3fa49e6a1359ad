"""Applying again after a rejection: a draft with all that was entered, its documents too."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.files import documents_of
from desk.access.rows import is_superseded
from desk.access.tables import Access, AccessState, Document, Upload
from desk.application import drafts
from desk.application.tables import Draft
from desk.audit import Did
from desk.directory.names import key_of
from desk.directory.tables import Agency
from desk.problems import Problem
from desk.words import _


async def demand_again(session: AsyncSession, access: Access) -> None:
    """Only what was rejected, and only where nothing took its place yet. Raises a Problem."""
    every = await session.execute(select(Access).where(Access.applicant == access.applicant))
    if access.state is AccessState.REJECTED and not is_superseded(access, every.scalars()):
        return
    raise Problem(
        409,
        "not_again",
        _("Tidak dapat diajukan kembali"),
        _("Permohonan ini tidak ditolak, atau sudah diajukan kembali. Lihat daftar akses Anda."),
        url="/",
    )


async def hold(session: AsyncSession, access: str) -> None:
    """Let nobody else begin from this access, or send what was, before this transaction ends."""
    await session.execute(select(Access.id).where(Access.id == access).with_for_update())


async def begin_again(
    session: AsyncSession, access: Access, instead_of: datetime | None, now: datetime
) -> Draft:
    """The draft for the role of a rejected access: the one there is, or one filled from it.

    The one there is gives way only if it was last saved at `instead_of`. Raises a Problem.
    """
    await hold(session, access.id)
    await demand_again(session, access)
    if instead_of:
        own = (Draft.account == access.applicant, Draft.role == access.role)
        seen = delete(Draft).where(*own, Draft.saved_at == instead_of).returning(Draft.id)
        if draft := (await session.execute(seen)).scalar_one_or_none():
            await audit.record(session, access.applicant, Did.DRAFT_DISCARDED, draft, now)
    answers = access.answers or await _answers_of(session, access)
    return await drafts.begin(session, access.applicant, access.role, now, answers, access.id)


async def _answers_of(session: AsyncSession, access: Access) -> dict[str, str]:
    """What may have been typed for an access of before this was kept; forms ask what they need."""
    named = select(Agency.kind).where(Agency.name_key == key_of(access.agency))
    kinds = (await session.execute(named.where(Agency.retired_at.is_(None)))).scalars().all()
    return {
        "previous_username": access.previous_username,
        "company_name": access.agency,
        "company_number": access.company_number,
        "company_tax_number": access.unit_tax_number,
        "position": access.unit,
        "rank": access.rank,
        "agency_type": kinds[0] if len(kinds) == 1 else "",
        "agency": access.agency,
        "unit": access.unit,
        "unit_tax_number": access.unit_tax_number,
        "division": access.division,
        "term_from": access.valid_from.isoformat(),
        "term_until": access.valid_until.isoformat(),
        "letter_number": access.letter_number,
    }


async def kept_documents(
    session: AsyncSession, draft: Draft, uploads: Sequence[Upload]
) -> list[Document]:
    """The documents of the rejected access that are sent again: no upload has their title."""
    if draft.copied_from is None:
        return []
    replaced = {upload.title for upload in uploads}
    every = await documents_of(session, draft.copied_from)
    return [document for document in every if document.title not in replaced]
