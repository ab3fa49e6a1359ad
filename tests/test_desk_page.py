"""The verifier's desk: who waits, one's own state, and taking the next."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.scenes import (
    count,
    in_call,
    is_problem,
    join,
    joined,
    nothing_changes,
    on_duty,
    refuses,
    take,
    value,
)
from tests.support import RunningDesk, Visitor


async def listed(verifier: Visitor) -> dict[str, Any]:
    status, body = await verifier.read("/desk")
    assert status == 200
    return dict(body)


async def test_the_line_is_listed_with_what_the_verifier_needs(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    papua = await joined(desk, name="Maria Rumbiak", timezone="Asia/Jayapura", role="PP")
    await joined(desk, name="Budi Santoso", booked_in=timedelta(minutes=20))
    await desk.people.document(papua.who.access, b"%PDF-1.7", desk.settings)
    body = await listed(verifier)
    first, second = body["waiting"]
    assert first == {
        "position": 1,
        "name": "Maria Rumbiak",
        "role_name": "Pejabat Pengadaan (PP)",
        "agency": "Kota Contoh",
        "unit": papua.who.access.unit,
        "booked_at": papua.who.meeting.starts_at.isoformat(),
        "zone": "Asia/Jayapura",
        "booked_text": "10.10 WIT",
        "desk_text": "08.10 WIB",
        "waiting_since_at": (desk.clock.now() - timedelta(seconds=1)).isoformat(),
        "mark": "present",
    }
    assert (second["position"], second["name"], second["desk_text"]) == (2, "Budi Santoso", "")
    assert body["next"] == first | {"documents": 1}
    assert body["waiting_total"] == 2
    assert body["longest_since_at"] == first["waiting_since_at"]
    assert body["shift"]["state"] == "ready"
    page = (await verifier.open("/desk"))[1]
    for words in ("Maria Rumbiak", "Budi Santoso", "10.10 WIT", "08.10 WIB", "Siap melayani"):
        assert words in page
    assert "Layani pemohon berikutnya" in page


async def test_who_is_late_or_returned_is_marked(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    scene = await take(await joined(desk, name="Kembali"), account, verifier)
    await verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    await joined(desk, name="Terlambat", booked_in=timedelta(minutes=-11))
    marks = [(row["name"], row["mark"]) for row in (await listed(verifier))["waiting"]]
    assert marks == [("Kembali", "returned"), ("Terlambat", "late")]
    assert (await verifier.open("/desk"))[0] == 200


async def test_who_is_away_is_marked_and_the_button_waits_for_somebody(desk: RunningDesk) -> None:
    await joined(desk, name="Terputus")
    desk.clock.forward(seconds=desk.settings.away_after_s)
    _account, verifier = await on_duty(desk)
    body = await listed(verifier)
    assert [row["mark"] for row in body["waiting"]] == ["away"]
    assert (body["next"], body["waiting_total"]) == (None, 1)
    page = (await verifier.open("/desk"))[1]
    assert 'data-hint="away">' in page
    assert 'data-hint="nobody" hidden>' in page
    assert 'aria-disabled="true"' in page

    await join(desk, await desk.people.applicant(name="Hadir"))
    assert (await listed(verifier))["next"]["name"] == "Hadir"
    page = (await verifier.open("/desk"))[1]
    assert "Berikutnya, nomor 1" in page
    assert 'data-hint="away" hidden>' in page
    assert 'aria-disabled="true"' not in page


async def test_an_empty_line_gives_nothing(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    async with nothing_changes(desk):
        assert await verifier.act("/desk/take") == (204, None)
        assert await verifier.send("/desk/take") == (303, "/desk")
    assert (await listed(verifier))["shift"]["state"] == "ready"
    assert (await listed(verifier))["next"] is None
    assert (await verifier.open("/desk"))[0] == 200


async def test_taking_opens_a_call_with_the_head_of_the_line(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    first = await joined(desk)
    await joined(desk)
    scene = await take(first, account, verifier)
    ticket = await value(desk.database, "SELECT ticket FROM call")
    assert ticket == first.ticket
    body = await listed(verifier)
    assert body["open_call"] == {"id": scene.call, "url": scene.page}
    assert body["shift"]["state"] == "in_call"
    assert body["waiting_total"] == 1
    page = (await verifier.open("/desk"))[1]
    assert "Anda sedang dalam panggilan" in page
    assert scene.page in page
    assert await count(desk.database, "audit_entry", "act = 'taken'") == 1
    assert await count(desk.database, "review") == 1


async def test_the_form_leads_into_the_call(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await joined(desk)
    status, location = await verifier.send("/desk/take")
    assert status == 303
    assert (await verifier.open(location))[0] == 200


async def test_a_second_take_in_a_call_is_refused_with_the_way_back(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await joined(desk)
    problem = await refuses(desk, scene.verifier, "/desk/take", 409, "already_in_call")
    assert (problem["call"], problem["url"]) == (scene.call, scene.page)
    assert scene.page in (await scene.verifier.send("/desk/take"))[1]


@pytest.mark.parametrize("choice", [{"state": "on_break", "reason": "prayer"}, {"state": "off"}])
async def test_on_a_break_nobody_is_taken(desk: RunningDesk, choice: dict[str, str]) -> None:
    _account, verifier = await on_duty(desk)
    await joined(desk)
    assert (await verifier.act("/desk/status", choice))[0] == 200
    await refuses(desk, verifier, "/desk/take", 409, "not_ready")


async def test_many_takes_at_once_give_each_applicant_to_one_verifier(desk: RunningDesk) -> None:
    verifiers = [await on_duty(desk) for _one in range(5)]
    waiting = [await joined(desk) for _one in range(3)]
    answers = await asyncio.gather(
        *(verifier.act("/desk/take") for _time in range(4) for _account, verifier in verifiers)
    )
    taken = [body["call"] for status, body in answers if status == 200]
    assert len(taken) == len(set(taken)) == 3
    for status, body in answers:
        if status not in {200, 204}:
            is_problem((status, body), 409, "already_in_call")
    assert Counter(status for status, _body in answers) == {200: 3, 204: 8, 409: 9}
    assert await count(desk.database, "call") == 3
    tickets = await count(desk.database, "ticket", "state = 'in_call'")
    assert tickets == len(waiting)
    assert await value(desk.database, "SELECT count(DISTINCT verifier) FROM call") == 3
    assert await count(desk.database, "shift", "state = 'in_call'") == 3
    assert await count(desk.database, "audit_entry", "act = 'taken'") == 3


async def test_the_state_changes_as_chosen(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    for state, reason in (("on_break", "meeting"), ("on_break", None), ("off", None)):
        desk.clock.forward(minutes=1)
        status, body = await verifier.act("/desk/status", {"state": state, "reason": reason})
        assert (status, body["state"]) == (200, state)
        assert body["since_at"] == desk.clock.now().isoformat()
        shift = (await listed(verifier))["shift"]
        assert (shift["state"], shift["reason"]) == (state, reason)
        assert shift["since_at"] == desk.clock.now().isoformat()
        assert (await verifier.open("/desk"))[0] == 200
    assert await verifier.send("/desk/status", state="ready") == (303, "/desk")
    state = await value(
        desk.database, "SELECT state FROM shift WHERE verifier = :id", id=account.id
    )
    assert state == "ready"


async def test_a_state_of_no_break_has_no_reason(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await verifier.act("/desk/status", {"state": "off", "reason": "rest"})
    assert (await listed(verifier))["shift"]["reason"] is None


NOT_CHOOSABLE: list[dict[str, str]] = [
    {},
    {"state": "in_call"},
    {"state": "wrap_up"},
    {"state": "asleep"},
    {"state": "on_break", "reason": "because"},
]


async def test_states_that_nobody_chooses_are_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    _account, verifier = await on_duty(desk)
    for choice in NOT_CHOOSABLE:
        with subtests.test(choice=choice):
            await refuses(desk, verifier, "/desk/status", 422, "invalid_input", choice)


async def test_in_mid_call_the_state_stays(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for state in ("ready", "on_break", "off"):
        await refuses(desk, scene.verifier, "/desk/status", 409, "no_such_change", {"state": state})


async def test_after_a_verdict_comes_the_wrap_up_and_then_the_next(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    desk.clock.forward(minutes=6)
    await scene.reject()
    body = await listed(scene.verifier)
    assert (body["shift"]["state"], body["open_call"]) == ("wrap_up", None)
    assert body["wrap_up_s"] == desk.settings.wrap_up_s
    expected = {"finished": 1, "approved": 0, "rejected": 1, "average_s": 360.0}
    assert body["today"] == expected
    assert (await scene.verifier.open("/desk"))[0] == 200
    await take(await joined(desk), scene.verifier_account, scene.verifier)


async def test_fifty_are_shown_and_all_are_counted(desk: RunningDesk) -> None:
    from waiting_room import line

    _account, verifier = await on_duty(desk)
    people = [await desk.people.applicant() for _one in range(52)]
    async with desk.database.writing() as session:
        for number, person in enumerate(people):
            now = desk.clock.now() + timedelta(seconds=number)
            booked = person.meeting.starts_at
            await line.join(
                session, person.account.id, person.meeting.id, booked, now, timedelta(minutes=10)
            )
    body = await listed(verifier)
    assert (len(body["waiting"]), body["waiting_total"]) == (50, 52)
    assert [row["position"] for row in body["waiting"]] == list(range(1, 51))
