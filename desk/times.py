"""Times as the language being spoken writes them.

"Selasa, 24 November 2026", "10.00 WIT" and a duration "6.42" in Indonesian; "Tuesday, 24 November
2026", "10:00 WIT" and "6:42" in English. The one place that knows zones. All moments come in as
aware UTC.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.units import format_unit

from desk.language import Language, spoken
from desk.words import _

# Between hours, minutes and seconds.
SEPARATORS = {Language.INDONESIAN: ".", Language.ENGLISH: ":"}


def long_date(moment: datetime, zone: ZoneInfo) -> str:
    """ "Selasa, 24 November 2026"."""
    return format_date(moment.astimezone(zone).date(), "EEEE, d MMMM y", spoken())


def short_date(day: date | datetime, zone: ZoneInfo | None = None) -> str:
    """ "24 Nov 2026"; a moment needs its zone, a calendar date has none."""
    if isinstance(day, datetime):
        day = day.astimezone(zone).date()
    return format_date(day, "d MMM y", spoken())


def day_name(day: date) -> str:
    """ "24 November 2026"."""
    return format_date(day, "d MMMM y", spoken())


def full_day(day: date) -> str:
    """ "Selasa, 24 November 2026", of a calendar date."""
    return format_date(day, "EEEE, d MMMM y", spoken())


def short_month(day: date) -> str:
    """ "Nov"."""
    return format_date(day, "MMM", spoken())


def written_clock(typed: str) -> str:
    """A time of day as people type it, "07:30", in the form of the language: "07.30"."""
    return typed.replace(":", SEPARATORS[spoken()])


class Weekday(NamedTuple):
    """A day of the week: "Senin" and "Sen"."""

    long: str
    short: str


def weekdays() -> list[Weekday]:
    """The days of a week from Monday on."""
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        Weekday(*(format_date(day, form, spoken()) for form in ("EEEE", "EEE"))) for day in days
    ]


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """ "10.00" or "10:00"."""
    return moment.astimezone(zone).strftime(f"%H{SEPARATORS[spoken()]}%M")


def zone_name(moment: datetime, zone: ZoneInfo) -> str:
    """ "WIB", "WITA" or "WIT" (zoneinfo's own abbreviations)."""
    return moment.astimezone(zone).tzname() or ""


def time_with_zone(moment: datetime, zone: ZoneInfo) -> str:
    """ "10.00 WIT"."""
    return f"{clock_time(moment, zone)} {zone_name(moment, zone)}"


def time_with_both_zones(moment: datetime, zone: ZoneInfo, desk_zone: ZoneInfo) -> str:
    """ "10.00 WIT (08.00 WIB)"; the desk's own zone is left out where it is the same."""
    here = time_with_zone(moment, zone)
    desk = time_with_zone(moment, desk_zone)
    return here if here == desk else f"{here} ({desk})"


def duration(seconds: float) -> str:
    """ "6.42" or "6:42" for 6 minutes 42 seconds, "1.06.42" from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (f"{hours}", f"{minutes:02}") if hours else (f"{minutes}",)
    return SEPARATORS[spoken()].join((*parts, f"{rest:02}"))


def duration_in_words(seconds: float) -> str:
    """ "6 menit 12 detik" or "6 minutes 12 seconds", as spoken.js says it."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{_unit('hour', hours)} {_unit('minute', minutes)}"
    spare = _unit("second", rest)
    return f"{_unit('minute', minutes)} {spare}" if minutes else spare


def age_in_words(seconds: float) -> str:
    """ "2 hari 4 jam", "5 jam" or "12 menit": rougher the longer it is."""
    minutes = max(0, int(seconds)) // 60
    hours = minutes // 60
    days, rest = divmod(hours, 24)
    if days:
        return f"{_unit('day', days)} {_unit('hour', rest)}" if rest else _unit("day", days)
    return _unit("hour", hours) if hours else _unit("minute", minutes)


def target_in_words(seconds: int) -> str:
    """ "5 menit" where it is whole minutes, else "90 detik"."""
    minutes, rest = divmod(seconds, 60)
    return _unit("second", seconds) if rest else _unit("minute", minutes)


def review_time(hours: int) -> str:
    """ "3x24 jam" for 72 hours, as the guide writes it; "36 jam" where it is no whole days."""
    days, rest = divmod(hours, 24)
    if rest or not days:
        return _unit("hour", hours)
    return _("{days}x24 jam").format(days=days)


def _unit(name: str, number: int) -> str:
    return format_unit(number, f"duration-{name}", "long", locale=spoken())


def day_span(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar day of `moment` in `zone`, as the half-open span [start, next start)."""
    start = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)
