"""Reminders and the end of an access: at their time, once, and of nothing that is over."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desk.access.statuses import status_of
from desk.access.tables import Access, AccessState
from desk.accounts.tables import Account
from desk.assets import Assets, folder_of
from desk.database import Database
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.notices.reminders import Reminders
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates
from tests.hall import LATE_AFTER
from tests.post import notices_of, outbox
from tests.scenes import count, enter, in_call
from tests.support import Applicant, People, RunningDesk, SetClock
from waiting_room import line
from waiting_room.tables import Base

Move = Callable[[datetime], None]


def jakarta(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of November 2026 in WIB; the clock stands on the 24th at 08.00."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.fixture
def people(database: Database, clock: SetClock) -> People:
    return People(database, clock)


def reminding(settings: Settings, clock: SetClock, database: Database) -> Reminders:
    """The job, as another desk on the same database would run it."""
    templates = Templates(settings, Assets(folder_of("static")))
    return Reminders(settings, clock, database, templates, lambda: None)


@pytest.fixture
def reminders(settings: Settings, clock: SetClock, database: Database) -> Reminders:
    return reminding(settings, clock, database)


@pytest.fixture
def until(clock: SetClock) -> Move:
    """Moves the clock on to a moment."""

    def move(moment: datetime) -> None:
        clock.forward(seconds=(moment - clock.now()).total_seconds())

    return move


async def booked(people: People, starts_at: datetime, **about: Any) -> Applicant:
    return await people.applicant(
        booked_in=starts_at - people.clock.now(), booked_ago=timedelta(days=1), **about
    )


async def kinds(database: Database) -> list[str]:
    """The kinds of all mails, in their order."""
    return [mail.kind for mail in await outbox(database)]


async def change(database: Database, table: type[Base], **values: Any) -> None:
    async with database.writing() as session:
        await session.execute(update(table).values(**values))


async def test_the_day_before_at_nine_and_an_hour_before_each_once(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    who = await booked(people, jakarta(27, 10))
    for moment, told in (
        (jakarta(26, 8, 59), []),
        (jakarta(26, 9), ["day_before"]),
        (jakarta(26, 12), ["day_before"]),
        (jakarta(27, 8, 59), ["day_before"]),
        (jakarta(27, 9), ["day_before", "hour_before"]),
        (jakarta(27, 9, 59), ["day_before", "hour_before"]),
        (jakarta(27, 11), ["day_before", "hour_before"]),
    ):
        until(moment)
        await reminders.remind()
        assert await kinds(database) == told, moment
    notices = await notices_of(database, who.account)
    assert [one.created_at for one in notices] == [jakarta(26, 9), jakarta(27, 9)]
    assert {one.path for one in notices} == {f"/meetings/{who.meeting.id}"}


async def test_nine_is_nine_in_the_zone_of_the_unit(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    await booked(people, jakarta(26, 12), timezone="Asia/Jayapura")
    await booked(people, jakarta(26, 12), timezone="Asia/Jakarta")
    for moment, told in ((jakarta(25, 6, 59), 0), (jakarta(25, 7), 1), (jakarta(25, 9), 1)):
        until(moment)
        assert await reminders.remind() == told
    assert len(await kinds(database)) == 2


async def test_a_day_before_that_was_missed_is_told_if_it_is_far_enough_ahead(
    database: Database, people: People, reminders: Reminders, clock: SetClock
) -> None:
    far = await people.applicant(booked_in=timedelta(hours=3, minutes=1))
    near = await people.applicant(booked_in=timedelta(hours=3))
    await change(database, Meeting, created_at=jakarta(20, 9))
    await reminders.remind()
    assert [one.kind for one in await notices_of(database, far.account)] == [Kind.DAY_BEFORE]
    assert await notices_of(database, near.account) == []
    (mail,) = await outbox(database)
    assert mail.subject == "Pengingat: verifikasi akses Anda hari ini"
    assert mail.created_at == clock.now()


async def test_a_time_that_was_told_just_before_needs_no_reminder(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    told, silent = [await booked(people, jakarta(26, 10)) for _one in range(2)]
    for due_at, last in ((jakarta(25, 9), jakarta(24, 21)), (jakarta(26, 9), jakarta(26, 8))):
        for who, moved_at in ((told, last), (silent, last + timedelta(minutes=1))):
            async with database.writing() as session:
                (await session.get_one(Meeting, who.meeting.id)).moved_at = moved_at
        until(due_at)
        assert (await reminders.remind(), await reminders.remind()) == (2, 0)
    assert len(await notices_of(database, told.account)) == 2
    assert await notices_of(database, silent.account) == []


async def test_a_moved_meeting_gets_its_own(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    await booked(people, jakarta(25, 10))
    until(jakarta(24, 9))
    await reminders.remind()
    await change(database, Meeting, starts_at=jakarta(26, 10))
    for moment in (jakarta(24, 12), jakarta(25, 8), jakarta(25, 9), jakarta(26, 9)):
        until(moment)
        await reminders.remind()
    assert await kinds(database) == ["day_before", "day_before", "hour_before"]
    assert await count(database, "reminder") == 3


async def test_a_desk_that_was_down_reminds_of_nothing_that_is_past(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    await booked(people, jakarta(26, 10))
    until(jakarta(26, 9, 40))  # too late for the day before, not for the hour
    await reminders.remind()
    assert await kinds(database) == ["hour_before"]
    await booked(people, jakarta(27, 10))
    until(jakarta(27, 10))
    assert await reminders.remind() == 0


@pytest.mark.parametrize("state", [AccessState.APPROVED, AccessState.REJECTED])
async def test_nobody_is_reminded_of_what_is_decided(
    database: Database, people: People, reminders: Reminders, until: Move, state: AccessState
) -> None:
    await booked(people, jakarta(25, 10))
    await change(database, Access, state=state, valid_until=date(2030, 1, 1))
    until(jakarta(24, 9))
    assert await reminders.remind() == 0
    until(jakarta(25, 9, 30))
    assert await reminders.remind() == 0


async def test_nobody_who_waits_or_is_disabled_is_reminded(
    database: Database, clock: SetClock, people: People, reminders: Reminders, until: Move
) -> None:
    waits, gone, other = [await booked(people, jakarta(24, 10)) for _ in range(3)]
    until(jakarta(24, 9, 35))
    meeting = waits.meeting
    async with database.writing() as session:
        (await session.get_one(Account, gone.account.id)).disabled_at = clock.now()
        await line.join(
            session, waits.account.id, meeting.id, meeting.starts_at, clock.now(), LATE_AFTER
        )
    await reminders.remind()
    told = [await notices_of(database, one.account) for one in (waits, gone, other)]
    assert [len(one) for one in told] == [0, 0, 1]


async def test_two_desks_at_once_remind_once(
    database: Database, people: People, settings: Settings, clock: SetClock, until: Move
) -> None:
    for _one in range(5):
        await booked(people, jakarta(25, 10))
    until(jakarta(24, 9))
    both = [reminding(settings, clock, database) for _desk in range(2)]
    assert sum(await asyncio.gather(*(one.remind() for one in both))) == 5
    assert await kinds(database) == ["day_before"] * 5


async def test_one_that_makes_no_sense_does_not_keep_the_others(
    database: Database,
    people: People,
    reminders: Reminders,
    until: Move,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = await booked(people, jakarta(25, 10))
    await booked(people, jakarta(25, 11))
    told = tell

    async def makes_no_sense(*given: Any, **more: Any) -> None:
        if given[4].id == first.access.id:
            raise LookupError
        await told(*given, **more)

    monkeypatch.setattr("desk.notices.reminders.tell", makes_no_sense)
    until(jakarta(24, 9))
    assert await reminders.remind() == 1
    assert await count(database, "reminder") == 1


async def approved_until(people: People, valid_until: date, **about: Any) -> Applicant:
    who = await people.applicant(**about)
    async with people.database.writing() as session:
        access = await session.get_one(Access, who.access.id)
        access.state, access.valid_until = AccessState.APPROVED, valid_until
    return who


async def test_thirty_days_before_an_access_ends_one_is_told_once(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    who = await approved_until(people, date(2026, 12, 26))
    for moment in (jakarta(25, 23), jakarta(26, 0), jakarta(26, 12), jakarta(28, 0)):
        until(moment)
        await reminders.remind()
    (notice,) = await notices_of(database, who.account)
    assert (notice.kind, notice.created_at) == (Kind.EXPIRING, jakarta(26, 0))
    assert await kinds(database) == ["expiring"]


async def test_a_prolonged_access_is_told_of_again_when_it_ends(
    database: Database, people: People, reminders: Reminders, clock: SetClock
) -> None:
    await approved_until(people, date(2026, 12, 1))
    await reminders.remind()
    await change(database, Access, valid_until=date(2027, 12, 1))
    clock.forward(days=300)
    assert await reminders.remind() == 0
    clock.forward(days=60)
    assert await reminders.remind() == 1
    assert await kinds(database) == ["expiring", "expiring"]


async def test_an_access_expires_after_its_last_day_in_its_zone(
    database: Database, people: People, reminders: Reminders, until: Move
) -> None:
    east = await approved_until(people, date(2026, 11, 24), timezone="Asia/Jayapura")
    west = await approved_until(people, date(2026, 11, 24), timezone="Asia/Jakarta")
    states = []
    for moment in (jakarta(24, 21, 59), jakarta(24, 22), jakarta(24, 23, 59), jakarta(25, 0)):
        until(moment)
        await reminders.remind()
        async with database.reading() as session:
            rows = [await session.get_one(Access, one.access.id) for one in (east, west)]
        states.append([row.state.value for row in rows])
    assert states == [
        ["approved", "approved"], ["expired", "approved"], ["expired", "approved"],
        ["expired", "expired"],
    ]  # fmt: skip
    assert await count(database, "audit_entry", "act = 'expired' AND actor = 'system'") == 2
    for who in (east, west):
        told = [one.kind for one in await notices_of(database, who.account)]
        assert told == [Kind.EXPIRING, Kind.EXPIRED]
    assert await reminders.remind() == 0


async def test_an_expired_access_is_shown_as_such_and_asks_nothing(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.approve()
    reminders = reminding(desk.settings, desk.clock, desk.database)
    desk.clock.forward(days=60)
    await reminders.remind()
    visitor = await enter(desk, scene.who.account)
    home = (await visitor.read("/"))[1]
    assert home["next_step"] is None
    assert [row["status"] for row in home["accesses"]] == ["expired"]
    assert status_of("expired").word == "Kedaluwarsa"
    for path in ("/", "/organisation"):
        page = (await visitor.open(path))[1]
        assert "Kedaluwarsa" in page
        assert "31 Des 2026" in page
