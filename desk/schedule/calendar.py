"""Working days: the package's national holidays and joint leave, under an administrator's word."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from holidays import country_holidays
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access
from desk.language import DEFAULT, Language, spoken
from desk.schedule.tables import DayException, Scope
from waiting_room.tables import table_of

# Without the second one, joint leave (cuti bersama) would count as work.
CATEGORIES = ("public", "government")
JOINT_LEAVE = "government"
NAMED_IN = {Language.INDONESIAN: "id", Language.ENGLISH: "en_US"}
SATURDAY = 5
WARN_FROM_MONTH = 11
A_DAY = timedelta(days=1)


class Place(NamedTuple):
    """Where a unit is: its province's code and its agency; nothing known is the nation alone."""

    province: str = ""
    agency: str = ""


NOWHERE = Place()


def place_of(access: Access) -> Place:
    """The place whose exceptions hold for this access."""
    return Place(access.province, access.agency)


@cache
def _days_off(
    year: int, categories: tuple[str, ...] = CATEGORIES, language: Language = DEFAULT
) -> dict[date, str]:
    given = country_holidays("ID", years=year, categories=categories, language=NAMED_IN[language])
    return dict(given.items())


def holiday_name(day: date) -> str | None:
    """What the package calls this day off, in the language being spoken."""
    return _days_off(day.year, language=spoken()).get(day)


def joint_leave_missing(year: int) -> bool:
    """Whether the package has no joint leave for a year: its decree is not out, or not in it."""
    return not _days_off(year, (JOINT_LEAVE,))


def year_to_warn_of(today: date) -> int | None:
    """The next year, from 1 November on, if its joint leave is missing."""
    following = today.year + 1
    return following if today.month >= WARN_FROM_MONTH and joint_leave_missing(following) else None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are working days, and where: `words` are the exceptions by day, scope, place."""

    words: dict[tuple[date, Scope, str], bool]

    def is_working(self, day: date, place: Place = NOWHERE) -> bool:
        """Whether one works there on this day: the narrowest exception decides, then the law."""
        said = self.said_of(day, place)
        if said is not None:
            return said
        national = self.words.get((day, Scope.NATIONAL, ""))
        if national is not None:
            return national
        return day.weekday() < SATURDAY and day not in _days_off(day.year)

    def said_of(self, day: date, place: Place) -> bool | None:
        """What an exception for this agency, or else this province, says of the day."""
        for scope, name in ((Scope.AGENCY, place.agency), (Scope.PROVINCE, place.province)):
            said = self.words.get((day, scope, name)) if name else None
            if said is not None:
                return said
        return None

    def is_bookable(self, day: date, place: Place = NOWHERE) -> bool:
        """Whether the desk works on this day, and nothing closes it for this place."""
        return self.is_working(day) and self.said_of(day, place) is not False

    def closed_for(self, place: Place) -> list[date]:
        """The days that exceptions close for this place alone."""
        days = {day for day, scope, _name in self.words if scope is not Scope.NATIONAL}
        return sorted(day for day in days if self.said_of(day, place) is False)

    def add_working_days(self, day: date, count: int, place: Place = NOWHERE) -> date:
        """The working day that comes `count` working days after `day`."""
        while count:
            day += A_DAY
            count -= self.is_working(day, place)
        return day


_EXCEPTION = table_of(DayException).c
_EXCEPTIONS = select(_EXCEPTION.day, _EXCEPTION.scope, _EXCEPTION.place, _EXCEPTION.is_open)


async def read_calendar(session: AsyncSession) -> Calendar:
    """The calendar with every exception that is written down."""
    found = await session.execute(_EXCEPTIONS)
    return Calendar({(day, scope, place): is_open for day, scope, place, is_open in found})
