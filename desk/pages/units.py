"""The administrator's page of a unit: its name and address, and merging it with another one."""

import re
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import select

from desk.asks import Ask, Done, View
from desk.directory import changing
from desk.directory.agencies import unit_named
from desk.directory.names import tidy
from desk.directory.tables import LONGEST_NAME, Agency, Unit
from desk.pages.directory import Name
from desk.problems import Problem
from desk.refilling import Refilled, check
from desk.words import _

SIGNS = re.compile(r"[\s.-]")
OLD_LENGTH = 15


def _lines(text: object) -> object:
    """An address as it was written, but for line ends; none where it is empty."""
    return text.replace("\r\n", "\n").strip() or None if isinstance(text, str) else text


def _digits(text: object) -> object:
    """A tax number in its sixteen digits; those of before 2024 had fifteen."""
    digits = SIGNS.sub("", text) if isinstance(text, str) else text
    if isinstance(digits, str):
        return "0" + digits if len(digits) == OLD_LENGTH else digits or None
    return digits


class UnitForm(BaseModel):
    """What can be changed of a unit."""

    name: Name
    address: Annotated[str | None, BeforeValidator(_lines), Field(max_length=500)] = None
    tax_number: Annotated[str | None, BeforeValidator(_digits), Field(pattern=r"^[0-9]{16}$")] = (
        None
    )


class MergeForm(BaseModel):
    """The name of the unit that stays."""

    into: str = Field(max_length=LONGEST_NAME)


async def unit(ask: Ask[Unit]) -> View:
    """GET /units/{id}; one that was merged leads to the unit that stayed."""
    if ask.thing.merged_into:
        raise web.HTTPSeeOther(f"/units/{ask.thing.merged_into}")
    return await _page(ask, {}, {})


async def _page(ask: Ask[Unit], errors: dict[str, str], typed: dict[str, Any]) -> View:
    unit, agency = ask.thing, await ask.session.get_one(Agency, ask.thing.agency)
    others = select(Unit.name).where(Unit.merged_into == unit.id).order_by(Unit.name_key)
    data = {
        "unit": {
            "id": unit.id,
            "name": unit.name,
            "address": unit.address,
            "tax_number": unit.tax_number,
            "created_at": unit.created_at,
            "other_names": list((await ask.session.execute(others)).scalars()),
        },
        "agency": {"id": agency.id, "name": agency.name, "url": f"/directory/{agency.id}/units"},
    }
    kept = {
        "name": unit.name,
        "address": unit.address or "",
        "tax_number": unit.tax_number or "",
        "into": "",
    }
    return View("unit.html", data, {"errors": errors, "typed": kept | typed})


async def change(ask: Ask[Unit]) -> Done:
    """POST /units/{id}."""
    _demand_whole(ask.thing)
    sentences = {
        "name": _("Tulis nama satuan kerja, paling panjang 200 karakter."),
        "address": _("Tulis alamat paling panjang 500 karakter."),
        "tax_number": _("Tulis NPWP dengan 15 atau 16 angka, atau kosongkan."),
    }
    form, errors = check(UnitForm, ask.sent, sentences)
    changed = False
    if form:
        values = form.model_dump() | {"name": tidy(form.name)}
        changed = await changing.change_unit(
            ask.session, ask.thing, values, ask.identity.id, ask.now
        )
        errors = {"name": _("Satuan kerja lain di instansi ini sudah bernama demikian.")}
    if not changed:
        raise Refilled(errors, await _page(ask, errors, dict(ask.sent)))
    return _led_to(ask.thing.id)


async def merge(ask: Ask[Unit]) -> Done:
    """POST /units/{id}/merge: it becomes another name of the unit that is named."""
    _demand_whole(ask.thing)
    errors = {"into": _("Tulis nama satuan kerja lain yang ada di instansi ini.")}
    form, _wrong = check(MergeForm, ask.sent, errors)
    into = await unit_named(ask.session, ask.thing.agency, form.into) if form else None
    if into is None or not await changing.merge_units(
        ask.session, ask.thing.id, into.id, ask.identity.id, ask.now
    ):
        raise Refilled(errors, await _page(ask, errors, dict(ask.sent)))
    return _led_to(into.id)


def _demand_whole(unit: Unit) -> None:
    """Raises the Problem merged where somebody else was first; its page leads to what stayed."""
    if unit.merged_into:
        raise Problem(
            409,
            "merged",
            _("Sudah digabungkan"),
            _("Satuan kerja ini sudah digabungkan. Lanjutkan ke satuan kerja yang tetap."),
            url=f"/units/{unit.merged_into}",
        )


def _led_to(unit: str) -> Done:
    url = f"/units/{unit}"
    return Done({"unit": unit, "url": url}, url)
