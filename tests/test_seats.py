"""Opening hours, who is on duty, and the seats that follow from them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from desk.access.tables import Access
from desk.database import Database
from desk.schedule.calendar import Calendar
from desk.schedule.hours import Hours, read_hours
from desk.schedule.plan import Plan, measured_handling_s, measured_no_shows
from desk.schedule.roster import Roster
from desk.schedule.tables import Slot
from desk.settings import Settings
from tests.support import MORNING, RunningDesk
from waiting_room.tables import Call, Ticket, new_id

JAKARTA = ZoneInfo("Asia/Jakarta")
TUESDAY, FRIDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 28)
NOBODY_ROSTERED = Roster(frozenset("abcde"), {}, {})


@pytest.fixture
async def hours(database: Database) -> Hours:
    async with database.reading() as session:
        return await read_hours(session, JAKARTA)


def plan(hours: Hours, roster: Roster = NOBODY_ROSTERED, **other: float) -> Plan:
    given = {"handling_s": 600.0, "no_show_share": 0.0, "slot_minutes": 15} | other
    return Plan(Calendar({}), hours, roster, **given)  # type: ignore[arg-type]


def written(moments: list[datetime]) -> list[str]:
    return [f"{at.astimezone(JAKARTA):%H.%M}" for at in moments]


@pytest.mark.parametrize(
    ("day", "first", "before_break", "after_break", "last", "minutes"),
    [
        (TUESDAY, "07.30", "11.45", "13.00", "15.45", 450),
        (FRIDAY, "07.30", "11.15", "13.00", "16.15", 450),
        (date(2026, 3, 3), "08.00", "11.45", "12.30", "14.45", 390),  # Ramadan
        (date(2027, 2, 12), "08.00", "11.45", "13.00", "15.15", 390),  # and its Friday
        (date(2026, 2, 17), "07.30", "11.45", "13.00", "15.45", 450),  # the day before it
        (date(2026, 3, 20), "07.30", "11.15", "13.00", "16.15", 450),  # the day after it
    ],
)
async def test_the_slots_of_a_day_keep_the_break(
    hours: Hours,
    day: date,
    first: str,
    before_break: str,
    after_break: str,
    last: str,
    minutes: int,
) -> None:
    at = written(hours.slots_of(day, 15))
    assert (at[0], at[-1], len(at) * 15) == (first, last, minutes)
    assert at[at.index(before_break) + 1] == after_break


async def test_slots_of_ten_minutes_too(hours: Hours) -> None:
    assert len(hours.slots_of(TUESDAY, 10)) == 45


async def test_the_week_has_the_hours_of_the_law(hours: Hours) -> None:
    for monday, minutes in ((date(2026, 11, 23), 37.5 * 60), (date(2026, 3, 2), 32.5 * 60)):
        week = [date.fromordinal(monday.toordinal() + n) for n in range(5)]
        assert sum(len(hours.slots_of(day, 15)) * 15 for day in week) == minutes


async def test_seats_are_verifiers_times_slot_over_handling(hours: Hours) -> None:
    seats = plan(hours).seats_of(TUESDAY)
    # 5 verifiers, 15 minutes of 10 each, booked to 85 %: 6.375 a slot, over 30 slots 191.
    assert len(seats) == 30
    assert sum(seats.values()) == 191
    assert set(seats.values()) == {6, 7}


async def test_one_verifier_has_whole_seats_too(hours: Hours) -> None:
    one = plan(hours, Roster(frozenset("a"), {}, {}), slot_minutes=10)
    assert sum(one.seats_of(TUESDAY).values()) == 38  # 45 times 0.85
    assert set(one.seats_of(TUESDAY).values()) == {0, 1}


async def test_the_measured_share_of_no_shows_is_booked_over(hours: Hours) -> None:
    assert sum(plan(hours, no_show_share=0.15).seats_of(TUESDAY).values()) == 225


async def test_a_day_off_has_none(hours: Hours) -> None:
    for day in (SATURDAY, date(2026, 12, 24)):
        assert plan(hours).seats_of(day) == {}


async def test_only_who_is_on_duty_counts(hours: Hours) -> None:
    roster = Roster(
        frozenset("ab"),
        {
            ("a", 1): (time(7, 30), time(12)),
            ("b", 1): (time(13), time(16)),
            ("c", 1): (time(0), time(23)),
        },
        {("b", TUESDAY): None},
    )
    seats = plan(hours, roster).seats_of(TUESDAY)
    mornings = {at for at, count in seats.items() if count}
    assert written(sorted(mornings))[-1] == "11.45"
    assert not any(plan(hours, roster).seats_of(FRIDAY).values())
    other_hours = Roster(roster.verifiers, roster.shifts, {("b", FRIDAY): (time(9), time(9, 30))})
    assert sum(plan(hours, other_hours).seats_of(FRIDAY).values()) == 2


async def _calls(desk: RunningDesk, count: int, minutes: int, access: Access) -> None:
    began = MORNING.replace(day=20)
    ended = began.replace(minute=minutes)
    tickets = [new_id() for _ in range(count)]
    async with desk.database.writing() as session:
        await session.execute(
            insert(Ticket),
            [
                {"id": one, "applicant": access.applicant, "meeting": new_id(), "state": "served",
                 "order_class": 1, "order_at": began, "joined_at": began, "waiting_since_at": began}
                for one in tickets
            ],
        )  # fmt: skip
        await session.execute(
            insert(Call),
            [
                {"id": new_id(), "ticket": one, "verifier": new_id(), "is_first": True,
                 "waited_s": 0.0, "started_at": began, "applicant_seen_at": began,
                 "verifier_seen_at": began, "ended_at": ended, "outcome": "approved"}
                for one in tickets
            ],
        )  # fmt: skip


async def test_the_handling_time_is_measured_once_there_are_enough_calls(desk: RunningDesk) -> None:
    access = (await desk.people.applicant()).access

    async def measured() -> float:
        async with desk.database.reading() as session:
            return await measured_handling_s(session, desk.settings, desk.clock.now())

    assert await measured() == 600
    await _calls(desk, 19, 13, access)
    assert await measured() == 600
    await _calls(desk, 1, 13, access)
    assert await measured() == pytest.approx(13 * 60 + 60)
    desk.clock.forward(days=31)
    assert await measured() == 600


@pytest.mark.parametrize(
    ("taken", "absent", "share"), [(49, 10, 0.0), (50, 10, 0.2), (50, 40, 0.3), (0, 0, 0.0)]
)
async def test_the_share_of_no_shows_is_measured_within_bounds(
    database: Database, settings: Settings, taken: int, absent: int, share: float
) -> None:
    async with database.writing() as session:
        for day, more in ((date(2026, 11, 20), 1), (TUESDAY, 9), (date(2026, 9, 1), 9)):
            at = MORNING.replace(month=day.month, day=day.day)
            seats = {"capacity": 90, "taken": taken * more, "no_shows": absent * more // more}
            session.add(Slot(starts_at=at, day=day, **seats))
    async with database.reading() as session:
        assert await measured_no_shows(session, settings, MORNING) == share
