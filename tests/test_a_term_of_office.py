"""One story by the clock: from the application to the end of the term, with all that goes wrong.

The desk is the real one, and its mails come out of a real SMTP server. Its clock stands still until
it is moved; at each stop the desk looks for what is due, as it does by itself every minute.
"""

import asyncio
import html
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from desk.access.tables import Access
from desk.accounts.tables import Account, Role
from desk.directory.changing import add_agency
from desk.directory.tables import AgencyKind
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.notices.reminders import Reminders
from desk.schedule.roll_call import RollCall
from desk.schedule.tables import Meeting
from desk.settings import Settings
from tests.scenes import InCall, Waits, count, enter, is_problem, on_duty, take, value
from tests.sink import Sink
from tests.support import Applicant, RunningDesk, SetClock, Visitor, start_desk
from tests.test_application import ANSWERS, ready, sent
from waiting_room.order import OrderClass
from waiting_room.tables import Ticket

PAPUA = ZoneInfo("Asia/Jayapura")
LONGEST_WAIT_S = 20


@dataclass
class Story:
    """A desk, its jobs, and the mailbox that it writes to."""

    desk: RunningDesk
    sink: Sink

    async def at(self, day: int, hour: int, minute: int = 0, month: int = 11) -> None:
        """Move on to a time in Papua, do what is due then, and let the mails arrive."""
        moment = datetime(2027 if month < 11 else 2026, month, day, hour, minute, tzinfo=PAPUA)
        desk, templates = self.desk, self.desk.app[TEMPLATES]
        desk.clock.forward(seconds=(moment - desk.clock.now()).total_seconds())
        mails = desk.app[MAIL_WAITS].set
        roll = RollCall(desk.settings, desk.clock, desk.database, templates)
        await roll.call()
        await roll.plan_anew()
        await Reminders(desk.settings, desk.clock, desk.database, templates, mails).remind()
        await self.post()

    async def post(self) -> None:
        """Wait until every mail has arrived."""
        written = await count(self.desk.database, "outbox_mail")
        async with asyncio.timeout(LONGEST_WAIT_S):
            while len(self.sink.arrived) < written:
                self.sink.arrival.clear()
                self.desk.app[MAIL_WAITS].set()
                await self.sink.arrival.wait()

    def subjects(self, account: Account) -> list[str]:
        """What somebody's mails are about, in their order."""
        return [str(mail["Subject"]).strip() for mail in self.sink.to(account.email)]

    def newest(self, account: Account) -> str:
        """The words of somebody's newest mail."""
        body = self.sink.to(account.email)[-1].get_body(("plain",))
        assert body
        return str(body.get_content())

    def appointment(self, account: Account) -> Event:
        """The one event in the calendar file of somebody's newest mail."""
        (part,) = (
            part
            for part in self.sink.to(account.email)[-1].walk()
            if part.get_content_type() == "text/calendar"
        )
        (event,) = Calendar.from_ical(part.get_content()).events
        return event


@pytest.fixture
async def story(settings: Settings, clock: SetClock, sink: Sink) -> AsyncIterator[Story]:
    by_mail = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    runner, desk = await start_desk(by_mail, clock)
    yield Story(desk, sink)
    for http in desk.visitors:
        await http.close()
    await runner.cleanup()


async def seen(visitor: Visitor, path: str, *words: str) -> None:
    """A page says all of this."""
    page = html.unescape((await visitor.open(path))[1])
    for one in words:
        assert one in page, f"{path} does not say: {one}"


async def test_from_the_application_to_the_end_of_the_term(story: Story) -> None:
    serving, _verifier = await on_duty(story.desk)
    one = await applies(story)
    await is_reminded(story, one)
    await does_not_come(story, one)
    await somebody_else_comes_late(story)
    await was_not_there(story, one)
    await is_moved_as_the_day_is_closed(story, one)
    await comes(story, one, serving)
    await term_ends(story, one)
    assert story.subjects(one.me) == [
        "Jadwal Verifikasi Akses INAPROC: Senin, 30 November 2026 pukul 09.30 WIT",
        "Pengingat: verifikasi akses Anda besok",
        "Pengingat: verifikasi akses Anda pukul 09.30 WIT",
        "Anda tidak hadir pada jadwal verifikasi",
        "Jadwal verifikasi Anda diubah",
        "Jadwal verifikasi Anda diubah",
        "Pengingat: verifikasi akses Anda pukul 09.30 WIT",
        "Akses Anda telah disetujui",
        "Akses Anda berakhir pada 31 Januari 2027",
        "Akses Anda kedaluwarsa",
    ]


