"""Applying again after a rejection: a copy of the old application, sent anew."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.files import documents_of
from desk.access.rows import is_superseded
from desk.access.tables import Access, AccessState, Document
from desk.access.uploads import OF_A_DOCUMENT, attach
from desk.application.beginning import Sent, begin
from desk.problems import Problem
from desk.settings import Settings
from desk.words import _
from waiting_room.tables import new_id

COPIED = (
    "applicant", "role", "rank", "agency_type", "agency", "unit", "unit_tax_number",
    "company_number", "letter_number", "valid_from", "valid_until", "timezone", "unit_id",
    "division", "province", "previous_username", "warnings",
)  # fmt: skip


async def next_number(session: AsyncSession, now: datetime, zone: ZoneInfo) -> str:
    """The number people quote: MV, the desk's year and month, and a count within the month."""
    prefix = f"MV-{now.astimezone(zone):%y%m}-"
    # By length first: the ten thousandth of a month comes after the 9999th, not before it.
    newest = (
        select(Access.number)
        .where(Access.number.startswith(prefix))
        .order_by(func.length(Access.number).desc(), Access.number.desc())
        .limit(1)
    )
    last = (await session.execute(newest)).scalar_one_or_none()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04}"


async def demand_copyable(session: AsyncSession, access: Access) -> None:
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


async def apply_again(
    session: AsyncSession,
    old: Access,
    now: datetime,
    settings: Settings,
    uploads: Sequence[str] = (),
) -> Sent:
    """Copy a rejected application with its documents, and begin its verification.

    Documents of which there are new `uploads` (ids, by their titles) are replaced. Raises a
    Problem.
    """
    # Two at once would both find nothing in its place.
    await session.execute(select(Access.id).where(Access.id == old.id).with_for_update())
    await demand_copyable(session, old)
    access = Access(
        id=new_id(),
        number=await next_number(session, now, settings.zone),
        copied_from=old.id,
        state=AccessState.SUBMITTED,
        submitted_at=now,
        **{name: getattr(old, name) for name in COPIED},
    )
    session.add(access)
    await session.flush()
    replaced = {document.title for document in await attach(session, uploads, access, now)}
    for document in await documents_of(session, old.id):
        if document.title not in replaced:
            same = {name: getattr(document, name) for name in OF_A_DOCUMENT}
            session.add(Document(access=access.id, **same))
    await session.flush()
    return await begin(session, settings, access, now)
