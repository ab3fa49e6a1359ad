"""The administrator's page of an agency: renamed, retired, and its units."""

from typing import Any

from sqlalchemy import select

from desk.asks import Ask, Done, View, parse
from desk.directory import changing
from desk.directory.agencies import matching_units
from desk.directory.tables import Agency, Unit
from desk.pages.directory import SHOWN, AgencyForm, agency_row, sentences, taken, zones
from desk.pages.search import Search
from desk.refilling import Refilled, check


async def agency(ask: Ask[Agency]) -> View:
    """GET /directory/{id}/units?q=: an agency, with its units."""
    return await _one(ask, {}, {"name": ask.thing.name, "timezone": ask.thing.timezone})


async def _one(ask: Ask[Agency], errors: dict[str, str], typed: dict[str, Any]) -> View:
    asked = parse(Search, ask.request.query)
    found = matching_units(ask.thing.id, asked.q).limit(SHOWN + 1)
    units = (await ask.session.execute(found)).scalars().all()
    any_unit = await ask.session.execute(
        select(Unit.id).where(Unit.agency == ask.thing.id).limit(1)
    )
    data = {
        "agency": agency_row(ask, ask.thing),
        "units": [_unit(one) for one in units[:SHOWN]],
        "is_cut": len(units) > SHOWN,
        "has_units": any_unit.first() is not None,
    }
    form = {"errors": errors, "typed": typed, "zones": zones(ask)}
    return View("agency.html", data, form | {"q": asked.q, "shown": SHOWN})


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "address": unit.address,
        "tax_number": unit.tax_number,
        "created_at": unit.created_at,
        "url": f"/units/{unit.id}",
    }


async def change(ask: Ask[Agency]) -> Done:
    """POST /directory/{id}."""
    form, errors = check(AgencyForm, ask.sent, sentences())
    changed = False
    if form:
        changed = await changing.change_agency(
            ask.session, ask.thing, form.name, form.timezone, ask.identity.id, ask.now
        )
        errors = taken()
    if not changed:
        raise Refilled(errors, await _one(ask, errors, {"name": "", "timezone": "", **ask.sent}))
    return _back_to(ask)


async def retire(ask: Ask[Agency]) -> Done:
    """POST /directory/{id}/retire: it is no longer offered."""
    await changing.retire_agency(ask.session, ask.thing.id, ask.identity.id, ask.now)
    return _back_to(ask)


async def restore(ask: Ask[Agency]) -> Done:
    """POST /directory/{id}/restore."""
    await changing.restore_agency(ask.session, ask.thing.id, ask.identity.id, ask.now)
    return _back_to(ask)


def _back_to(ask: Ask[Agency]) -> Done:
    url = f"/directory/{ask.thing.id}/units"
    return Done({"agency": ask.thing.id, "url": url}, url)
