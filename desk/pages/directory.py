"""The administrator's list of agencies: found, and added."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field

from desk.asks import Ask, Done, View, parse
from desk.directory import changing
from desk.directory.agencies import kind_name, matching_agencies
from desk.directory.loading import CENTRAL, PROVINCES
from desk.directory.names import key_of
from desk.directory.tables import LONGEST_NAME, Agency, AgencyKind
from desk.pages.search import Search
from desk.refilling import Refilled, check
from desk.words import _

SHOWN = 50


def _with_a_letter(name: str) -> str:
    if not key_of(name):
        raise ValueError("neither letter nor digit")
    return name


# A name somebody could look for.
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_with_a_letter)]
Zone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


class AgencyForm(BaseModel):
    """An agency that is there already."""

    name: Name
    timezone: Zone


class NewAgencyForm(AgencyForm):
    """An agency to be added."""

    kind: AgencyKind


class DirectorySearch(Search):
    """The list's filter; an unknown kind is none."""

    kind: AgencyKind | Literal[""] = ""


def sentences() -> dict[str, str]:
    """What to do about each field of an agency."""
    return {
        "kind": _("Pilih jenis instansi."),
        "name": _("Tulis nama instansi, paling panjang 200 karakter."),
        "timezone": _("Pilih zona waktu."),
    }


async def directory(ask: Ask[None]) -> View:
    """GET /directory?kind=&q=: agencies, retired ones too."""
    return await _list(ask, {}, {"kind": "", "name": "", "timezone": CENTRAL})


async def _list(ask: Ask[None], errors: dict[str, str], typed: dict[str, Any]) -> View:
    asked = parse(DirectorySearch, ask.request.query)
    found = matching_agencies(asked.kind or None, asked.q).limit(SHOWN + 1)
    agencies = (await ask.session.execute(found)).scalars().all()
    data = {
        "agencies": [agency_row(ask, one) for one in agencies[:SHOWN]],
        "is_cut": len(agencies) > SHOWN,
    }
    form = {"errors": errors, "typed": typed, "kinds": _kinds(), "zones": zones(ask)}
    filtered = {"kind": asked.kind, "q": asked.q, "shown": SHOWN}
    return View("directory.html", data, form | filtered)


def agency_row(ask: Ask[Any], agency: Agency) -> dict[str, Any]:
    """An agency as both pages show it."""
    return {
        "id": agency.id,
        "kind": agency.kind.value,
        "kind_name": kind_name(agency.kind),
        "name": agency.name,
        "timezone": agency.timezone,
        "zone_name": zones(ask)[agency.timezone],
        "retired_at": agency.retired_at,
        "url": f"/directory/{agency.id}/units",
    }


def _kinds() -> dict[str, str]:
    return {kind.value: kind_name(kind) for kind in AgencyKind}


def zones(ask: Ask[Any]) -> dict[str, str]:
    """WIB, WITA and WIT."""
    return {zone: ask.now.astimezone(ZoneInfo(zone)).tzname() or zone for zone in PROVINCES}


async def add(ask: Ask[None]) -> Done:
    """POST /directory."""
    form, errors = check(NewAgencyForm, ask.sent, sentences())
    added = None
    if form:
        added = await changing.add_agency(
            ask.session, form.kind, form.name, form.timezone, ask.identity.id, ask.now
        )
        errors = taken()
    if added is None:
        typed = {"kind": "", "name": "", "timezone": "", **ask.sent}
        raise Refilled(errors, await _list(ask, errors, typed))
    url = f"/directory/{added}/units"
    return Done({"agency": added, "url": url}, url)


def taken() -> dict[str, str]:
    """What is wrong with a name that another agency has."""
    return {"name": _("Instansi sejenis dengan nama ini sudah ada.")}
