"""The administrator's schedule: opening hours, Ramadan, days that are otherwise, as they stand."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from desk.accounts.tables import Account
from desk.asks import Ask, View
from desk.directory.tables import Agency, AgencyKind
from desk.schedule.calendar import holiday_name, year_to_warn_of
from desk.schedule.hours import read_hours
from desk.schedule.tables import DayException, Season
from desk.times import weekdays
from desk.words import _, _c

WORKDAYS = range(5)
COLUMNS = ("opens", "break_from", "break_until", "closes")
MOST_DIGITS = 6


async def schedule(ask: Ask[None]) -> View:
    """GET /schedule."""
    return await shown(ask, report_of(ask))


def report_of(ask: Ask[Any]) -> dict[str, int]:
    """How many meetings were `moved` by the change that led here, and how many are `unplaced`."""
    counts = {name: ask.request.query.get(name, "") for name in ("moved", "unplaced")}
    return {
        name: int(count)
        for name, count in counts.items()
        if count.isdecimal() and len(count) <= MOST_DIGITS
    }


async def shown(ask: Ask[Any], report: Mapping[str, int] = MappingProxyType({})) -> View:
    """The page, after a change with this report."""
    hours = await read_hours(ask.session, ask.settings.zone)
    today = ask.now.astimezone(ask.settings.zone).date()
    years = sorted(hours.ramadans)
    data = {
        "hours": {
            season.value: [
                {name: f"{getattr(hours.by_weekday[season, day], name):%H:%M}" for name in COLUMNS}
                for day in WORKDAYS
            ]
            for season in Season
        },
        "ramadans": [
            {"first_day": one.first_day, "last_day": one.last_day}
            for one in (hours.ramadans[year] for year in years)
        ],
        "exceptions": await _exceptions(ask, today),
        "joint_leave_missing": year_to_warn_of(today),
        "ramadan_missing": next((y for y in (today.year, today.year + 1) if y not in years), None),
        "report": dict(report),
    }
    page_only = {"weekdays": weekdays()[: len(WORKDAYS)], "typed": {}, "errors": {}}
    return View("schedule.html", data, page_only | {"labels": _labels()})


def _labels() -> dict[str, str]:
    """What each field of the page is called, for the list of what is wrong."""
    columns = (_("Buka"), _("Istirahat mulai"), _("Istirahat selesai"), _c("hours", "Tutup"))
    seasons = {Season.NORMAL: _("Hari biasa"), Season.RAMADAN: _("Ramadan")}
    days = weekdays()
    return {
        "day": _("Tanggal"),
        "is_open": _("Pada hari itu"),
        "scope": _("Berlaku untuk"),
        "place": _("Provinsi atau instansi"),
        "reason": _("Alasan"),
        "first_day": _("Hari pertama"),
        "last_day": _("Hari terakhir"),
        **{
            f"{season.value}_{day}_{name}": f"{seasons[season]}, {days[day].long}, {label}"
            for season in Season
            for day in WORKDAYS
            for name, label in zip(COLUMNS, columns, strict=True)
        },
    }


async def _exceptions(ask: Ask[Any], today: date) -> list[dict[str, Any]]:
    to_come = (
        select(DayException, Account.name)
        .join(Account, Account.id == DayException.author)
        .where(DayException.day >= today)
        .order_by(DayException.day, DayException.scope, DayException.place)
    )
    columns = ("id", "day", "scope", "place", "is_open", "reason", "moved", "unplaced")
    provinces = select(Agency.code, Agency.name).where(Agency.kind == AgencyKind.PROVINCE)
    names = {row.code: row.name for row in await ask.session.execute(provinces)}
    return [
        {
            **{name: getattr(one, name) for name in columns},
            "place_name": names.get(one.place, one.place),
            "author": author,
            "created_at": one.created_at,
            "holiday": holiday_name(one.day),
        }
        for one, author in await ask.session.execute(to_come)
    ]