@dataclass
class Hero:
    """Whom the story is about: the access, the page of its meeting, the event's id."""

    me: Account
    access: str
    page: str
    uid: str


async def applies(story: Story) -> Hero:
    """On Friday evening: the first time is on Monday, at 07.30 of the desk, 09.30 of the unit."""
    desk = story.desk
    async with desk.database.writing() as session:
        kind, name = AgencyKind.REGENCY, ANSWERS["agency"]
        await add_agency(session, kind, name, PAPUA.key, "test", desk.clock.now())
    await story.at(27, 19)
    visitor, draft = await ready(desk, term_until="2027-01-31")
    status, body = await sent(visitor, draft)
    assert status == 200
    page, access = body["url"], body["access"]
    me = await applicant_of(desk, access)
    await story.post()
    booked = story.appointment(me)
    assert booked.start == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
    assert (booked.uid, booked.sequence) == (f"{page.split('/')[-1]}@127.0.0.1", 0)
    await seen(visitor, page, "Senin, 30 November 2026", "09.30", "07.30 WIB")
    return Hero(me, access, page, str(booked.uid))


async def is_reminded(story: Story, hero: Hero) -> None:
    """On the day before at nine, and an hour before: still the same event."""
    await story.at(29, 8, 59)
    assert len(story.subjects(hero.me)) == 1
    for day, hour, minute, subject in (
        (29, 9, 0, "Pengingat: verifikasi akses Anda besok"),
        (30, 8, 30, "Pengingat: verifikasi akses Anda pukul 09.30 WIT"),
    ):
        await story.at(day, hour, minute)
        assert story.subjects(hero.me)[-1] == subject
        assert "Senin, 30 November 2026 pukul 09.30 WIT (07.30 WIB)" in story.newest(hero.me)
        event = story.appointment(hero.me)
        assert (event.uid, event.sequence) == (hero.uid, 0)
        assert event.start == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


async def does_not_come(story: Story, hero: Hero) -> None:
    """Told a quarter of an hour later, with the way to another time; the day is not over."""
    await story.at(30, 9, 44)
    assert len(story.subjects(hero.me)) == 3
    await story.at(30, 9, 45)
    assert story.subjects(hero.me)[-1] == "Anda tidak hadir pada jadwal verifikasi"
    assert f"{hero.page}/times" in story.newest(hero.me)
    visitor = await enter(story.desk, hero.me)
    await seen(
        visitor, hero.page, "Gabung Rapat", "Cari Jadwal Lain", "Silakan bergabung sekarang."
    )


async def somebody_else_comes_late(story: Story) -> None:
    """In the last minute of the day: behind all who are in time."""
    who = await story.desk.people.applicant(booked_in=timedelta(0), timezone=PAPUA.key)
    await story.at(30, 23, 59)
    visitor = await enter(story.desk, who.account)
    page = f"/meetings/{who.meeting.id}"
    await seen(visitor, page, "Gabung Rapat")
    status, body = await visitor.act(f"{page}/join")
    assert status == 200
    assert await value(story.desk.database, "SELECT order_class FROM ticket") == OrderClass.LATE
    assert (await visitor.act(f"{body['url']}/leave"))[0] == 200


async def was_not_there(story: Story, hero: Hero) -> None:
    """The day is over."""
    await story.at(1, 0, month=12)
    visitor = await enter(story.desk, hero.me)
    await seen(visitor, "/", "Tidak hadir", "Cari Jadwal Lain")
    await seen(visitor, hero.page, "Tidak hadir", "Jadwal ini sudah lewat.")
    is_problem(await visitor.act(f"{hero.page}/join"), 409, "too_late")


