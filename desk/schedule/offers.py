"""What is free: the days that one may choose from, and the times of a day. It only reads."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.schedule.calendar import A_DAY, Place
from desk.schedule.plan import Plan
from desk.schedule.tables import Slot, SlotDay


class Time(NamedTuple):
    """A slot and how many of its seats are free."""

    starts_at: datetime
    free: int


class Day(NamedTuple):
    """A day: whether it is open for this place, how many seats are free, and of how many.

    It is over when nothing begins on it any more.
    """

    day: date
    is_open: bool
    free: int
    seats: int
    is_over: bool


async def free_days(
    session: AsyncSession, plan: Plan, place: Place, first: date, last: date, since: datetime
) -> list[Day]:
    """Every day from the first to the last one; what begins before `since` is not free."""
    made = await _made(session, first, last)
    days, day = [], first
    while day <= last:
        rows = _rows(plan, made, day)
        is_open = bool(rows) and plan.calendar.is_bookable(day, place)
        free = sum(seats - taken for at, seats, taken in rows if at >= since and seats > taken)
        seats = sum(seats for _at, seats, _taken in rows)
        is_over = is_open and all(at < since for at, _seats, _taken in rows)
        days.append(Day(day, is_open, free if is_open else 0, seats if is_open else 0, is_over))
        day += A_DAY
    return days


async def free_times(
    session: AsyncSession, plan: Plan, place: Place, day: date, since: datetime
) -> list[Time]:
    """The times of a day that are still free from `since` on, in their order."""
    if not plan.calendar.is_bookable(day, place):
        return []
    rows = _rows(plan, await _made(session, day, day), day)
    return [Time(at, seats - taken) for at, seats, taken in rows if at >= since and seats > taken]


Row = tuple[datetime, int, int]


async def _made(session: AsyncSession, first: date, last: date) -> dict[date, list[Row]]:
    """The slots of the days that are made: when, how many seats, how many taken."""
    days = select(SlotDay.day).where(SlotDay.day.between(first, last))
    made: dict[date, list[Row]] = {day: [] for day in (await session.execute(days)).scalars()}
    columns = (Slot.day, Slot.starts_at, Slot.capacity, Slot.taken)
    rows = select(*columns).where(Slot.day.between(first, last)).order_by(Slot.starts_at)
    for day, at, seats, taken in await session.execute(rows):
        made[day].append((at, seats, taken))
    return made


def _rows(plan: Plan, made: dict[date, list[Row]], day: date) -> list[Row]:
    return made[day] if day in made else [(at, n, 0) for at, n in plan.seats_of(day).items()]
