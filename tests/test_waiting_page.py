"""The waiting room: the place, where the way goes on from it, and leaving."""

import asyncio
import html
from datetime import timedelta

from desk.accounts.tables import Account
from desk.database import POSTGRESQL_CONNECTIONS
from desk.keys import SIGNALING
from tests.scenes import (
    Waits,
    count,
    enter,
    in_call,
    is_problem,
    join,
    joined,
    on_duty,
    refuses,
    take,
    value,
)
from tests.silence import reap
from tests.support import RunningDesk, Visitor
from waiting_room import line


async def three(desk: RunningDesk) -> list[Waits]:
    return [await joined(desk) for _one in range(3)]


async def test_the_page_says_the_place_and_how_many_wait(desk: RunningDesk) -> None:
    waiting = await three(desk)
    await desk.app[SIGNALING].line.tell()
    for position, waits in enumerate(waiting, 1):
        status, body = await waits.visitor.read(waits.page)
        assert status == 200
        assert (body["state"], body["position"], body["waiting"]) == ("waiting", position, 3)
        assert (body["ticket"], body["wait_s"]) == (waits.ticket, None)
        assert body["version"].keys() == {"epoch", "count"}
        _status, page = await waits.visitor.open(waits.page)
        assert "Ruang Tunggu" in page
        assert f">{position}</span>" in page.partition("data-place")[2][:60]
        assert "Perkiraan waktu tunggu belum tersedia" in page
        assert "Keluar dari antrean" in page
        assert "data-after-call" not in page
    assert "2 orang di depan Anda" in page


async def test_the_page_says_for_how_long_the_place_is_kept(desk: RunningDesk) -> None:
    waits = await joined(desk)
    page = (await waits.visitor.open(waits.page))[1]
    kept = f"Tempat Anda tetap disimpan selama {desk.settings.hold_minutes} menit"
    assert f"{kept} jika koneksi terputus." in page
    assert f"{kept}. Sementara terputus" in page


async def test_the_page_promises_nothing_to_who_is_away(desk: RunningDesk) -> None:
    waits = await joined(desk)
    for is_away in (False, True):
        visitor = await enter(desk, waits.who.account)
        page = (await visitor.open(waits.page))[1]
        assert ("data-safe hidden" in page) is is_away
        assert "Tanpa JavaScript" in page.partition("<noscript><div")[2].partition("</noscript>")[0]
        desk.clock.forward(seconds=desk.settings.away_after_s + 1)
        await desk.app[SIGNALING].line.tell()


