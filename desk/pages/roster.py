"""Who is on duty: each verifier's hours by weekday, and the days on which it is otherwise."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from desk.accounts.tables import Account, Role
from desk.asks import Ask, Done, View
from desk.pages.replanning import changed
from desk.pages.schedule import WORKDAYS, report_of
from desk.pages.typed import Typed
from desk.schedule import editing
from desk.schedule.plan import read_plan
from desk.schedule.tables import RosterException
from desk.times import weekdays
from desk.words import _, _c

PAGE = "/schedule/roster"
LONGEST_ID = 22


async def roster(ask: Ask[None]) -> View:
    """GET /schedule/roster."""
    return await _view(ask, report_of(ask))


async def _view(ask: Ask[Any], report: Mapping[str, int] = MappingProxyType({})) -> View:
    plan = await read_plan(ask.session, ask.settings, ask.now)
    today = ask.now.astimezone(ask.settings.zone).date()
    verifiers = await _verifiers(ask)
    names = {one["id"]: one["name"] for one in verifiers}
    for one in verifiers:
        spans = (plan.roster.shifts.get((one["id"], day)) for day in WORKDAYS)
        one["hours"] = [
            {"begins": f"{span[0]:%H:%M}", "ends": f"{span[1]:%H:%M}"} if span else None
            for span in spans
        ]
    data = {
        "verifiers": verifiers,
        "is_empty": plan.roster.is_empty,
        "absences": await _absences(ask, today, names),
        "handling_s": round(plan.handling_s),
        "no_show_percent": round(plan.no_show_share * 100),
        "seats_of_one": round(plan.seats_of_one, 2),
        "report": dict(report),
    }
    page_only = {"weekdays": weekdays()[: len(WORKDAYS)], "typed": {}, "errors": {}}
    return View("roster.html", data, page_only | {"labels": _labels()})


def _labels() -> dict[str, str]:
    """What each field of the page is called, for the list of what is wrong."""
    begins, ends, days = _("mulai"), _c("hours", "selesai"), weekdays()
    return {
        "verifier": _("Verifikator"),
        "day": _("Tanggal"),
        "begins": _("Mulai (kosong: tidak bertugas)"),
        "ends": _c("hours", "Selesai"),
        **{f"begins_{day}": f"{days[day].long}, {begins}" for day in WORKDAYS},
        **{f"ends_{day}": f"{days[day].long}, {ends}" for day in WORKDAYS},
    }


async def _verifiers(ask: Ask[Any]) -> list[dict[str, Any]]:
    enabled = select(Account.id, Account.name, Account.desk_number).where(
        Account.role == Role.VERIFIER, Account.disabled_at.is_(None)
    )
    rows = await ask.session.execute(enabled.order_by(Account.desk_number, Account.name))
    return [dict(row._mapping) for row in rows]


async def _absences(ask: Ask[Any], today: date, names: dict[str, str]) -> list[dict[str, Any]]:
    to_come = select(RosterException).where(RosterException.day >= today)
    found = (await ask.session.execute(to_come.order_by(RosterException.day))).scalars()
    return [
        {
            "id": one.id,
            "name": names[one.verifier],
            "day": one.day,
            "begins": one.begins and f"{one.begins:%H:%M}",
            "ends": one.ends and f"{one.ends:%H:%M}",
        }
        for one in found
        if one.verifier in names
    ]


async def set_shifts(ask: Ask[None]) -> Done:
    """POST /schedule/roster: one verifier's hours by weekday."""
    typed = Typed(ask.sent)
    verifier = await _verifier(ask, typed)
    spans = {day: typed.span(f"begins_{day}", f"ends_{day}") for day in WORKDAYS}
    typed.demand(await _view(ask))
    on_duty = {day: span for day, span in spans.items() if span}
    await editing.set_shifts(ask.session, verifier, on_duty)
    return await changed(ask, "roster", {"verifier": verifier}, page=PAGE)


async def add_absence(ask: Ask[None]) -> Done:
    """POST /schedule/absences: a day on which a verifier is absent, or on duty in other hours."""
    typed = Typed(ask.sent)
    verifier, day = await _verifier(ask, typed), typed.day("day")
    span = typed.span("begins", "ends")
    typed.demand(await _view(ask))
    assert day  # noqa: S101  demanded just now
    await editing.set_absence(ask.session, verifier, day, span)
    return await changed(ask, "absence_added", {"verifier": verifier, "day": str(day)}, page=PAGE)


async def _verifier(ask: Ask[Any], typed: Typed) -> str:
    verifier = typed.text("verifier", LONGEST_ID)
    if verifier and verifier not in {one["id"] for one in await _verifiers(ask)}:
        typed.errors["verifier"] = _("Pilih salah satu.")
    return verifier


async def remove_absence(ask: Ask[RosterException]) -> Done:
    """POST /schedule/absences/{id}/remove: the weekday's hours hold again."""
    absence = ask.thing
    await editing.remove_absence(ask.session, absence)
    detail = {"verifier": absence.verifier, "day": str(absence.day)}
    return await changed(ask, "absence_removed", detail, page=PAGE)
