"""What an administrator changes in the directory, each with its row in the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Update, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from desk import audit
from desk.accounts.names import masked
from desk.audit import Did
from desk.directory.names import key_of, tidy
from desk.directory.tables import Agency, AgencyKind, RoleForm, Unit
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id


async def add_agency(
    session: AsyncSession, kind: AgencyKind, name: str, timezone: str, by: str, now: datetime
) -> str | None:
    """The id of a new agency: none where one of its kind has the name, be it retired."""
    row = {
        "id": new_id(),
        "kind": kind,
        "name": tidy(name),
        "name_key": key_of(name),
        "timezone": timezone,
    }
    new = insert_into(session, Agency).on_conflict_do_nothing().returning(Agency.id)
    agency = (await session.execute(new.values(row))).scalar_one_or_none()
    if agency:
        shown = {"kind": kind.value, "name": row["name"], "timezone": timezone}
        await audit.record(session, by, Did.AGENCY_ADDED, agency, now, **shown)
    return agency


async def change_agency(
    session: AsyncSession, agency: Agency, name: str, timezone: str, by: str, now: datetime
) -> bool:
    """Give an agency this name and zone: false where another one of its kind has the name."""
    other, key = aliased(Agency), key_of(name)
    taken = exists().where(other.kind == agency.kind, other.name_key == key, other.id != agency.id)
    values = {"name": tidy(name), "name_key": key, "timezone": timezone}
    before = {"name": agency.name, "timezone": agency.timezone}
    change = update(Agency).where(Agency.id == agency.id, ~taken).values(values)
    if not await _changed(session, change.returning(Agency.id)):
        return False
    detail = {"before": before, "after": {"name": values["name"], "timezone": timezone}}
    await audit.record(session, by, Did.AGENCY_CHANGED, agency.id, now, **detail)
    return True


async def retire_agency(session: AsyncSession, agency: str, by: str, now: datetime) -> None:
    """Offer an agency no longer."""
    offered = update(Agency).where(Agency.id == agency, Agency.retired_at.is_(None))
    if await _changed(session, offered.values(retired_at=now).returning(Agency.id)):
        await audit.record(session, by, Did.AGENCY_RETIRED, agency, now)


async def restore_agency(session: AsyncSession, agency: str, by: str, now: datetime) -> None:
    """Offer an agency again."""
    retired = update(Agency).where(Agency.id == agency, Agency.retired_at.is_not(None))
    if await _changed(session, retired.values(retired_at=None).returning(Agency.id)):
        await audit.record(session, by, Did.AGENCY_RESTORED, agency, now)


async def change_unit(
    session: AsyncSession, unit: Unit, values: Mapping[str, str | None], by: str, now: datetime
) -> bool:
    """Give a unit this name, address and tax_number: false where another one has the name.

    Or where it has been merged meanwhile.
    """
    other, key = aliased(Unit), key_of(values["name"] or "")
    taken = exists().where(other.agency == unit.agency, other.name_key == key, other.id != unit.id)
    before = _logged({name: getattr(unit, name) for name in values})
    live = update(Unit).where(Unit.id == unit.id, Unit.merged_into.is_(None), ~taken)
    if not await _changed(session, live.values({**values, "name_key": key}).returning(Unit.id)):
        return False
    detail = {"before": before, "after": _logged(values)}
    await audit.record(session, by, Did.UNIT_CHANGED, unit.id, now, **detail)
    return True


def _logged(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {**values, "tax_number": masked(values["tax_number"])}


async def merge_units(session: AsyncSession, unit: str, into: str, by: str, now: datetime) -> bool:
    """Make `unit` another name of `into`, which takes over what it does not know itself.

    False where they are one, of two agencies, or one of them has been merged already.
    """
    if unit == into:
        return False
    # Locked in one order, so that of two merges at once the second sees the first.
    both = select(Unit).where(Unit.id.in_((unit, into)), Unit.merged_into.is_(None))
    found = await session.execute(
        both.order_by(Unit.id).with_for_update().execution_options(populate_existing=True)
    )
    units = {one.id: one for one in found.scalars()}
    if units.keys() != {unit, into} or units[unit].agency != units[into].agency:
        return False
    names = update(Unit).where(or_(Unit.id == unit, Unit.merged_into == unit))
    await session.execute(names.values(merged_into=into))
    known = {
        name: func.coalesce(getattr(Unit, name), getattr(units[unit], name))
        for name in ("address", "tax_number")
    }
    await session.execute(update(Unit).where(Unit.id == into).values(known))
    await audit.record(session, by, Did.UNITS_MERGED, unit, now, into=into)
    return True


async def change_role_form(
    session: AsyncSession, form: RoleForm, values: Mapping[str, Any], by: str, now: datetime
) -> None:
    """Give a role these names, way, fields, place in the list, and whether it is offered."""
    before = {name: getattr(form, name) for name in values}
    await session.execute(update(RoleForm).where(RoleForm.code == form.code).values(values))
    detail = {"before": before, "after": dict(values)}
    await audit.record(session, by, Did.ROLE_FORM_CHANGED, form.code, now, **detail)


async def _changed(session: AsyncSession, change: Update) -> bool:
    """Whether there was a row to change."""
    return (await session.execute(change)).first() is not None
