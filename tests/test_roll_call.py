"""Who was not there: told, marked at the day's end, and after three times left to staff."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from desk.keys import TEMPLATES
from desk.notices.kinds import Kind
from desk.notices.tables import OutboxMail
from desk.schedule.roll_call import RollCall
from desk.schedule.tables import Meeting, Slot
from tests.post import outbox
from tests.scenes import count, enter, in_call, join, on_duty, take, value
from tests.support import RunningDesk

MEETING_MAILS = {Kind.BOOKED, Kind.MOVED, Kind.MISSED, Kind.CANCELLED}
Calling = Callable[[], Awaitable[None]]


@pytest.fixture
def call(desk: RunningDesk) -> Calling:
    """One look of the roll call, at the desk's present time."""
    calling = RollCall(desk.settings, desk.clock, desk.database, desk.app[TEMPLATES])
    return calling.call


async def mails(desk: RunningDesk) -> list[OutboxMail]:
    return [mail for mail in await outbox(desk.database) if mail.kind in MEETING_MAILS]


async def test_a_quarter_of_an_hour_late_is_told_once(desk: RunningDesk, call: Calling) -> None:
    late = await desk.people.applicant(booked_in=timedelta(0), timezone="Asia/Makassar")
    desk.clock.forward(minutes=14, seconds=59)
    await call()
    assert await mails(desk) == []
    desk.clock.forward(seconds=1)
    await call()
    await call()
    (mail,) = await mails(desk)
    assert (mail.recipient, mail.subject) == (
        late.account.email,
        "Anda tidak hadir pada jadwal verifikasi",
    )
    assert "Selasa, 24 November 2026 pukul 09.00 WITA (08.00 WIB)" in mail.text_body
    for words in ("sampai akhir hari itu", f"/meetings/{late.meeting.id}/times"):
        assert words in mail.text_body
        assert words in mail.html_body
    assert await count(desk.database, "audit_entry", "act = 'meeting_missed'") == 1
    # The day is not over: they join behind those who are in time.
    assert (await join(desk, late)).ticket


async def test_whoever_is_there_is_not_told(desk: RunningDesk, call: Calling) -> None:
    waits = await join(desk, await desk.people.applicant(booked_in=timedelta(0)))
    talks = await in_call(desk, booked_in=timedelta(0))
    done = await in_call(desk, booked_in=timedelta(0))
    left = await join(desk, await desk.people.applicant(booked_in=timedelta(0)))
    await done.approve()
    await left.visitor.act(f"{left.page}/leave")
    desk.clock.forward(minutes=20)
    await call()
    assert await mails(desk) == []
    assert waits.ticket != talks.ticket


async def test_whoever_was_marked_absent_is_told(desk: RunningDesk, call: Calling) -> None:
    account, verifier = await on_duty(desk)
    who = await desk.people.applicant(booked_in=timedelta(0))
    scene = await take(await join(desk, who), account, verifier)
    assert (await verifier.act(f"{scene.page}/end", {"outcome": "absent"}))[0] == 200
    desk.clock.forward(minutes=20)
    await call()
    assert len(await mails(desk)) == 1


async def test_at_the_days_end_they_were_not_there(desk: RunningDesk, call: Calling) -> None:
    absent = await desk.people.applicant(booked_in=timedelta(minutes=5), timezone="Asia/Jayapura")
    desk.clock.forward(hours=13, minutes=59)  # 23.59 in Papua
    await call()
    assert await count(desk.database, "meeting", "no_show_at IS NOT NULL") == 0
    desk.clock.forward(minutes=1)
    await call()
    await call()
    assert await value(desk.database, "SELECT no_shows FROM meeting") == 1
    assert await count(desk.database, "audit_entry", "act = 'no_show'") == 1
    visitor = await enter(desk, absent.account)
    home = (await visitor.read("/"))[1]
    assert home["next_step"]["kind"] == home["accesses"][0]["status"] == "no_show"
    page = (await visitor.open("/"))[1]
    assert "Tidak hadir" in page
    assert f'href="/meetings/{absent.meeting.id}/times"' in page
    assert "Cari Jadwal Lain" in page


async def test_whoever_waited_and_left_is_not_counted(desk: RunningDesk, call: Calling) -> None:
    left = await join(desk, await desk.people.applicant(booked_in=timedelta(0)))
    await left.visitor.act(f"{left.page}/leave")
    desk.clock.forward(hours=17)
    await call()
    assert await count(desk.database, "meeting", "no_show_at IS NOT NULL AND no_shows = 0") == 1


async def test_empty_seats_are_counted_for_their_slot(desk: RunningDesk, call: Calling) -> None:
    absent = await desk.people.applicant(booked_in=timedelta(0))
    at, day = absent.meeting.starts_at, desk.clock.now().date()
    async with desk.database.writing() as session:
        session.add(Slot(starts_at=at, day=day, capacity=2, taken=2, no_shows=0))
        await session.execute(update(Meeting).values(is_seated=True))
    desk.clock.forward(hours=17)
    await call()
    assert await value(desk.database, "SELECT no_shows FROM slot") == 1


async def test_an_earlier_ticket_does_not_count_for_a_later_time(
    desk: RunningDesk, call: Calling
) -> None:
    waits = await join(desk, await desk.people.applicant())
    await waits.visitor.act(f"{waits.page}/leave")
    later = desk.clock.now() + timedelta(days=1)
    async with desk.database.writing() as session:
        await session.execute(update(Meeting).values(starts_at=later))
    desk.clock.forward(days=1, minutes=15)
    await call()
    assert len(await mails(desk)) == 1


async def test_once_a_day_the_seats_are_counted_anew(desk: RunningDesk) -> None:
    calling = RollCall(desk.settings, desk.clock, desk.database, desk.app[TEMPLATES])
    day = desk.clock.now().date() + timedelta(days=1)
    async with desk.database.writing() as session:
        await session.execute(
            text("INSERT INTO slot_day (day, planned_at) VALUES (:day, :at)"),
            {"day": day, "at": desk.clock.now()}
            if desk.database.writer.dialect.name == "postgresql"
            else {"day": str(day), "at": "2026-11-24 01:00:00"},
        )
    await desk.people.staff()
    await calling.plan_anew()
    assert await count(desk.database, "slot") == 0
    desk.clock.forward(days=1)
    await calling.plan_anew()
    assert await value(desk.database, "SELECT sum(capacity) FROM slot") == 38
