"""Times as Indonesians write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.times import (
    clock_time,
    day_name,
    day_span,
    duration,
    long_date,
    short_date,
    time_with_both_zones,
    time_with_zone,
)

WIB, WITA, WIT = (ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura"))
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 15 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def test_one_moment_in_three_zones() -> None:
    assert [time_with_zone(MOMENT, zone) for zone in (WIB, WITA, WIT)] == [
        "08.00 WIB", "09.00 WITA", "10.00 WIT",
    ]  # fmt: skip
    assert time_with_both_zones(MOMENT, WIT, WIB) == "10.00 WIT (08.00 WIB)"
    assert time_with_both_zones(MOMENT, WIB, WIB) == "08.00 WIB"


def test_dates_in_words() -> None:
    assert long_date(MOMENT, WIB) == "Selasa, 24 November 2026"
    assert short_date(MOMENT, WIB) == short_date(date(2026, 11, 24)) == "24 Nov 2026"
    assert day_name(date(2026, 8, 17)) == "17 Agustus 2026"


def test_the_date_is_that_of_the_zone() -> None:
    evening = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert long_date(evening, WIB) == "Kamis, 31 Desember 2026"
    assert long_date(evening, WIT) == "Jumat, 1 Januari 2027"
    assert clock_time(evening, WIT) == "00.30"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.00"), (59.9, "0.59"), (402, "6.42"), (3599, "59.59"), (3600, "1.00.00"),
     (4002, "1.06.42"), (90_000, "25.00.00")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(moment=MOMENTS, zone=st.sampled_from([WIB, WITA, WIT]))
def test_a_day_holds_its_moment_and_ends_where_the_next_begins(
    moment: datetime, zone: ZoneInfo
) -> None:
    since, until = day_span(moment, zone)
    assert since <= moment < until
    assert until - since == timedelta(days=1)
    assert day_span(until, zone)[0] == until
    assert since.astimezone(zone).date() == moment.astimezone(zone).date()


@pytest.mark.parametrize(("day", "hours"), [(29, 23), (28, 24)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day: int, hours: int) -> None:
    """Indonesia has no summer time; the settings allow a desk that has."""
    since, until = day_span(datetime(2026, 3, day, 10, tzinfo=UTC), BERLIN)
    assert until.astimezone(UTC) - since.astimezone(UTC) == timedelta(hours=hours)
