"""Working days: what the law says, what an administrator says, and what is not known yet."""

from datetime import date

import pytest

from desk.schedule.calendar import (
    Calendar,
    Place,
    holiday_name,
    joint_leave_missing,
    year_to_warn_of,
)
from desk.schedule.tables import Scope

LAW = Calendar({})
TUESDAY = date(2026, 11, 24)
AMBON = Place("81", "Kota Ambon")


def calendar(*said: tuple[Scope, str, bool], day: date = TUESDAY) -> Calendar:
    return Calendar({(day, scope, place): is_open for scope, place, is_open in said})


@pytest.mark.parametrize(
    ("sent", "last"),
    [
        (date(2026, 3, 16), date(2026, 3, 30)),  # Nyepi, Idulfitri and its joint leave
        (date(2026, 12, 21), date(2026, 12, 30)),  # Christmas and its joint leave
        (date(2027, 3, 5), date(2027, 3, 22)),
        (date(2026, 11, 20), date(2026, 11, 27)),
        (date(2026, 11, 21), date(2026, 11, 27)),  # sent on a Saturday
    ],
)
def test_five_working_days_from_the_sending(sent: date, last: date) -> None:
    assert LAW.add_working_days(sent, 5) == last


def test_no_working_day_more_is_the_day_itself() -> None:
    assert LAW.add_working_days(date(2026, 3, 21), 0) == date(2026, 3, 21)


@pytest.mark.parametrize(("year", "days"), [(2025, 237), (2026, 240), (2027, 242)])
def test_a_year_has_so_many_working_days(year: int, days: int) -> None:
    every = (
        date.fromordinal(n)
        for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    )
    assert sum(map(LAW.is_working, every)) == days


def test_a_holiday_has_its_name() -> None:
    assert holiday_name(date(2026, 12, 24)) == "Cuti Bersama Hari Raya Natal"
    assert holiday_name(TUESDAY) is None


def test_an_exception_wins_over_the_package() -> None:
    christmas = date(2026, 12, 25)
    assert not LAW.is_working(christmas)
    assert calendar((Scope.NATIONAL, "", True), day=christmas).is_working(christmas)
    assert not calendar((Scope.NATIONAL, "", False)).is_working(TUESDAY)


def test_the_narrower_exception_wins() -> None:
    both = calendar((Scope.NATIONAL, "", False), (Scope.PROVINCE, "81", True))
    assert both.is_working(TUESDAY, AMBON)
    assert not both.is_working(TUESDAY)
    # The desk itself is closed, whoever works.
    assert not both.is_bookable(TUESDAY, AMBON)
    all_three = calendar(
        (Scope.NATIONAL, "", True),
        (Scope.PROVINCE, "81", True),
        (Scope.AGENCY, "Kota Ambon", False),
    )
    assert not all_three.is_working(TUESDAY, AMBON)
    assert all_three.is_bookable(TUESDAY)
    assert not all_three.is_bookable(TUESDAY, AMBON)
    assert all_three.closed_for(AMBON) == [TUESDAY]
    assert all_three.closed_for(Place("81", "Kota Tual")) == []


def test_a_day_closed_in_one_province_counts_there_alone() -> None:
    election = calendar((Scope.PROVINCE, "81", False))
    assert election.add_working_days(date(2026, 11, 23), 1, AMBON) == date(2026, 11, 25)
    assert election.add_working_days(date(2026, 11, 23), 1, Place("82", "")) == TUESDAY


def test_joint_leave_that_is_not_decreed_yet_is_warned_of_from_november_on() -> None:
    assert not joint_leave_missing(2026)
    assert joint_leave_missing(2028)
    assert year_to_warn_of(date(2027, 10, 31)) is None
    assert year_to_warn_of(date(2027, 11, 1)) == 2028
    assert year_to_warn_of(date(2026, 11, 1)) is None
