"""The page of notices: by day, what was not read, the way to each, and the count above."""

import re
from datetime import timedelta

from desk.accounts.tables import Role
from desk.keys import TEMPLATES
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.pages.notices import SHOWN
from tests.post import notices_of
from tests.scenes import enter, refuses
from tests.support import Applicant, RunningDesk
from tests.test_mails_page import plain


async def told(desk: RunningDesk, who: Applicant, *kinds: Kind) -> None:
    """Tell somebody of these things, a minute after each other."""
    for kind in kinds:
        desk.clock.forward(minutes=1)
        async with desk.database.writing() as session:
            await tell(session, desk.app[TEMPLATES], desk.settings, kind, who.access,
                       now=desk.clock.now(), meeting=who.meeting,
                       due_at=who.meeting.starts_at)  # fmt: skip


async def test_the_newest_come_first_by_day_in_the_zone_of_the_unit(desk: RunningDesk) -> None:
    who = await desk.people.applicant(timezone="Asia/Jayapura", booked_in=timedelta(days=3))
    await told(desk, who, Kind.BOOKED)
    desk.clock.forward(days=1)
    await told(desk, who, Kind.MOVED)
    visitor = await enter(desk, who.account)
    _status, data = await visitor.read("/notices")
    assert [one["kind"] for one in data["notices"]] == ["moved", "booked"]
    assert data["unread"] == 2
    said = plain((await visitor.open("/notices"))[1])
    parts = [
        "2 belum dibaca", "Rabu, 25 November 2026",
        "Jadwal verifikasi Anda diubah",
        "Jadwal Anda diubah menjadi Jumat, 27 November 2026 pukul 10.00 WIT (08.00 WIB).",
        "10.02 WIT",
        "Selasa, 24 November 2026", "Jadwal Verifikasi Akses INAPROC", "10.01 WIT",
    ]  # fmt: skip
    places = [said.rindex(part) for part in parts]
    assert places == sorted(places)
    assert f"Pejabat Pembuat Komitmen (PPK), {who.access.unit}" in said


async def test_opening_one_marks_it_and_leads_on(desk: RunningDesk) -> None:
    who = await desk.people.applicant(booked_in=timedelta(days=3))
    await told(desk, who, Kind.BOOKED, Kind.MOVED)
    visitor = await enter(desk, who.account)
    first, _second = await notices_of(desk.database, who.account)
    way = f"/meetings/{who.meeting.id}"
    assert await visitor.send(f"/notices/{first.id}/read") == (303, way)
    data = (await visitor.read("/notices"))[1]
    assert data["unread"] == 1
    assert [bool(one["read_at"]) for one in data["notices"]] == [False, True]
    at = desk.clock.now()
    desk.clock.forward(minutes=5)
    assert await visitor.act(f"/notices/{first.id}/read") == (200, {"url": way})
    assert (await notices_of(desk.database, who.account))[0].read_at == at
    page = (await visitor.open("/notices"))[1]
    assert f'href="{way}"' in page
    assert page.count("Belum dibaca") == 1


async def test_all_are_marked_at_once(desk: RunningDesk) -> None:
    who, other = await desk.people.applicant(), await desk.people.applicant()
    await told(desk, who, Kind.BOOKED, Kind.MOVED, Kind.MISSED)
    await told(desk, other, Kind.BOOKED)
    visitor = await enter(desk, who.account)
    assert "Tandai semua telah dibaca" in (await visitor.open("/notices"))[1]
    assert await visitor.send("/notices/read") == (303, "/notices")
    assert await visitor.act("/notices/read") == (200, {"marked": 0, "url": "/notices"})
    page = plain((await visitor.open("/notices"))[1])
    assert "Semua sudah dibaca." in page
    assert "Tandai semua" not in page
    assert (await (await enter(desk, other.account)).read("/notices"))[1]["unread"] == 1


async def test_nobody_sees_or_marks_those_of_others(desk: RunningDesk) -> None:
    who, other = await desk.people.applicant(), await desk.people.applicant()
    await told(desk, who, Kind.BOOKED)
    (notice,) = await notices_of(desk.database, who.account)
    visitor = await enter(desk, other.account)
    assert (await visitor.read("/notices"))[1]["notices"] == []
    assert "Belum ada pemberitahuan" in (await visitor.open("/notices"))[1]
    await refuses(desk, visitor, f"/notices/{notice.id}/read", 404, "not_found")


async def test_the_count_stands_above_every_page_of_an_applicant_in_words_too(
    desk: RunningDesk,
) -> None:
    who = await desk.people.applicant(booked_in=timedelta(days=3))
    visitor = await enter(desk, who.account)
    bell = re.compile(r'<a class="bell".*?</a>')

    async def said(path: str) -> str:
        found = bell.search((await visitor.open(path))[1].replace("\n", " "))
        assert found, path
        return plain(found[0])

    pages = ("/", "/organisation", "/notices", f"/meetings/{who.meeting.id}")
    for path in (*pages, "/not-there"):
        assert await said(path) == "Pemberitahuan"
    await told(desk, who, Kind.BOOKED, Kind.MOVED)
    for path in pages:
        assert await said(path) == "Pemberitahuan: 2 belum dibaca 2"
    staff = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for path in ("/supervisor", "/notices"):
        assert not bell.search((await staff.open(path))[1])


async def test_a_long_list_says_that_it_is_cut(desk: RunningDesk) -> None:
    who = await desk.people.applicant()
    await told(desk, who, *[Kind.BOOKED] * SHOWN)
    visitor = await enter(desk, who.account)
    cut = f"Hanya {SHOWN} yang terbaru"
    assert cut not in plain((await visitor.open("/notices"))[1])
    await told(desk, who, Kind.MOVED)
    assert cut in plain((await visitor.open("/notices"))[1])
    assert (await visitor.read("/notices"))[1]["unread"] == SHOWN + 1