async def is_moved_as_the_day_is_closed(story: Story, hero: Hero) -> None:
    """Takes another time, on a day that the administrator closes: moved, told, and reported."""
    desk, me = story.desk, hero.me
    visitor = await enter(desk, me)
    assert await visitor.send(f"{hero.page}/times", starts_at="earliest") == (303, hero.page)
    await story.post()
    event = story.appointment(me)
    assert (event.uid, event.sequence) == (hero.uid, 1)
    assert event.start == datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    admin = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    closed = {"day": "2026-12-01", "is_open": "0", "scope": "national", "reason": "Banjir"}
    status, report = await admin.send("/schedule/exceptions", **closed)
    assert (status, report) == (303, "/schedule?moved=1")
    await seen(admin, report, "1 jadwal pemohon dipindahkan", "1 jadwal dipindahkan.", "Banjir")
    await story.post()
    event = story.appointment(me)
    assert (event.uid, event.sequence) == (hero.uid, 2)
    assert event.start == datetime(2026, 12, 2, 0, 30, tzinfo=UTC)
    assert "Jadwal semula, Selasa, 1 Desember 2026 pukul 09.30 WIT" in story.newest(me)
    await seen(visitor, hero.page, "Rabu, 2 Desember 2026")
    await seen(visitor, "/notices", "Jadwal verifikasi Anda diubah", "Anda tidak hadir")


async def comes(story: Story, hero: Hero, serving: Account) -> None:
    """To the call, and is approved."""
    desk = story.desk
    await story.at(2, 9, 20, month=12)
    visitor, verifier = await enter(desk, hero.me), await enter(desk, serving)
    status, joined = await visitor.act(f"{hero.page}/join")
    assert status == 200, joined
    call = await taken(desk, hero.me, visitor, joined["ticket"], serving, verifier)
    await call.approve()
    await story.post()
    assert story.subjects(hero.me)[-1] == "Akses Anda telah disetujui"
    await seen(visitor, "/organisation", "Disetujui")


async def term_ends(story: Story, hero: Hero) -> None:
    """Told thirty days before; after its last day it is over."""
    await story.at(31, 23, 59, month=12)
    assert story.subjects(hero.me)[-1] == "Akses Anda telah disetujui"
    await story.at(1, 0, month=1)
    assert story.subjects(hero.me)[-1] == "Akses Anda berakhir pada 31 Januari 2027"
    await story.at(31, 23, 59, month=1)
    visitor = await enter(story.desk, hero.me)
    await seen(visitor, "/organisation", "Disetujui")
    await story.at(1, 0, month=2)
    await seen(visitor, "/organisation", "Kedaluwarsa", "31 Jan 2027")
    await seen(visitor, f"/access/{hero.access}", "Kedaluwarsa")


async def applicant_of(desk: RunningDesk, access: str) -> Account:
    """Whose access it is."""
    whose = await value(desk.database, f"SELECT applicant FROM access WHERE id = '{access}'")
    async with desk.database.reading() as session:
        return await session.get_one(Account, whose)


async def taken(
    desk: RunningDesk,
    me: Account,
    visitor: Visitor,
    ticket: str,
    serving: Account,
    verifier: Visitor,
) -> InCall:
    """The call in which the verifier has taken the only one who waits."""
    async with desk.database.reading() as session:
        meeting = (await session.get_one(Ticket, ticket)).meeting
        booked = await session.get_one(Meeting, meeting)
        access = await session.get_one(Access, booked.access)
    return await take(Waits(Applicant(me, access, booked), visitor, ticket), serving, verifier)


async def test_who_stays_away_three_times_is_left_to_staff(story: Story) -> None:
    desk = story.desk
    await desk.people.staff()
    who = await desk.people.applicant("Yohana", booked_in=timedelta(0), timezone=PAPUA.key)
    page = f"/meetings/{who.meeting.id}"
    for day in (25, 26):
        await story.at(day, 0)
        visitor = await enter(desk, who.account)
        assert await visitor.send(f"{page}/times", starts_at="earliest") == (303, page)
    await story.at(27, 0)
    visitor = await enter(desk, who.account)
    refused = await visitor.act(f"{page}/times", {"starts_at": "earliest"})
    await seen(visitor, page, "Tidak hadir", is_problem(refused, 409, "by_hand")["detail"])
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    await seen(supervisor, "/schedule/unplaced", "Yohana", "3 kali tidak hadir")
    given = f"/schedule/meetings/{who.meeting.id}"
    assert (await supervisor.send(given, starts_at="earliest"))[0] == 303
    await seen(visitor, page, "Jumat, 27 November 2026")
    await story.post()
    assert story.appointment(who.account).sequence == 3
    assert story.subjects(who.account)[-1] == "Jadwal verifikasi Anda diubah"
