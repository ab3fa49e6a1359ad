"""Agencies and their units: found by what one types; a unit is made by its first applicant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.authority import Found, Parties
from desk.directory.names import begins_each, key_of, tidy
from desk.directory.tables import Agency, AgencyKind, Unit
from desk.problems import not_found
from desk.words import _
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id


def kind_name(kind: AgencyKind) -> str:
    """The kind as people are asked for it."""
    return {
        AgencyKind.MINISTRY: _("Kementerian"),
        AgencyKind.BODY: _("Lembaga"),
        AgencyKind.PROVINCE: _("Provinsi"),
        AgencyKind.REGENCY: _("Kabupaten"),
        AgencyKind.CITY: _("Kota"),
        AgencyKind.COMPANY: _("BUMN, BUMD, atau swasta"),
    }[kind]


async def search_agencies(
    session: AsyncSession, kind: AgencyKind | None, text: str, most: int = 20
) -> Sequence[Agency]:
    """Agencies that are offered, of a kind or of all, whose name or acronym has these words."""
    offered = matching_agencies(kind, text).where(Agency.retired_at.is_(None))
    return (await session.execute(offered.limit(most))).scalars().all()


def matching_agencies(kind: AgencyKind | None, text: str) -> Select[Agency]:
    """The same, retired ones too: those first whose name begins so."""
    acronym = func.replace(func.coalesce(Agency.code, ""), "-", " ")
    spoken = Agency.name_key + literal(" ") + acronym
    found = select(Agency).where(*begins_each(spoken, text))
    if kind is not None:
        found = found.where(Agency.kind == kind)
    return found.order_by(_begins_later(Agency.name_key, text), Agency.name_key, Agency.id)


def _begins_later(key: Any, text: str) -> ColumnElement[int]:
    return case((key.startswith(key_of(text), autoescape=True), 0), else_=1)


async def agency_named(session: AsyncSession, kind: AgencyKind, name: str) -> Agency | None:
    """The agency that is offered under this name, however it is spelt."""
    named = select(Agency).where(Agency.kind == kind, Agency.name_key == key_of(name))
    return (await session.execute(named.where(Agency.retired_at.is_(None)))).scalar_one_or_none()


async def agencies_named(session: AsyncSession, name: str) -> Sequence[Agency]:
    """Every agency of this name, however it is spelt, of whatever kind; retired ones too."""
    named = select(Agency).where(Agency.name_key == key_of(name)).order_by(Agency.kind)
    return (await session.execute(named)).scalars().all()


async def search_units(
    session: AsyncSession, agency: str, text: str, most: int = 20
) -> Sequence[Unit]:
    """Units of an agency with these words in a name of theirs, be it that of a merged one."""
    return (await session.execute(matching_units(agency, text).limit(most))).scalars().all()


def matching_units(agency: str, text: str) -> Select[Unit]:
    """The same, not yet cut: those first whose name begins so."""
    named = select(func.coalesce(Unit.merged_into, Unit.id)).where(
        Unit.agency == agency, *begins_each(Unit.name_key, text)
    )
    found = select(Unit).where(Unit.id.in_(named), Unit.merged_into.is_(None))
    return found.order_by(_begins_later(Unit.name_key, text), Unit.name_key, Unit.id)


async def unit_named(session: AsyncSession, agency: str, name: str) -> Unit | None:
    """The unit of this name, or the one that a unit of this name was merged into."""
    named = select(Unit).where(Unit.agency == agency, Unit.name_key == key_of(name))
    unit = (await session.execute(named)).scalar_one_or_none()
    return None if unit is None else await standing_for(session, unit)


async def standing_for(session: AsyncSession, unit: Unit) -> Unit:
    """The unit itself, or the one that it was merged into."""
    return await session.get_one(Unit, unit.merged_into) if unit.merged_into else unit


async def find_or_add_unit(session: AsyncSession, agency: str, name: str, now: datetime) -> Unit:
    """The unit of this name, made now where there is none; one row however many come at once.

    `name` has at most LONGEST_NAME characters. Raises ValueError where none is a letter or digit.
    """
    key = key_of(name)
    if not key:
        raise ValueError("a unit's name has a letter or a digit")
    row = {
        "id": new_id(),
        "agency": agency,
        "name": tidy(name),
        "name_key": key,
        "created_at": now,
    }
    await session.execute(insert_into(session, Unit).on_conflict_do_nothing(), row)
    found = await session.execute(select(Unit).where(Unit.agency == agency, Unit.name_key == key))
    return await standing_for(session, found.scalar_one())


async def claim_address(session: AsyncSession, unit: str, address: str) -> bool:
    """Give a unit its address, at most 500 characters: false where it has one already."""
    without = update(Unit).where(Unit.id == unit, Unit.address.is_(None))
    changed = await session.execute(without.values(address=address).returning(Unit.id))
    return changed.first() is not None


async def find_agency(session: AsyncSession, agency_id: str) -> Found[Agency]:
    """An agency for the authority; it concerns no party. Raises the Problem not_found."""
    agency = await session.get(Agency, agency_id)
    if agency is None:
        raise not_found()
    return Found(agency, Parties())


async def find_unit(session: AsyncSession, unit_id: str) -> Found[Unit]:
    """A unit for the authority; it concerns no party. Raises the Problem not_found."""
    unit = await session.get(Unit, unit_id)
    if unit is None:
        raise not_found()
    return Found(unit, Parties())