async def test_after_a_call_without_a_verdict_the_page_says_why_one_waits_again(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    room = f"/waiting/{scene.ticket}"
    assert "Verifikator mengembalikan Anda ke antrean" in (await scene.applicant.open(room))[1]

    again = await take(await join(desk, scene.who), scene.verifier_account, scene.verifier)
    desk.clock.forward(seconds=desk.settings.call_grace_s + 1)
    await reap(desk)
    applicant = await enter(desk, again.who.account)
    page = (await applicant.open(room))[1]
    assert "Koneksi verifikator terputus." in page
    assert "Verifikator mengembalikan" not in page


async def test_the_estimate_comes_after_five_finished_calls(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    waits = await joined(desk, booked_in=timedelta(minutes=30))
    for finished in range(5):
        assert (await waits.visitor.read(waits.page))[1]["wait_s"] is None, finished
        await _serve_another_first(desk, account, verifier, minutes=6 + finished)
    await desk.app[SIGNALING].line.tell()
    # Handling times of 6, 7, 8, 9 and 10 minutes, one verifier: quartiles 7 and 9.
    assert (await waits.visitor.read(waits.page))[1]["wait_s"] == [7 * 60, 9 * 60]
    page = html.unescape((await waits.visitor.open(waits.page))[1])
    assert "7–9 menit" in page
    assert "<strong data-estimate>Perkiraan" not in page


async def _serve_another_first(
    desk: RunningDesk, account: Account, verifier: Visitor, minutes: int
) -> None:
    # Booked before everybody else, so that this one is next.
    earlier = await joined(desk, booked_in=timedelta(minutes=-9))
    call = await take(earlier, account, verifier)
    desk.clock.forward(minutes=minutes)
    await call.reject()


async def test_json_is_what_the_socket_says(desk: RunningDesk) -> None:
    waits = await joined(desk)
    place = await desk.app[SIGNALING].place_of(waits.ticket)
    assert place is not None
    body = (await waits.visitor.read(waits.page))[1]
    assert body.keys() == {"state"} | place.as_dict().keys()
    assert {name: body[name] for name in ("ticket", "position", "waiting", "wait_s")} == {
        "ticket": waits.ticket,
        "position": 1,
        "waiting": 1,
        "wait_s": None,
    }


async def test_more_pages_at_once_than_readers_all_get_their_place(desk: RunningDesk) -> None:
    """Nobody holds a connection while waiting for the line to be read, which needs one itself."""
    people = [await desk.people.applicant() for _one in range(2 * POSTGRESQL_CONNECTIONS)]
    visitors = [await enter(desk, person.account) for person in people]
    async with desk.database.writing() as session:  # and the line is not told
        now, late = desk.clock.now(), timedelta(minutes=10)
        tickets = [
            (await line.join(session, p.account.id, p.meeting.id, now, now, late))[0].id
            for p in people
        ]
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(
                visitor.read(f"/waiting/{ticket}")
                for visitor, ticket in zip(visitors, tickets, strict=True)
            )
        )
    assert {status for status, _body in answers} == {200}
    assert sorted(body["position"] for _status, body in answers) == list(range(1, len(people) + 1))


async def test_after_the_take_the_page_leads_to_the_call(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    room = f"/waiting/{scene.ticket}"
    expected = {"state": "in_call", "call": scene.call, "url": scene.page}
    assert await scene.applicant.read(room) == (200, expected)
    assert await scene.applicant.open(room) == (303, scene.page)


async def test_after_a_verdict_the_page_leads_home(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.reject()
    room = f"/waiting/{scene.ticket}"
    assert await scene.applicant.read(room) == (200, {"state": "served", "url": "/"})
    assert await scene.applicant.open(room) == (303, "/")


async def test_leaving_gives_the_place_up(desk: RunningDesk) -> None:
    first, second, _third = await three(desk)
    desk.clock.forward(seconds=88)  # the other two came a second each after the first
    path = f"{first.page}/leave"
    status, body = await first.visitor.act(path)
    assert (status, body["url"]) == (200, f"/meetings/{first.who.meeting.id}")
    assert await first.visitor.read(first.page) == (200, {"state": "left", "url": "/"})
    assert await first.visitor.open(first.page) == (303, "/")
    detail = "SELECT CAST(detail AS TEXT) FROM audit_entry WHERE act = 'left'"
    assert '"waited_s": 90' in await value(desk.database, detail)
    await refuses(desk, first.visitor, path, 409, "not_waiting")
    await desk.app[SIGNALING].line.tell()
    assert (await second.visitor.read(second.page))[1]["position"] == 1


async def test_the_form_leaves_too_and_one_may_come_back(desk: RunningDesk) -> None:
    first = await joined(desk)
    await joined(desk)
    meeting = f"/meetings/{first.who.meeting.id}"
    assert await first.visitor.send(f"{first.page}/leave") == (303, meeting)
    again = await join(desk, first.who)
    assert again.ticket != first.ticket
    await desk.app[SIGNALING].line.tell()
    assert (await again.visitor.read(again.page))[1]["waiting"] == 2
    assert await count(desk.database, "ticket", "state = 'waiting'") == 2


async def test_leaving_in_mid_call_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await refuses(desk, scene.applicant, f"/waiting/{scene.ticket}/leave", 409, "not_waiting")


async def test_leaving_and_being_taken_at_once_gives_one_of_both(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    waits = await joined(desk)
    left, taken = await asyncio.gather(
        waits.visitor.act(f"{waits.page}/leave"), verifier.act("/desk/take")
    )
    assert (left[0], taken[0]) in {(200, 204), (409, 200)}
    state = await value(desk.database, "SELECT state FROM ticket")
    assert state == ("left" if left[0] == 200 else "in_call")
    if left[0] == 409:
        is_problem(left, 409, "not_waiting")
