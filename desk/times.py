"""Times as Indonesians write them: "Selasa, 24 November 2026", "10.00 WIT", durations "6.42".

The one place that knows zones and Babel. All moments come in as aware UTC.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

LOCALE = "id"


def long_date(moment: datetime, zone: ZoneInfo) -> str:
    """ "Selasa, 24 November 2026"."""
    return format_date(moment.astimezone(zone).date(), "EEEE, d MMMM y", LOCALE)


def short_date(day: date | datetime, zone: ZoneInfo | None = None) -> str:
    """ "24 Nov 2026"; a moment needs its zone, a calendar date has none."""
    if isinstance(day, datetime):
        day = day.astimezone(zone).date()
    return format_date(day, "d MMM y", LOCALE)


def day_name(day: date) -> str:
    """ "24 November 2026"."""
    return format_date(day, "d MMMM y", LOCALE)


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """ "10.00"."""
    return format_datetime(moment.astimezone(zone), "HH.mm", locale=LOCALE)


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
    """ "6.42" for 6 minutes 42 seconds, "1.06.42" from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}.{minutes:02}.{rest:02}" if hours else f"{minutes}.{rest:02}"


def day_span(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar day of `moment` in `zone`, as the half-open span [start, next start)."""
    start = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)
