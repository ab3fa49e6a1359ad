"""Booking and moving: the earliest seat, the last seat, and the old one that is free at once."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account
from desk.audit import Did
from desk.database import Database
from desk.problems import Problem
from desk.retrying import persistently
from desk.schedule import booking, slots
from desk.schedule.calendar import NOWHERE
from desk.schedule.offers import free_days, free_times
from desk.schedule.plan import read_plan
from desk.schedule.refusals import NoFreeTime
from desk.schedule.tables import DayException, Meeting, Scope, Slot
from desk.schedule.terms import soonest
from desk.settings import Settings
from tests.scenes import count, value
from tests.support import MORNING, Applicant, People, SetClock
from waiting_room import line

TUESDAY = date(2026, 11, 24)
THE_NEXT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 09.00 WIB, with an hour of notice


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With an hour of notice."""
    return settings.model_copy(update={"notice_minutes": 60})


@pytest.fixture
async def people(database: Database, clock: SetClock) -> People:
    """People, one verifier among them."""
    people = People(database, clock)
    await people.staff()
    return people


class Booker:
    """Books and moves in transactions of its own, tried again as the desk does."""

    def __init__(self, database: Database, settings: Settings, clock: SetClock) -> None:
        self.database, self.settings, self.clock = database, settings, clock

    async def book(self, person: Applicant) -> Meeting:
        """Drop the meeting that the applicant was invented with, and book the earliest."""

        async def act() -> Meeting:
            async with self.database.writing() as session:
                access = await session.get_one(Access, person.access.id)
                await session.execute(
                    text("DELETE FROM meeting WHERE access = :a"), {"a": access.id}
                )
                return await booking.book_earliest(session, self.settings, access, self.clock.now())

        person.meeting = await persistently(act)
        return person.meeting

    async def move(self, person: Applicant, starts_at: datetime | None, **more: bool) -> Meeting:
        async def act() -> Meeting:
            async with self.database.writing() as session:
                access = await session.get_one(Access, person.access.id)
                found = await session.execute(select(Meeting).where(Meeting.access == access.id))
                meeting = found.scalar_one()
                await booking.move(
                    session, self.settings, meeting, access, starts_at, self.clock.now(),
                    person.account.id, **more,
                )  # fmt: skip
                return meeting

        return await persistently(act)

    async def close(self, day: date, scope: Scope = Scope.NATIONAL, place: str = "") -> None:
        async with self.database.writing() as session:
            author = (await session.execute(select(Account.id).limit(1))).scalar_one()
            session.add(
                DayException(
                    day=day, scope=scope, place=place, is_open=False, reason="Pilkada",
                    author=author, created_at=self.clock.now(),
                )
            )  # fmt: skip


@pytest.fixture
def booker(database: Database, settings: Settings, clock: SetClock) -> Booker:
    return Booker(database, settings, clock)


async def refused(act: Awaitable[object]) -> str:
    with pytest.raises(Problem) as problem:
        await act
    return problem.value.code


async def test_the_earliest_seat_is_booked_and_logged(
    people: People, booker: Booker, database: Database
) -> None:
    person = await people.applicant()
    meeting = await booker.book(person)
    assert meeting.starts_at == THE_NEXT
    assert meeting.is_seated
    assert await count(database, "audit_entry", f"act = '{Did.MEETING_BOOKED}'") == 1
    taken = "SELECT sum(taken) FROM slot"
    assert await value(database, taken) == 1


async def test_bookings_fill_one_slot_after_the_other(people: People, booker: Booker) -> None:
    at = [(await booker.book(await people.applicant())).starts_at for _ in range(6)]
    # One verifier makes 1.275 seats a slot: 1, 2, 1, 1, 1 ... from 09.00 on.
    minutes = [(one - THE_NEXT).total_seconds() / 60 for one in at]
    assert minutes == [0, 15, 15, 30, 45, 60]


@pytest.mark.parametrize(
    ("now", "day", "wib"),
    [
        (datetime(2026, 11, 24, 4, 50, tzinfo=UTC), date(2026, 11, 24), "13.00"),  # the break
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), date(2026, 11, 25), "07.30"),  # closed
        (datetime(2026, 11, 27, 9, 30, tzinfo=UTC), date(2026, 11, 30), "07.30"),  # the weekend
        (datetime(2026, 12, 23, 9, 0, tzinfo=UTC), date(2026, 12, 28), "07.30"),  # Christmas
    ],
)
async def test_the_next_time_keeps_hours_and_calendar(
    people: People, booker: Booker, clock: SetClock, now: datetime, day: date, wib: str
) -> None:
    clock.forward(seconds=(now - clock.now()).total_seconds())
    starts_at = (await booker.book(await people.applicant())).starts_at
    local = starts_at.astimezone(booker.settings.zone)
    assert (local.date(), f"{local:%H.%M}") == (day, wib)


