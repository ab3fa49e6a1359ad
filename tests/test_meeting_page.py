"""The meeting: when its room opens and closes, and joining the line."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.scenes import (
    count,
    enter,
    in_call,
    is_problem,
    joined,
    nothing_changes,
    on_duty,
    refuses,
    take,
    value,
)
from tests.support import Applicant, RunningDesk


def page_of(applicant: Applicant) -> str:
    return f"/meetings/{applicant.meeting.id}"


async def test_the_page_says_when_and_what_to_bring(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant(booked_in=timedelta(hours=1), timezone="Asia/Jayapura")
    visitor = await enter(desk, applicant.account)
    _status, page = await visitor.open(page_of(applicant))
    assert "Verifikasi hari ini" in page
    assert "Selasa, 24 November 2026" in page
    assert "11.00" in page  # 09.00 WIB, for a reader in Papua
    assert "WIT" in page
    assert "09.00 WIB" in page
    assert "KTP asli" in page
    assert applicant.access.letter_number in page


async def test_a_calendar_gets_what_is_still_to_come(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant(booked_in=timedelta(days=2))
    visitor = await enter(desk, applicant.account)
    file = f"{page_of(applicant)}/calendar"
    assert f'href="{file}"' in (await visitor.open(page_of(applicant)))[1]
    assert f'href="{file}"' in (await visitor.open("/access"))[1]
    (event,) = Calendar.from_ical((await visitor.open(file))[1]).events
    assert event.start == applicant.meeting.starts_at
    assert "attendee" not in event
    desk.clock.forward(days=3)
    visitor = await enter(desk, applicant.account)
    assert (await visitor.open(file))[0] == 404
    assert file not in (await visitor.open(page_of(applicant)))[1]


async def test_another_day_is_named(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant(booked_in=timedelta(days=2))
    visitor = await enter(desk, applicant.account)
    assert "Verifikasi Kamis, 26 November 2026" in (await visitor.open(page_of(applicant)))[1]


async def test_too_early_says_when_the_room_opens(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant(
        booked_in=timedelta(minutes=30, seconds=1), timezone="Asia/Makassar"
    )
    visitor = await enter(desk, applicant.account)
    _status, page = await visitor.open(page_of(applicant))
    assert "Ruang tunggu dibuka pukul" in page
    assert "09.00 WITA (08.00 WIB)" in page
    assert (await visitor.read(page_of(applicant)))[1]["meeting"]["can_join"] is False
    problem = await refuses(desk, visitor, page_of(applicant) + "/join", 409, "too_early")
    assert "Selasa, 24 November 2026 pukul 09.00 WITA" in problem["detail"]
    desk.clock.forward(seconds=1)
    assert (await visitor.read(page_of(applicant)))[1]["meeting"]["can_join"] is True
    assert (await visitor.act(page_of(applicant) + "/join"))[0] == 200


@pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        ("Asia/Jayapura", datetime(2026, 11, 24, 14, 59, 59, tzinfo=UTC)),
        ("Asia/Makassar", datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)),
        ("Asia/Jakarta", datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)),
        ("Asia/Pontianak", datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)),
    ],
)
async def test_the_room_is_open_until_the_day_ends_where_the_applicant_is(
    desk: RunningDesk, zone: str, last_moment: datetime
) -> None:
    applicant = await desk.people.applicant(timezone=zone)
    late = await desk.people.applicant(timezone=zone)
    desk.clock.forward(seconds=(last_moment - desk.clock.now()).total_seconds())
    visitor = await enter(desk, applicant.account)
    assert (await visitor.act(page_of(applicant) + "/join"))[0] == 200
    desk.clock.forward(seconds=1)
    visitor = await enter(desk, late.account)
    body = (await visitor.read(page_of(late)))[1]
    assert (body["meeting"]["can_join"], body["meeting"]["is_over"]) == (False, True)
    assert "Jadwal ini sudah lewat" in (await visitor.open(page_of(late)))[1]
    await refuses(desk, visitor, page_of(late) + "/join", 409, "too_late")


async def test_what_is_decided_cannot_be_joined_again(desk: RunningDesk) -> None:
    for decide in ("approve", "reject"):
        scene = await in_call(desk)
        await getattr(scene, decide)()
        page = page_of(scene.who)
        await refuses(desk, scene.applicant, page + "/join", 409, "already_decided")
        assert "Verifikasi ini sudah selesai" in (await scene.applicant.open(page))[1]


async def test_joining_twice_gives_the_same_ticket(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with nothing_changes(desk):
        answer = await waits.visitor.act(page_of(waits.who) + "/join")
        form = await waits.visitor.send(page_of(waits.who) + "/join")
    assert answer == (200, {"ticket": waits.ticket, "url": waits.page})
    assert form == (303, waits.page)
    assert "Kembali ke ruang tunggu" in (await waits.visitor.open(page_of(waits.who)))[1]


async def test_joining_in_mid_call_leads_back_to_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    answer = await scene.applicant.act(page_of(scene.who) + "/join")
    assert answer == (200, {"ticket": scene.ticket, "url": f"/waiting/{scene.ticket}"})
    assert await scene.applicant.open(f"/waiting/{scene.ticket}") == (303, scene.page)


async def test_twenty_joins_at_once_make_one_ticket(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    first, second = await enter(desk, applicant.account), await enter(desk, applicant.account)
    path = page_of(applicant) + "/join"
    answers = await asyncio.gather(*(one.act(path) for one in [first, second] * 10))
    assert {status for status, _body in answers} == {200}
    assert len({body["ticket"] for _status, body in answers}) == 1
    assert await count(desk.database, "ticket") == 1
    assert await count(desk.database, "audit_entry", "act = 'joined'") == 1


async def test_a_late_applicant_joins_behind(desk: RunningDesk) -> None:
    late = await desk.people.applicant(booked_in=timedelta(minutes=0))
    punctual = await desk.people.applicant(booked_in=timedelta(minutes=25))
    desk.clock.forward(minutes=10, seconds=1)
    for applicant in (late, punctual):
        visitor = await enter(desk, applicant.account)
        await visitor.act(page_of(applicant) + "/join")
    order = "SELECT order_class FROM ticket WHERE meeting = :meeting"
    assert await value(desk.database, order, meeting=late.meeting.id) == 2
    assert await value(desk.database, order, meeting=punctual.meeting.id) == 1


def strange_ids(foreign: str) -> list[str]:
    return [foreign, "A" * 22, "A" * 21, "A" * 23, "%00", "a'--", "é" * 22, "%2e%2e%2f" * 3]


@pytest.mark.parametrize("kind", ["/meetings/{}", "/waiting/{}", "/calls/{}", "/access/{}/again"])
async def test_ids_that_are_not_mine_do_not_exist(desk: RunningDesk, kind: str) -> None:
    foreign = await in_call(desk)
    ids = {"meetings": foreign.who.meeting.id, "waiting": foreign.ticket}
    ids |= {"calls": foreign.call, "access": foreign.who.access.id}
    mine = await joined(desk)
    deeds = {"meetings": "/join", "waiting": "/leave", "calls": "/end", "access": ""}
    word = kind.split("/")[1]
    answers: set[tuple[int, Any]] = set()
    async with nothing_changes(desk, denials=None):
        for strange in strange_ids(ids[word]):
            path = kind.format(strange)
            problem = is_problem(await mine.visitor.read(path), 404, "not_found")
            answers.add((404, problem["detail"]))
            status, page = await mine.visitor.open(path)
            assert (status, "Halaman tidak ditemukan" in page) == (404, True)
            status, body = await mine.visitor.act(path + deeds[word])
            known = word == "calls" and strange in {ids[word], "A" * 22}
            assert (status, body["code"]) == ((403, "forbidden") if known else (404, "not_found"))
    assert len(answers) == 1


async def test_after_being_absent_one_can_join_again(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    scene = await take(await joined(desk), account, verifier)
    assert (await verifier.act(f"{scene.page}/end", {"outcome": "absent"}))[0] == 200
    status, body = await scene.applicant.act(page_of(scene.who) + "/join")
    assert status == 200
    assert body["ticket"] != scene.ticket
