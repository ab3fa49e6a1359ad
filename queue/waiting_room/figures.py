"""The figures of this moment and of today, read in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.service import DayCounts, ServiceLevel, day_counts, service_level
from waiting_room.standing import WAITING, shifts_by_state, wait_now
from waiting_room.tables import Call, ShiftState, Ticket


@dataclass(frozen=True, slots=True)
class Figures:
    """What a supervisor watches. `over_target` of those who wait have waited too long."""

    waiting: int
    longest_since_at: datetime | None
    over_target: int
    verifiers: dict[ShiftState, int]
    calls: int
    today: DayCounts
    service_level: ServiceLevel


async def read_figures(
    session: AsyncSession, now: datetime, day: tuple[datetime, datetime], within_s: int
) -> Figures:
    """The figures at `now`, for the day [since, until), against a target of `within_s`."""
    wait = await wait_now(session)
    too_long = Ticket.waiting_since_at < now - timedelta(seconds=within_s)
    over = await session.execute(select(func.count()).where(WAITING, too_long))
    calls = await session.execute(select(func.count()).where(Call.ended_at.is_(None)))
    return Figures(
        waiting=wait.waiting,
        longest_since_at=wait.longest_since_at,
        over_target=over.scalar_one(),
        verifiers=await shifts_by_state(session),
        calls=calls.scalar_one(),
        today=await day_counts(session, *day),
        service_level=await service_level(session, *day, within_s),
    )
