"""Changing the schedule: opening hours, Ramadan, days that are otherwise."""

from datetime import date, time

from desk.asks import Ask, Done
from desk.directory.agencies import agencies_named
from desk.directory.tables import LONGEST_NAME, AgencyKind
from desk.pages.replanning import changed
from desk.pages.schedule import COLUMNS, WORKDAYS, shown
from desk.pages.typed import Typed
from desk.schedule import editing
from desk.schedule.tables import DayException, Scope, Season
from desk.words import _
from waiting_room.tables import new_id

LONGEST_REASON, LONGEST_WORD = 200, 20
LONGEST_RAMADAN_DAYS = 30


async def set_hours(ask: Ask[None]) -> Done:
    """POST /schedule/hours: both tables."""
    typed, found = Typed(ask.sent), {}
    for season in Season:
        for day in WORKDAYS:
            names = [f"{season.value}_{day}_{name}" for name in COLUMNS]
            times = [typed.clock(name) for name in names]
            found[season, day] = dict(zip(COLUMNS, (one or time.min for one in times), strict=True))
            for name, one, before in zip(names[1:], times[1:], times, strict=False):
                if one and before and one < before:
                    typed.errors.setdefault(name, _("Jam harus berurutan."))
    typed.demand(await shown(ask))
    await editing.set_hours(ask.session, found)
    return await changed(ask, "hours")


async def set_ramadan(ask: Ask[None]) -> Done:
    """POST /schedule/ramadan: the first and the last day of one year's."""
    typed = Typed(ask.sent)
    first, last = typed.day("first_day"), typed.day("last_day")
    if first and last and not 1 <= (last - first).days <= LONGEST_RAMADAN_DAYS:
        typed.errors["last_day"] = _(
            "Hari terakhir harus sesudah hari pertama, paling lama 30 hari."
        )
    typed.demand(await shown(ask))
    assert first and last  # noqa: S101  demanded just now
    await editing.set_ramadan(ask.session, first, last)
    return await changed(ask, "ramadan", {"year": first.year})


async def add_day(ask: Ask[None]) -> Done:
    """POST /schedule/exceptions: a day that is open or closed; whoever loses a time is moved."""
    typed = Typed(ask.sent)
    day, scope = typed.day("day"), typed.text("scope", LONGEST_WORD)
    said = typed.text("is_open", 1)
    reason = typed.text("reason", LONGEST_REASON)
    _check_exception(typed, day, scope, said, ask.now.astimezone(ask.settings.zone).date())
    place = await _place(ask, typed, scope)
    typed.demand(await shown(ask))
    row = DayException(
        id=new_id(), day=day, scope=Scope(scope), place=place, is_open=said == "1", reason=reason,
        author=ask.identity.id, created_at=ask.now,
    )  # fmt: skip
    if not await editing.add_day(ask.session, row):
        typed.errors["day"] = _("Hari ini sudah tercatat untuk wilayah itu. Hapus dulu catatannya.")
        typed.demand(await shown(ask))
    detail = {"day": str(day), "scope": scope, "place": place, "is_open": row.is_open}
    return await changed(ask, "day_added", detail, closed=None if row.is_open else row)


def _check_exception(typed: Typed, day: date | None, scope: str, said: str, today: date) -> None:
    if day and day < today:
        typed.errors["day"] = _("Hari ini sudah lewat.")
    if scope not in {one.value for one in Scope}:
        typed.errors["scope"] = _("Pilih salah satu.")
    if said not in {"0", "1"}:
        typed.errors["is_open"] = _("Pilih salah satu.")


async def _place(ask: Ask[None], typed: Typed, scope: str) -> str:
    """What an exception keeps of the agency that was named: a province's code, another's name."""
    if scope not in {Scope.PROVINCE, Scope.AGENCY}:
        return ""
    name = typed.text("place", LONGEST_NAME)
    found = await agencies_named(ask.session, name)
    if scope == Scope.PROVINCE:
        places = [one.province for one in found if one.kind is AgencyKind.PROVINCE]
        sentence = _("Pilih provinsi yang ada di daftar instansi.")
    else:
        places = [one.name for one in found]
        sentence = _("Pilih instansi yang ada di daftar instansi.")
    if place := next(filter(None, places), None):
        return place
    typed.errors.setdefault("place", sentence)
    return ""


async def remove_day(ask: Ask[DayException]) -> Done:
    """POST /schedule/exceptions/{id}/remove: the calendar holds again."""
    await editing.remove_day(ask.session, ask.thing)
    return await changed(ask, "day_removed", {"day": str(ask.thing.day), "place": ask.thing.place})
