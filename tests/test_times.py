"""Times as Indonesian and English write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.amounts import decimal, number
from desk.language import Language, speaking
from desk.times import (
    clock_time,
    day_name,
    day_span,
    duration,
    duration_in_words,
    long_date,
    short_date,
    target_in_words,
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


def test_the_same_times_in_english() -> None:
    with speaking(Language.ENGLISH):
        assert long_date(MOMENT, WIT) == "Tuesday, 24 November 2026"
        assert short_date(MOMENT, WIB) == "24 Nov 2026"
        assert day_name(date(2026, 8, 17)) == "17 August 2026"
        assert clock_time(MOMENT + timedelta(hours=12), WIB) == "20:00"
        assert time_with_both_zones(MOMENT, WIT, WIB) == "10:00 WIT (08:00 WIB)"
        assert [duration(s) for s in (0, 402, 4002)] == ["0:00", "6:42", "1:06:42"]
    assert time_with_zone(MOMENT, WIT) == "10.00 WIT"


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (-1, "0 detik", "0 seconds"),
        (1.9, "1 detik", "1 second"),
        (59, "59 detik", "59 seconds"),
        (60, "1 menit 0 detik", "1 minute 0 seconds"),
        (372, "6 menit 12 detik", "6 minutes 12 seconds"),
        (3601, "1 jam 0 menit", "1 hour 0 minutes"),
        (90_061, "25 jam 1 menit", "25 hours 1 minute"),
    ],
)
def test_durations_in_words(seconds: float, indonesian: str, english: str) -> None:
    assert duration_in_words(seconds) == indonesian
    with speaking(Language.ENGLISH):
        assert duration_in_words(seconds) == english


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [(60, "1 menit", "1 minute"), (300, "5 menit", "5 minutes"), (90, "90 detik", "90 seconds")],
)
def test_targets_in_words(seconds: int, indonesian: str, english: str) -> None:
    assert target_in_words(seconds) == indonesian
    with speaking(Language.ENGLISH):
        assert target_in_words(seconds) == english


def test_numbers() -> None:
    assert (number(999), number(1500), decimal(8.42)) == ("999", "1.500", "8,4")
    with speaking(Language.ENGLISH):
        assert (number(999), number(1500), decimal(8.42)) == ("999", "1,500", "8.4")


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
