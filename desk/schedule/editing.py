"""Changing what the schedule follows from: hours, Ramadan, exceptions, who is on duty.

Each in the caller's write transaction; `closing.replan` follows in the same one.
"""

from collections.abc import Mapping
from datetime import date, time

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.authority import Found, Parties
from desk.problems import not_found
from desk.schedule.closing import Resettled
from desk.schedule.roster import Span
from desk.schedule.tables import (
    DayException,
    OpeningHours,
    Ramadan,
    RosterException,
    RosterShift,
    Season,
)
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id

Times = Mapping[str, time]


async def set_hours(session: AsyncSession, hours: Mapping[tuple[Season, int], Times]) -> None:
    """The hours of the weekdays that are given, by the names of their columns."""
    for (season, weekday), times in hours.items():
        row = update(OpeningHours).where(
            OpeningHours.season == season, OpeningHours.weekday == weekday
        )
        await session.execute(row.values(**times))


async def set_ramadan(session: AsyncSession, first_day: date, last_day: date) -> None:
    """The Ramadan of the year in which it begins."""
    days = {"first_day": first_day, "last_day": last_day}
    row = insert_into(session, Ramadan).values(year=first_day.year, **days)
    await session.execute(row.on_conflict_do_update(index_elements=["year"], set_=days))


async def add_day(session: AsyncSession, said: DayException) -> bool:
    """Write an exception down; false where one for this day and place is there already."""
    values = {
        name: getattr(said, name)
        for name in ("id", "day", "scope", "place", "is_open", "reason", "author", "created_at")
    }
    row = insert_into(session, DayException).values(**values, moved=0, unplaced=[])
    added = await session.execute(row.on_conflict_do_nothing().returning(DayException.id))
    return added.scalar_one_or_none() is not None


async def report(session: AsyncSession, exception: str, done: Resettled) -> None:
    """Keep with an exception what became of those who were booked on its day."""
    row = update(DayException).where(DayException.id == exception)
    await session.execute(row.values(moved=done.moved, unplaced=done.unplaced))


async def remove_day(session: AsyncSession, exception: DayException) -> None:
    """Take an exception back. Raises the Problem not_found where somebody else has."""
    row = delete(DayException).where(DayException.id == exception.id).returning(DayException.id)
    if (await session.execute(row)).first() is None:
        raise not_found()


async def set_shifts(session: AsyncSession, verifier: str, spans: Mapping[int, Span]) -> None:
    """A verifier's hours by weekday; on the others they are not on duty."""
    await session.execute(delete(RosterShift).where(RosterShift.verifier == verifier))
    for weekday, (begins, ends) in spans.items():
        times = {"begins": begins, "ends": ends}
        row = insert_into(session, RosterShift).values(verifier=verifier, weekday=weekday, **times)
        same = ["verifier", "weekday"]
        await session.execute(row.on_conflict_do_update(index_elements=same, set_=times))


async def set_absence(session: AsyncSession, verifier: str, day: date, span: Span | None) -> None:
    """On this day a verifier is on duty in other hours, or absent."""
    times = dict(zip(("begins", "ends"), span or (None, None), strict=True))
    row = insert_into(session, RosterException).values(
        id=new_id(), verifier=verifier, day=day, **times
    )
    same = ["verifier", "day"]
    await session.execute(row.on_conflict_do_update(index_elements=same, set_=times))


async def remove_absence(session: AsyncSession, absence: RosterException) -> None:
    """The weekday's hours hold again. Raises the Problem not_found where somebody was first."""
    row = delete(RosterException).where(RosterException.id == absence.id)
    if (await session.execute(row.returning(RosterException.id))).first() is None:
        raise not_found()


async def find_exception(session: AsyncSession, exception: str) -> Found[DayException]:
    """An exception for the authority; it concerns no party. Raises the Problem not_found."""
    found = await session.get(DayException, exception)
    if found is None:
        raise not_found()
    return Found(found, Parties())


async def find_absence(session: AsyncSession, absence: str) -> Found[RosterException]:
    """A verifier's day, likewise."""
    found = await session.get(RosterException, absence)
    if found is None:
        raise not_found()
    return Found(found, Parties())
