"""The seats of the slots: made day by day as they are needed, taken one by one, given back.

All in the caller's write transaction. A seat is taken by one conditional statement, so that of many
who want the last one, one gets it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from desk.schedule.calendar import A_DAY
from desk.schedule.plan import Plan
from desk.schedule.tables import Slot, SlotDay
from waiting_room.dialects import insert_into
from waiting_room.tables import table_of

SLOT = table_of(Slot)
FREE = SLOT.c.taken < SLOT.c.capacity


@cache
def _taking_earliest(*, has_closed_days: bool, has_end: bool) -> ReturningUpdate[Any]:
    """Built once for each kind: that takes longer than the database needs to run it.

    PostgreSQL looks again at a row that it has waited for, and goes on to the next if it is full.
    """
    earliest = select(SLOT.c.starts_at).where(FREE, SLOT.c.starts_at >= bindparam("since"))
    if has_closed_days:
        earliest = earliest.where(SLOT.c.day.not_in(bindparam("closed", expanding=True)))
    if has_end:
        earliest = earliest.where(SLOT.c.day <= bindparam("last_day"))
    first = earliest.order_by(SLOT.c.starts_at).limit(1).with_for_update()
    return (
        update(SLOT)
        .where(SLOT.c.starts_at == first.scalar_subquery(), FREE)
        .values(taken=SLOT.c.taken + 1)
        .returning(SLOT.c.starts_at)
    )


async def take_earliest(
    session: AsyncSession, since: datetime, closed: Sequence[date], last_day: date | None = None
) -> datetime | None:
    """A seat of the earliest slot from a moment on, on the days that are made: when it begins."""
    statement = _taking_earliest(has_closed_days=bool(closed), has_end=last_day is not None)
    given: dict[str, Any] = {"since": since}
    if closed:
        given["closed"] = closed
    if last_day:
        given["last_day"] = last_day
    taken: datetime | None = (await session.execute(statement, given)).scalar_one_or_none()
    return taken


async def take(session: AsyncSession, starts_at: datetime) -> bool:
    """A seat of this very slot, if there is one left."""
    seat = update(Slot).where(Slot.starts_at == starts_at, Slot.taken < Slot.capacity)
    taken = await session.execute(seat.values(taken=Slot.taken + 1).returning(Slot.starts_at))
    return taken.scalar_one_or_none() is not None


async def give_back(session: AsyncSession, starts_at: datetime) -> None:
    """The seat is free for somebody else from the commit on."""
    seat = update(Slot).where(Slot.starts_at == starts_at, Slot.taken > 0)
    await session.execute(seat.values(taken=Slot.taken - 1))


async def hold(session: AsyncSession, *moments: datetime) -> None:
    """Lock slots in the order of time, so that two exchanges of the same two never wait in turn."""
    ordered = select(Slot.starts_at).where(Slot.starts_at.in_(moments)).order_by(Slot.starts_at)
    await session.execute(ordered.with_for_update())


async def last_made(session: AsyncSession, today: date) -> date:
    """The last day whose slots are made: all from today to it are; yesterday where none is."""
    newest = (await session.execute(select(func.max(SlotDay.day)))).scalar_one()
    yesterday = today - A_DAY
    return max(newest, yesterday) if newest else yesterday


async def make_day(session: AsyncSession, plan: Plan, day: date, now: datetime) -> None:
    """Make the slots of a day, unless somebody has."""
    fresh = insert_into(session, SlotDay).values(day=day, planned_at=now)
    made = await session.execute(fresh.on_conflict_do_nothing().returning(SlotDay.day))
    if made.scalar_one_or_none() is not None:
        await _set_seats(session, plan, day)


async def make_days_until(
    session: AsyncSession, plan: Plan, today: date, until: date, now: datetime
) -> None:
    """Make every day that is missing up to this one."""
    day = await last_made(session, today) + A_DAY
    while day <= until:
        await make_day(session, plan, day, now)
        day += A_DAY


async def plan_again(session: AsyncSession, plan: Plan, since: date, now: datetime) -> None:
    """Count the seats of every made day anew; a slot that is no longer there has none."""
    days = update(SlotDay).where(SlotDay.day >= since).values(planned_at=now)
    for day in (await session.execute(days.returning(SlotDay.day))).scalars().all():
        await _set_seats(session, plan, day)


async def _set_seats(session: AsyncSession, plan: Plan, day: date) -> None:
    seats = plan.seats_of(day)
    gone = Slot.starts_at.not_in(seats)
    await session.execute(delete(Slot).where(Slot.day == day, gone))
    if not seats:
        return
    rows = insert_into(session, Slot).values(
        [
            {"starts_at": at, "day": day, "capacity": count, "taken": 0, "no_shows": 0}
            for at, count in seats.items()
        ]
    )
    kept = {"capacity": rows.excluded.capacity}
    await session.execute(rows.on_conflict_do_update(index_elements=["starts_at"], set_=kept))
