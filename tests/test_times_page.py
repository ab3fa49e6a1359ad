""" "Cari Jadwal Lain": what is free is shown, and a meeting moves there."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text, update

from desk.accounts.tables import Role
from desk.schedule import slots
from desk.schedule.plan import read_plan
from desk.schedule.tables import Meeting, Slot
from desk.settings import Settings
from tests.post import outbox
from tests.scenes import enter, is_problem, joined, nothing_changes, value
from tests.support import Applicant, RunningDesk, Visitor

THE_NEXT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 09.00 WIB, with an hour of notice
TOMORROW = THE_NEXT + timedelta(days=1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With an hour of notice."""
    return settings.model_copy(update={"notice_minutes": 60})


async def visiting(
    desk: RunningDesk, zone: str = "Asia/Jayapura"
) -> tuple[Applicant, Visitor, str]:
    """An applicant with a meeting, one verifier, and the page of times."""
    await desk.people.staff()
    who = await desk.people.applicant(timezone=zone)
    return who, await enter(desk, who.account), f"/meetings/{who.meeting.id}/times"


async def test_the_meetings_page_leads_there_and_says_the_terms(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    _status, shown = await visitor.open(f"/meetings/{who.meeting.id}")
    assert f'action="{page}"' in shown
    assert "Anda dapat mengubah jadwal sampai Senin, 30 November 2026." in shown
    assert "Tersisa 2 kali perubahan." in shown
    assert '"utc_offset_minutes": 540' in shown


async def test_days_are_free_full_or_closed_in_words(desk: RunningDesk) -> None:
    _who, visitor, page = await visiting(desk)
    async with desk.database.writing() as session:
        plan = await read_plan(session, desk.settings, desk.clock.now())
        await slots.make_day(session, plan, TOMORROW.date(), desk.clock.now())
        await session.execute(update(Slot).values(taken=Slot.capacity))
    _status, body = await visitor.read(page)
    kinds = [(one["day"], one["is_open"], bool(one["free"])) for one in body["days"]]
    assert kinds == [
        ("2026-11-24", True, True), ("2026-11-25", True, False), ("2026-11-26", True, True),
        ("2026-11-27", True, True), ("2026-11-28", False, False), ("2026-11-29", False, False),
        ("2026-11-30", True, True),
    ]  # fmt: skip
    assert body["chosen"] == "2026-11-24"
    assert body["times"][0]["starts_at"] == THE_NEXT.isoformat()
    _status, shown = await visitor.open(page)
    for words in ("penuh", "tutup", "kosong", "30 November 2026:", 'aria-current="date"'):
        assert words in shown


async def test_times_are_the_units_with_the_desks_beside_them(desk: RunningDesk) -> None:
    _who, visitor, page = await visiting(desk)
    _status, shown = await visitor.open(f"{page}?day=2026-11-26")
    assert "Pilih waktu pada Kamis, 26 November 2026" in shown
    assert "09.30 WIT" in shown
    assert "07.30 WIB" in shown
    jakarta = await visiting(desk, "Asia/Jakarta")
    assert "WIT" not in (await jakarta[1].open(jakarta[2]))[1].replace("WITA", "")
    for strange in ("2026-11-28", "2027-11-26", "x", "2026-02-30"):
        assert (await visitor.read(f"{page}?day={strange}"))[1]["chosen"] == "2026-11-24"


async def test_a_chosen_time_is_had_and_told(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    answer = await visitor.send(page, starts_at=TOMORROW.isoformat())
    assert answer == (303, f"/meetings/{who.meeting.id}")
    moved = (await visitor.read(answer[1]))[1]
    assert moved["meeting"]["starts_at"] == TOMORROW.isoformat()
    assert moved["moving"]["moves_left"] == 1
    (mail,) = await outbox(desk.database)
    assert mail.subject == "Jadwal verifikasi Anda diubah"
    assert "Rabu, 25 November 2026 pukul 11.00 WIT (09.00 WIB)" in mail.text_body


async def test_the_earliest_with_one_click(desk: RunningDesk) -> None:
    _who, visitor, page = await visiting(desk)
    status, body = await visitor.act(page, {"starts_at": "earliest"})
    assert (status, body["starts_at"]) == (200, THE_NEXT.isoformat())


async def test_a_seat_just_taken_shows_what_is_still_free(desk: RunningDesk) -> None:
    _who, visitor, page = await visiting(desk)
    async with desk.database.writing() as session:
        plan = await read_plan(session, desk.settings, desk.clock.now())
        await slots.make_days_until(
            session, plan, THE_NEXT.date(), TOMORROW.date(), desk.clock.now()
        )
        full = update(Slot).where(Slot.starts_at == TOMORROW)
        await session.execute(full.values(taken=Slot.capacity))
    wanted = {"starts_at": TOMORROW.isoformat()}
    async with nothing_changes(desk):
        problem = is_problem(await visitor.act(page, wanted), 409, "slot_taken")
        status, shown = await visitor.send(page, **wanted)
    assert (status, problem["detail"] in shown) == (409, True)
    assert "Pilih waktu pada Rabu, 25 November 2026" in shown
    assert TOMORROW.isoformat() not in shown
    assert (TOMORROW + timedelta(minutes=15)).isoformat() in shown


async def test_what_is_no_time_is_refused_with_the_page(desk: RunningDesk) -> None:
    _who, visitor, page = await visiting(desk)
    for strange in ("", "soon", "2026-11-25T01:15:00", "0001-01-01T00:00:00+14:00", "9" * 40):
        async with nothing_changes(desk):
            is_problem(await visitor.act(page, {"starts_at": strange}), 422, "not_offered")
            status, shown = await visitor.send(page, starts_at=strange)
        assert (status, "Pilih hari" in shown) == (422, True)


async def test_whoever_has_no_moves_left_is_told_before(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    async with desk.database.writing() as session:
        await session.execute(update(Meeting).values(moves=2))
    for path in (page, f"/meetings/{who.meeting.id}"):
        shown = (await visitor.open(path))[1]
        assert "Jadwal hanya dapat diubah 2 kali." in shown
        assert "Pindahkan jadwal" not in shown
    async with nothing_changes(desk):
        is_problem(await visitor.act(page, {"starts_at": "earliest"}), 409, "no_moves_left")


async def test_not_while_in_line(desk: RunningDesk) -> None:
    await desk.people.staff()
    waits = await joined(desk)
    page = f"/meetings/{waits.who.meeting.id}/times"
    is_problem(await waits.visitor.act(page, {"starts_at": "earliest"}), 409, "in_line")


async def test_after_a_no_show_another_time_costs_no_move(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    over = "UPDATE meeting SET no_shows = 1, moves = 2, no_show_at = starts_at"
    async with desk.database.writing() as session:
        await session.execute(text(over + ", movable_from_at = starts_at"))
    shown = (await visitor.open(page))[1]
    assert "Anda tidak hadir pada jadwal Anda." in shown
    assert "tidak mengurangi jatah" in shown
    assert (await visitor.send(page, starts_at="earliest"))[0] == 303
    assert await value(desk.database, "SELECT moves FROM meeting") == 2
    status = (await visitor.read("/"))[1]["accesses"][0]["status"]
    assert (status, who.access.state.value) == ("scheduled", "scheduled")


async def test_after_three_no_shows_staff_finds_the_time(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE meeting SET no_shows = 3, no_show_at = starts_at"))
    shown = (await visitor.open(page))[1]
    assert "Anda sudah 3 kali tidak hadir. Hubungi meja bantuan" in shown
    is_problem(await visitor.act(page, {"starts_at": "earliest"}), 409, "by_hand")
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    _status, body = await supervisor.read("/schedule/unplaced")
    (row,) = body["waiting"]
    assert (row["url"], row["no_shows"]) == (f"/schedule/meetings/{who.meeting.id}", 3)
    shown = (await supervisor.open(row["url"]))[1]
    assert "Pindahkan jadwal" in shown
    late = TOMORROW + timedelta(days=14)
    assert await supervisor.send(row["url"], starts_at=late.isoformat()) == (
        303, "/schedule/unplaced",
    )  # fmt: skip
    assert (await supervisor.read("/schedule/unplaced"))[1]["waiting"] == []
    assert (await visitor.read("/"))[1]["accesses"][0]["status"] == "scheduled"
    assert late.date() == date(2026, 12, 9)


async def test_a_meeting_that_was_moved_cannot_be_joined_at_its_old_time(desk: RunningDesk) -> None:
    who, visitor, page = await visiting(desk)
    assert (await visitor.send(page, starts_at=TOMORROW.isoformat()))[0] == 303
    join = f"/meetings/{who.meeting.id}/join"
    is_problem(await visitor.act(join), 409, "too_early")
    desk.clock.forward(days=1, minutes=30)
    visitor = await enter(desk, who.account)
    assert (await visitor.act(join))[0] == 200
