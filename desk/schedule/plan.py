"""How many seats each slot has: who is on duty, how long a call takes, how many never come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.schedule.calendar import NOWHERE, Calendar, read_calendar
from desk.schedule.hours import Hours, read_hours
from desk.schedule.roster import Roster, read_roster
from desk.schedule.tables import Slot
from desk.settings import Settings
from waiting_room.dialects import seconds_between
from waiting_room.tables import Call, CallOutcome

# Booked to the full, every line grows without end; at this share it stays short (Erlang C).
BOOKED_SHARE = 0.85
CALLS_SINCE, FEWEST_CALLS = timedelta(days=30), 20
MEETINGS_SINCE, FEWEST_MEETINGS = timedelta(days=60), 50
MOST_NO_SHOWS = 0.3
DECIDED = (CallOutcome.APPROVED, CallOutcome.REJECTED)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the seats of a day follow from."""

    calendar: Calendar
    hours: Hours
    roster: Roster
    handling_s: float
    no_show_share: float
    slot_minutes: int

    @property
    def seats_of_one(self) -> float:
        """The seats that one verifier makes in one slot."""
        share = BOOKED_SHARE / (1 - self.no_show_share)
        return self.slot_minutes * 60 / self.handling_s * share

    def seats_of(self, day: date) -> dict[datetime, int]:
        """The seats of every slot of a day; nothing on a day on which the desk is closed.

        Parts of a seat are carried on to the next slot, so that a day has as many as it can bear.
        """
        if not self.calendar.is_bookable(day, NOWHERE):
            return {}
        seats, whole, given = {}, 0.0, 0
        slot = timedelta(minutes=self.slot_minutes)
        for at in self.hours.slots_of(day, self.slot_minutes):
            begins, ends = (moment.astimezone(self.hours.zone) for moment in (at, at + slot))
            on_duty = self.roster.on_duty(day, begins.time(), ends.time())
            whole += on_duty * self.seats_of_one
            # Sums of parts end a hair below the whole number that they make.
            seats[at] = floor(whole + 1e-9) - given
            given += seats[at]
        return seats


async def read_plan(session: AsyncSession, settings: Settings, now: datetime) -> Plan:
    """The plan as of now."""
    return Plan(
        await read_calendar(session),
        await read_hours(session, settings.zone),
        await read_roster(session),
        await measured_handling_s(session, settings, now),
        await measured_no_shows(session, settings, now),
        settings.slot_minutes,
    )


async def measured_handling_s(session: AsyncSession, settings: Settings, now: datetime) -> float:
    """Seconds that a verifier needs for one applicant, with the wrap-up."""
    mean = func.avg(seconds_between(session, Call.started_at, Call.ended_at))
    decided = (Call.outcome.in_(DECIDED), Call.ended_at >= now - CALLS_SINCE, Call.ended_at < now)
    calls, call_s = (await session.execute(select(func.count(), mean).where(*decided))).one()
    target_s = settings.handling_target_minutes * 60
    return (float(call_s) if calls >= FEWEST_CALLS else target_s) + settings.wrap_up_s


async def measured_no_shows(session: AsyncSession, settings: Settings, now: datetime) -> float:
    """The share of the booked who never come, of which no more is believed than a bound."""
    today = now.astimezone(settings.zone).date()
    counts = select(func.sum(Slot.taken), func.sum(Slot.no_shows))
    past = counts.where(Slot.day >= today - MEETINGS_SINCE, Slot.day < today)
    taken, absent = (await session.execute(past)).one()
    if (taken or 0) < FEWEST_MEETINGS:
        return 0.0
    return float(min(MOST_NO_SHOWS, absent / taken))
