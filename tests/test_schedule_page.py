"""The administrator's schedule: hours, Ramadan, closed days and who must move, who is on duty."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from desk.accounts.tables import Account, Role
from desk.directory.tables import Agency
from tests.post import outbox
from tests.scenes import count, enter, is_problem, nothing_changes, value
from tests.support import RunningDesk, Visitor

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
CLOSED = {
    "day": str(WEDNESDAY), "is_open": "0", "scope": "national", "place": "", "reason": "Pilkada",
}  # fmt: skip


@pytest.fixture
async def admin(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))


async def booked(desk: RunningDesk, many: int, at: datetime) -> list[str]:
    """So many applicants who have moved to the day of `at`: their meetings."""
    meetings = []
    for n in range(many):
        who = await desk.people.applicant()
        visitor = await enter(desk, who.account)
        wanted = {"starts_at": (at + timedelta(minutes=15 * n)).isoformat()}
        status, _body = await visitor.act(f"/meetings/{who.meeting.id}/times", wanted)
        assert status == 200
        meetings.append(who.meeting.id)
    return meetings


async def test_the_page_shows_hours_and_ramadan(admin: Visitor) -> None:
    _status, body = await admin.read("/schedule")
    assert body["hours"]["normal"][4] == {
        "opens": "07:30", "break_from": "11:30", "break_until": "13:00", "closes": "16:30",
    }  # fmt: skip
    assert body["ramadans"][0] == {"first_day": "2026-02-18", "last_day": "2026-03-19"}
    assert body["joint_leave_missing"] is None
    shown = (await admin.open("/schedule"))[1]
    for words in (
        "Jam buka",
        "Ramadan",
        "18 Februari 2026 s.d. 19 Maret 2026",
        "Semua jam dalam WIB",
    ):
        assert words in shown


async def test_missing_joint_leave_is_warned_of(desk: RunningDesk) -> None:
    desk.clock.forward(days=341)  # 31 October 2027, 08.00 WIB
    board, missing = "/supervisor", "Cuti bersama 2028 belum ada di kalender."
    admin = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    assert missing not in (await admin.open("/schedule"))[1]
    desk.clock.forward(hours=16)
    admin = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    assert missing in (await admin.open("/schedule"))[1]
    assert missing in (await admin.open(board))[1]
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    assert missing not in (await supervisor.open(board))[1]


async def test_a_closed_day_moves_everybody_and_says_so(desk: RunningDesk, admin: Visitor) -> None:
    await desk.people.staff()
    at = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    await booked(desk, 3, at)
    before = len(await outbox(desk.database))
    status, body = await admin.act("/schedule/exceptions", CLOSED)
    assert (status, body["moved"], body["unplaced"]) == (200, 3, [])
    mails = (await outbox(desk.database))[before:]
    assert {mail.subject for mail in mails} >= {"Jadwal verifikasi Anda diubah"}
    on_the_day = "is_seated AND starts_at >= '2026-11-25' AND starts_at < '2026-11-26'"
    assert await count(desk.database, "meeting", on_the_day) == 0
    assert await value(desk.database, "SELECT sum(taken) FROM slot") == 3
    assert await count(desk.database, "audit_entry", "act = 'schedule_changed'") == 1
    (row,) = (await admin.read("/schedule"))[1]["exceptions"]
    assert (row["moved"], row["reason"], row["scope"]) == (3, "Pilkada", "national")
    shown = (await admin.open("/schedule?moved=3"))[1]
    assert "3 jadwal pemohon dipindahkan" in shown
    assert "3 jadwal dipindahkan." in shown


async def test_whoever_cannot_be_placed_is_named(desk: RunningDesk, admin: Visitor) -> None:
    verifier = await desk.people.staff()
    (meeting,) = await booked(desk, 1, datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    await _only_on_wednesday(admin, verifier)
    for week in range(1, 27):
        day = WEDNESDAY + timedelta(days=7 * week)
        assert (await admin.act("/schedule/exceptions", {**CLOSED, "day": str(day)}))[0] == 200
    status, body = await admin.act("/schedule/exceptions", CLOSED)
    number = await value(desk.database, "SELECT number FROM access")
    assert (status, body["moved"], body["unplaced"]) == (200, 0, [number])
    assert (
        f"Tanpa jadwal baru:</strong> {number}".replace("</strong>", "")
        in (await admin.open("/schedule"))[1]
    )
    (row,) = (await admin.read("/schedule/unplaced"))[1]["waiting"]
    assert (row["status"], row["meeting"]["id"]) == ("without_time", meeting)
    last = await outbox(desk.database)
    assert "Jadwal verifikasi Anda dibatalkan" in {mail.subject for mail in last}


async def _only_on_wednesday(admin: Visitor, verifier: Account) -> None:
    hours = {"verifier": verifier.id, "begins_2": "07:30", "ends_2": "16:00"}
    assert (await admin.act("/schedule/roster", hours))[0] == 200


async def test_an_agencys_day_moves_its_own_people_alone(desk: RunningDesk, admin: Visitor) -> None:
    await desk.people.staff()
    await booked(desk, 2, datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    for kind, name in (("city", "Kota Lain"), ("city", "Kota Contoh"), ("province", "Maluku")):
        row = {"kind": kind, "name": name, "timezone": "Asia/Jayapura"}
        assert (await admin.act("/directory", row))[0] == 200
    async with desk.database.writing() as session:
        maluku = update(Agency).where(Agency.name == "Maluku")
        await session.execute(maluku.values(code="81"))
    # As they are found while somebody types, or typed by hand, however they are spelt.
    for scope, typed, moved in (
        ("agency", "Kota Lain", 0), ("province", " maluku", 0), ("agency", "kota contoh", 2),
    ):  # fmt: skip
        body = {**CLOSED, "scope": scope, "place": typed}
        assert (await admin.act("/schedule/exceptions", body))[1]["moved"] == moved
    rows = (await admin.read("/schedule"))[1]["exceptions"]
    places = [(one["place"], one["place_name"]) for one in rows]
    assert places == [
        ("Kota Contoh", "Kota Contoh"), ("Kota Lain", "Kota Lain"), ("81", "Maluku"),
    ]  # fmt: skip
    assert "Provinsi Maluku" in (await admin.open("/schedule"))[1]


async def test_an_exception_can_be_taken_back(desk: RunningDesk, admin: Visitor) -> None:
    await desk.people.staff()
    await admin.act("/schedule/exceptions", CLOSED)
    (row,) = (await admin.read("/schedule"))[1]["exceptions"]
    remove = f"/schedule/exceptions/{row['id']}/remove"
    assert await admin.send(remove) == (303, "/schedule?moved=0")
    assert (await admin.act(remove))[0] == 404
    assert (await admin.read("/schedule"))[1]["exceptions"] == []


WRONG = [
    ("day", "", "Isi tanggal, misalnya 24/11/2026."),
    ("day", "2026-02-30", "Isi tanggal, misalnya 24/11/2026."),
    ("day", "2026-11-23", "Hari ini sudah lewat."),
    ("scope", "city", "Pilih salah satu."),
    ("is_open", "2", "Pilih salah satu."),
    ("reason", "", "Wajib diisi."),
    ("reason", "x" * 201, "Paling panjang 200 huruf."),
]


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    desk: RunningDesk, admin: Visitor, subtests: pytest.Subtests
) -> None:
    for field, typed, sentence in WRONG:
        with subtests.test(field=field, typed=typed, sentence=sentence):
            body = {**CLOSED, "place": "81", field: typed}
            async with nothing_changes(desk):
                problem = is_problem(
                    await admin.act("/schedule/exceptions", body), 422, "invalid_input"
                )
                status, shown = await admin.send("/schedule/exceptions", **body)
            assert (status, problem["fields"]) == (422, {field: sentence})
            shown = html.unescape(shown)
            assert re.search(f'<a href="#{field}">[^<]+: {re.escape(sentence)}</a>', shown)
            assert f'id="{field}-error"' in shown
            if field != "reason":
                assert 'value="Pilkada"' in shown


async def test_the_same_day_twice_is_refused(desk: RunningDesk, admin: Visitor) -> None:
    assert (await admin.act("/schedule/exceptions", CLOSED))[0] == 200
    async with nothing_changes(desk):
        is_problem(await admin.act("/schedule/exceptions", CLOSED), 422, "invalid_input")
    for scope, place in (("province", "81"), ("province", ""), ("agency", "Kota Mana")):
        body = {**CLOSED, "scope": scope, "place": place}
        problem = is_problem(await admin.act("/schedule/exceptions", body), 422, "invalid_input")
        assert list(problem["fields"]) == ["place"]


async def all_hours(admin: Visitor) -> dict[str, str]:
    hours = (await admin.read("/schedule"))[1]["hours"]
    return {
        f"{season}_{day}_{name}": one
        for season, rows in hours.items()
        for day, row in enumerate(rows)
        for name, one in row.items()
    }


async def test_shorter_hours_move_those_who_are_outside(desk: RunningDesk, admin: Visitor) -> None:
    await desk.people.staff()
    await booked(desk, 1, datetime(2026, 11, 25, 8, 30, tzinfo=UTC))  # 15.30 WIB
    hours = {**await all_hours(admin), "normal_2_closes": "15.00"}
    assert (await admin.act("/schedule/hours", hours))[1]["moved"] == 1
    assert (await all_hours(admin))["normal_2_closes"] == "15:00"


async def test_hours_out_of_order_are_refused(desk: RunningDesk, admin: Visitor) -> None:
    hours = {**await all_hours(admin), "normal_0_closes": "12.30", "ramadan_1_opens": "x"}
    async with nothing_changes(desk):
        problem = is_problem(await admin.act("/schedule/hours", hours), 422, "invalid_input")
        shown = (await admin.send("/schedule/hours", **hours))[1]
    assert problem["fields"] == {
        "normal_0_closes": "Jam harus berurutan.", "ramadan_1_opens": "Isi jam, misalnya 07.30.",
    }  # fmt: skip
    assert 'value="12.30"' in shown


async def test_a_years_ramadan_is_written_down(desk: RunningDesk, admin: Visitor) -> None:
    days = {"first_day": "2028-01-28", "last_day": "2028-02-25"}
    assert (await admin.act("/schedule/ramadan", days))[0] == 200
    assert (await admin.read("/schedule"))[1]["ramadans"][-1] == days
    wrong = {**days, "last_day": "2028-01-28"}
    is_problem(await admin.act("/schedule/ramadan", wrong), 422, "invalid_input")


async def test_the_roster_says_when_it_is_empty_and_then_who_is_on_duty(
    desk: RunningDesk, admin: Visitor
) -> None:
    verifier = await desk.people.staff(name="Rina Wulandari")
    page = "/schedule/roster"
    assert "semua verifikator dihitung bertugas" in (await admin.open(page))[1]
    await _only_on_wednesday(admin, verifier)
    _status, body = await admin.read(page)
    assert body["is_empty"] is False
    (row,) = body["verifiers"]
    hours = {"begins": "07:30", "ends": "16:00"}
    assert row["hours"] == [None, None, hours, None, None]
    wrong = {"verifier": verifier.id, "begins_1": "09:00", "ends_1": "08:00", "begins_0": "08:00"}
    async with nothing_changes(desk):
        problem = is_problem(await admin.act(page, wrong), 422, "invalid_input")
        shown = (await admin.send(page, **wrong))[1]
    assert problem["fields"].keys() == {"ends_1", "ends_0"}
    assert 'id="ends_1-error"' in shown


async def test_a_verifiers_absence_takes_the_seats_of_the_day(
    desk: RunningDesk, admin: Visitor
) -> None:
    verifier = await desk.people.staff()
    who = await desk.people.applicant()
    times = f"/meetings/{who.meeting.id}/times"
    visitor = await enter(desk, who.account)
    body = {"verifier": verifier.id, "day": str(WEDNESDAY)}
    assert (await admin.act("/schedule/absences", body))[0] == 200
    days = (await visitor.read(times))[1]["days"]
    assert [one["free"] > 0 for one in days[:3]] == [True, False, True]
    (row,) = (await admin.read("/schedule/roster"))[1]["absences"]
    assert "tidak bertugas" in (await admin.open("/schedule/roster"))[1]
    assert (await admin.send(f"/schedule/absences/{row['id']}/remove"))[0] == 303
    days = (await visitor.read(times))[1]["days"]
    assert days[1]["free"] > 0
    assert days[0]["day"] == str(TUESDAY)


async def test_the_schedule_is_in_the_top_bar(desk: RunningDesk, admin: Visitor) -> None:
    assert 'href="/schedule"' in (await admin.open("/supervisor"))[1]