async def test_a_closed_day_is_left_out_for_those_whom_it_concerns(
    people: People, booker: Booker
) -> None:
    here, there = await people.applicant(), await people.applicant()
    there.access.agency = "Kota Lain"
    async with booker.database.writing() as session:
        await session.merge(there.access)
    await booker.close(TUESDAY, Scope.AGENCY, here.access.agency)
    assert (await booker.book(here)).starts_at.date() == date(2026, 11, 25)
    assert (await booker.book(there)).starts_at == THE_NEXT


async def test_without_anybody_on_duty_there_is_no_time(
    database: Database, clock: SetClock, booker: Booker
) -> None:
    person = await People(database, clock).applicant()
    with pytest.raises(NoFreeTime):
        await booker.book(person)
    assert await count(database, "slot_day") == 0


async def _leave_seats(booker: Booker, free: int) -> None:
    """Make Tuesday, and leave so many seats at 10.00 and none anywhere else."""
    async with booker.database.writing() as session:
        plan = await read_plan(session, booker.settings, MORNING)
        for day in range(24, 28):
            await slots.make_day(session, plan, date(2026, 11, day), MORNING)
        await session.execute(update(Slot).values(taken=Slot.capacity))
        last = update(Slot).where(Slot.starts_at == THE_NEXT.replace(hour=3, minute=0))
        await session.execute(last.values(capacity=free, taken=0))


async def all_of(people: People, many: int) -> list[Applicant]:
    return [await people.applicant() for _ in range(many)]


async def test_a_hundred_after_the_last_seat_and_one_gets_it(
    people: People, booker: Booker, database: Database
) -> None:
    crowd = await all_of(people, 100)
    await _leave_seats(booker, 1)
    wanted = THE_NEXT.replace(hour=3, minute=0)

    async def tries(person: Applicant) -> str:
        try:
            return (await booker.move(person, wanted)).id
        except Problem as problem:
            return problem.code

    got = await asyncio.gather(*map(tries, crowd))
    assert got.count("slot_taken") == 99
    assert await count(database, "meeting", "is_seated") == 1
    assert await count(database, "slot", "taken > capacity") == 0
    assert await count(database, "audit_entry", f"act = '{Did.MEETING_MOVED}'") == 1


async def test_as_many_earliest_bookings_at_once_as_there_are_seats(
    people: People, booker: Booker, database: Database
) -> None:
    crowd = await all_of(people, 20)
    await _leave_seats(booker, 12)
    at = [one.starts_at for one in await asyncio.gather(*map(booker.book, crowd))]
    assert at.count(THE_NEXT.replace(hour=3, minute=0)) == 12
    assert min(sorted(at)[12:]).date() == date(2026, 11, 30)
    assert await count(database, "slot", "taken > capacity") == 0
    seats = await value(database, "SELECT count(*) FROM meeting WHERE is_seated")
    assert seats == 20


async def test_moving_gives_the_old_seat_back_at_once(
    people: People, booker: Booker, database: Database
) -> None:
    first, second = await people.applicant(), await people.applicant()
    await booker.book(first)
    moved = await booker.move(first, THE_NEXT + timedelta(days=1))
    assert (moved.starts_at, moved.moves, moved.sequence) == (THE_NEXT + timedelta(days=1), 1, 1)
    assert moved.told_at == moved.moved_at == MORNING
    assert await value(database, "SELECT sum(taken) FROM slot") == 1
    assert (await booker.book(second)).starts_at == THE_NEXT


async def test_two_who_exchange_their_slots_do_not_wait_for_each_other(
    people: People, booker: Booker
) -> None:
    first, second = await people.applicant(), await people.applicant()
    await booker.book(first)
    await booker.book(second)
    later = THE_NEXT + timedelta(hours=1, minutes=30)
    await booker.move(second, later)
    both = await asyncio.gather(
        booker.move(first, later + timedelta(minutes=15)), booker.move(second, THE_NEXT)
    )
    assert [one.starts_at for one in both] == [later + timedelta(minutes=15), THE_NEXT]


@pytest.mark.parametrize(
    "wanted",
    [
        THE_NEXT - timedelta(hours=1),  # over
        THE_NEXT - timedelta(minutes=15),  # too soon
        THE_NEXT + timedelta(minutes=1),  # no slot
        THE_NEXT + timedelta(days=4),  # a Saturday
        THE_NEXT.replace(hour=5, minute=0),  # the break
        THE_NEXT + timedelta(days=7),  # after the five working days
        THE_NEXT,  # where it is already
    ],
)
async def test_what_is_not_offered_cannot_be_had(
    people: People, booker: Booker, database: Database, wanted: datetime
) -> None:
    person = await people.applicant()
    await booker.book(person)
    assert await refused(booker.move(person, wanted)) == "not_offered"
    assert await value(database, "SELECT sum(taken) FROM slot") == 1


async def test_the_last_day_is_the_fifth_working_day(people: People, booker: Booker) -> None:
    person = await people.applicant()  # sent on Monday, 23 November
    last = datetime(2026, 11, 30, 8, 45, tzinfo=UTC)
    assert (await booker.move(person, last)).starts_at == last


