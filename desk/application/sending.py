"""Sending an application: the draft becomes an access with its documents, and is verified."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.numbers import next_number
from desk.access.tables import Access, AccessState, Document
from desk.access.uploads import OF_A_DOCUMENT, attach
from desk.application import again, drafts
from desk.application.beginning import Sent, begin
from desk.application.checking import Checked
from desk.application.tables import Draft
from desk.directory.agencies import claim_address, find_or_add_unit
from desk.directory.tables import Agency, AgencyKind
from desk.formats.terms import Term
from desk.problems import Problem
from desk.settings import Settings
from desk.words import _
from waiting_room.tables import new_id

# Of a role whose form asks for none.
TERM_UNASKED = timedelta(days=365)


async def send_in(
    session: AsyncSession,
    settings: Settings,
    draft: Draft,
    checked: Checked,
    uploads: Sequence[str],
    kept: Sequence[Document],
    now: datetime,
) -> Sent:
    """Make of a draft what is verified, with these uploads (ids), and documents `kept` from before.

    Raises a Problem.
    """
    if draft.copied_from:
        # In the order of those who begin again: the access, then the draft.
        await again.hold(session, draft.copied_from)
    await drafts.take_away(session, draft.id)
    access = await _access(session, settings, draft, checked, now)
    await _demand_new(session, access)
    session.add(access)
    await session.flush()
    await attach(session, uploads, access, now)
    for document in kept:
        same = {name: getattr(document, name) for name in OF_A_DOCUMENT}
        session.add(Document(access=access.id, **same))
    return await begin(session, settings, access, now)


async def _access(
    session: AsyncSession, settings: Settings, draft: Draft, checked: Checked, now: datetime
) -> Access:
    values = checked.values
    place = await _place(session, settings, values, now)
    term = values.get("term") or Term(checked.today, checked.today + TERM_UNASKED)
    return Access(
        id=new_id(),
        number=await next_number(session, now, settings.zone),
        applicant=draft.account,
        copied_from=draft.copied_from,
        state=AccessState.SUBMITTED,
        role=draft.role,
        rank=values.get("rank", ""),
        valid_from=term.start,
        valid_until=term.end,
        submitted_at=now,
        warnings=list(checked.warnings),
        answers=draft.answers,
        **place,
        **_as_typed(values),
    )


async def _place(
    session: AsyncSession, settings: Settings, values: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Where somebody works: a unit of an agency, or a company, which has none."""
    agency: Agency | None = values.get("agency")
    if agency is None:
        company = {"agency": values["company_name"], "unit": values.get("position", "")}
        zone = settings.zone.key
        return {"agency_type": AgencyKind.COMPANY.value, "timezone": zone, **company}
    unit = await find_or_add_unit(session, agency.id, values["unit"], now)
    if address := values.get("unit_address"):
        await claim_address(session, unit.id, address)
    return {
        "agency_type": agency.kind.value,
        "agency": agency.name,
        "unit": unit.name,
        "unit_id": unit.id,
        "province": agency.province or "",
        "timezone": agency.timezone,
    }


def _as_typed(values: dict[str, Any]) -> dict[str, str]:
    number = values.get("unit_tax_number") or values.get("company_tax_number")
    return {
        "unit_tax_number": "".join(part for part in number or () if part),
        "company_number": values.get("company_number", ""),
        "letter_number": values.get("letter_number", ""),
        "previous_username": values.get("previous_username", ""),
        "division": values.get("division", ""),
    }


async def _demand_new(session: AsyncSession, access: Access) -> None:
    """One application for a role at a unit at a time. Raises a Problem."""
    same = select(Access.id).where(
        Access.applicant == access.applicant,
        Access.role == access.role,
        Access.unit == access.unit,
        Access.agency == access.agency,
        Access.state.not_in((AccessState.REJECTED, AccessState.EXPIRED)),
    )
    if (await session.execute(same)).first():
        raise Problem(
            409,
            "already_applied",
            _("Sudah diajukan"),
            _("Anda sudah mengajukan role ini pada satuan kerja ini. Lihat daftar akses Anda."),
            url="/access",
        )
