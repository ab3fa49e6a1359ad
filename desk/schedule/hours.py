"""The desk's opening hours: a table by weekday, another one for Ramadan, and the slots in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.schedule.calendar import SATURDAY
from desk.schedule.tables import OpeningHours, Ramadan, Season


@dataclass(frozen=True, slots=True)
class Hours:
    """Both tables, the days of every known Ramadan, and the zone that all of it is written in."""

    by_weekday: dict[tuple[Season, int], OpeningHours]
    ramadans: dict[int, Ramadan]
    zone: ZoneInfo

    def season_of(self, day: date) -> Season:
        """Which table holds on this day."""
        known = self.ramadans.get(day.year)
        fasts = known is not None and known.first_day <= day <= known.last_day
        return Season.RAMADAN if fasts else Season.NORMAL

    def of(self, day: date) -> OpeningHours:
        """The hours of a day; a weekend that is opened has those of a Friday."""
        return self.by_weekday[self.season_of(day), min(day.weekday(), SATURDAY - 1)]

    def slots_of(self, day: date, slot_minutes: int) -> list[datetime]:
        """When the slots of a day begin: each lies whole between opening, break and closing."""
        hours, slot = self.of(day), timedelta(minutes=slot_minutes)
        spans = ((hours.opens, hours.break_from), (hours.break_until, hours.closes))
        found = []
        for begins, ends in spans:
            at, end = self.moment(day, begins), self.moment(day, ends)
            while at + slot <= end:
                found.append(at)
                at += slot
        return found

    def moment(self, day: date, at: time) -> datetime:
        """A time of the desk's day as a moment."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)


async def read_hours(session: AsyncSession, zone: ZoneInfo) -> Hours:
    """The hours as they are written down."""
    rows = (await session.execute(select(OpeningHours))).scalars()
    years = (await session.execute(select(Ramadan))).scalars()
    return Hours(
        {(row.season, row.weekday): row for row in rows}, {one.year: one for one in years}, zone
    )