async def test_only_so_often_and_staff_more_often(people: People, booker: Booker) -> None:
    person = await people.applicant()
    for day in (1, 2):
        await booker.move(person, THE_NEXT + timedelta(days=day))
    third = THE_NEXT + timedelta(days=3)
    assert await refused(booker.move(person, third)) == "no_moves_left"
    moved = await booker.move(person, third, by_staff=True)
    assert (moved.starts_at, moved.moves) == (third, 2)
    later = THE_NEXT + timedelta(days=28)
    assert (await booker.move(person, later, by_staff=True)).starts_at == later
    soon = THE_NEXT - timedelta(minutes=15)
    assert (await booker.move(person, soon, by_staff=True)).starts_at == soon


async def test_not_after_the_last_day(people: People, booker: Booker, clock: SetClock) -> None:
    person = await people.applicant(booked_in=timedelta(days=20))
    clock.forward(days=7)
    assert await refused(booker.move(person, None)) == "too_late_to_move"


async def test_not_while_waiting_and_not_once_decided(
    people: People, booker: Booker, database: Database
) -> None:
    waits, decided = await people.applicant(), await people.applicant()
    async with database.writing() as session:
        who = waits.account.id
        late_after = timedelta(minutes=10)
        await line.join(session, who, waits.meeting.id, MORNING, MORNING, late_after)
        state = update(Access).where(Access.id == decided.access.id)
        await session.execute(state.values(state=AccessState.APPROVED))
    assert await refused(booker.move(waits, None)) == "in_line"
    assert await refused(booker.move(decided, None)) == "already_decided"


async def test_moving_twice_at_once_moves_once_or_twice_but_keeps_one_seat(
    people: People, booker: Booker, database: Database
) -> None:
    person = await people.applicant()
    await booker.book(person)
    wanted = [THE_NEXT + timedelta(minutes=15 * n) for n in range(2, 10)]
    await asyncio.gather(*(booker.move(person, at) for at in wanted), return_exceptions=True)
    assert await value(database, "SELECT sum(taken) FROM slot") == 1
    assert await value(database, "SELECT moves FROM meeting") in {1, 2}


async def test_the_free_days_and_times_are_those_that_can_be_had(
    people: People, booker: Booker, clock: SetClock
) -> None:
    person = await people.applicant()
    await booker.book(person)
    since = soonest(booker.settings, clock.now())
    async with booker.database.reading() as session:
        plan = await read_plan(session, booker.settings, clock.now())
        days = await free_days(session, plan, NOWHERE, TUESDAY, date(2026, 11, 29), since)
        times = await free_times(session, plan, NOWHERE, TUESDAY, since)
    assert [(one.is_open, one.seats) for one in days] == [(True, 38)] * 4 + [(False, 0)] * 2
    # Before 09.00 there is no time for notice any more: seven seats; one is taken.
    assert days[0].free == 38 - 7 - 1
    assert days[1].free == 38
    assert (times[0].starts_at, times[0].free) == (THE_NEXT + timedelta(minutes=15), 2)
    assert sum(one.free for one in times) == days[0].free


async def test_a_full_day_has_no_times(people: People, booker: Booker, clock: SetClock) -> None:
    await _leave_seats(booker, 0)
    async with booker.database.reading() as session:
        plan = await read_plan(session, booker.settings, clock.now())
        assert await free_times(session, plan, NOWHERE, TUESDAY, clock.now()) == []
        (day,) = await free_days(session, plan, NOWHERE, TUESDAY, TUESDAY, clock.now())
        (over,) = await free_days(
            session, plan, NOWHERE, TUESDAY, TUESDAY, clock.now() + timedelta(days=1)
        )
    assert (day.is_open, day.free, day.is_over) == (True, 0, False)
    assert (over.is_open, over.is_over) == (True, True)


async def test_cancelling_frees_the_seat(
    people: People, booker: Booker, database: Database
) -> None:
    person = await people.applicant()
    booked = await booker.book(person)
    async with database.writing() as session:
        meeting = await session.get_one(Meeting, booked.id)
        await booking.cancel(session, meeting, MORNING, person.account.id)
    assert await value(database, "SELECT sum(taken) FROM slot") == 0
    assert await count(database, "meeting", "cancelled_at IS NOT NULL AND NOT is_seated") == 1
    again = await booker.move(person, None)
    assert (again.starts_at, again.moves, again.cancelled_at) == (THE_NEXT, 0, None)


async def test_the_earliest_seat_is_found_in_the_index(database: Database) -> None:
    if database.writer.dialect.name != "sqlite":
        return
    query = """
        EXPLAIN QUERY PLAN SELECT starts_at FROM slot
        WHERE taken < capacity AND starts_at > '2026' ORDER BY starts_at LIMIT 1
    """
    async with database.reading() as session:
        (step,) = (await session.execute(text(query))).all()
    assert "ix_slot_free" in str(step)
