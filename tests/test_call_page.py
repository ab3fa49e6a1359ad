"""The call's page on both sides, and how a call ends without a verdict."""

from desk.accounts.names import shown_to_applicants
from tests.scenes import (
    InCall,
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
from tests.support import RunningDesk
from waiting_room import leases


async def test_the_verifier_sees_the_whole_record(desk: RunningDesk) -> None:
    scene = await in_call(desk, name="Siti <b>Aminah</b>")
    status, body = await scene.verifier.read(scene.page)
    assert status == 200
    assert body["call"] == {
        "id": scene.call,
        "started_at": desk.clock.now().isoformat(),
        "peer_name": "Siti <b>Aminah</b>",
    }
    assert body["access"]["letter_number"] == scene.who.access.letter_number
    assert body["access"]["unit_tax_number_masked"] == "0009••••••••1000"
    assert body["applicant"]["identity_masked"] == "3273••••••••0001"
    assert body["applicant"]["employee_masked"] == "1990••••••••••2001"
    assert {step["passed"] for step in body["checklist"]} == {None}
    assert len(body["challenge"]["digits"]) == 4
    assert body["ice_servers"] == body["documents"] == body["chat"] == []
    assert body["handling_target_s"] == 9 * 60
    times = (body["grace_s"], body["arrival_s"], body["has_arrived"])
    assert times == (desk.settings.call_grace_s, desk.settings.arrival_s, False)
    _status, page = await scene.verifier.open(scene.page)
    for words in ("Setujui", "Tolak", "Akhiri panggilan", "Bisukan mikrofon", "Matikan kamera"):
        assert words in page
    for choice in ("Tunggu lagi", "Kembalikan ke antrean", "Tidak hadir"):
        assert choice in page
    assert "data-remote" in page
    assert "data-local" in page
    assert "<b>Aminah" not in page
    assert "3273014107900001" not in page


async def test_the_applicant_sees_a_number_and_no_name(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await desk.people.document(scene.who.access, b"%PDF-1.7", desk.settings)
    await scene.verifier.act(f"{scene.page}/notes", {"notes": "catatan rahasia"})
    status, body = await scene.applicant.read(scene.page)
    assert status == 200
    assert body["call"]["verifier_label"] == shown_to_applicants(scene.verifier_account.desk_number)
    assert body.keys() == {
        *("state", "call", "step", "chat", "peer_seen_at", "grace_s"),
        *("ice_servers", "ice_expires_at", "relay_only", "recording", "snapshots"),
    }
    _status, page = await scene.applicant.open(scene.page)
    for words in ("Verifikator 0", "Bisukan mikrofon", "Matikan kamera", "Keluar dari panggilan?"):
        assert words in page
    for secret in (scene.verifier_account.name, scene.verifier_account.email, "rahasia"):
        assert secret not in page
        assert secret not in str(body)
    assert "Setujui" not in page


async def test_each_side_is_told_when_the_other_was_seen_last(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    started = desk.clock.now()
    desk.clock.forward(seconds=20)
    async with desk.database.writing() as session:
        await leases.renew(session, [], [scene.call], desk.clock.now())
    for visitor, seen_at in ((scene.applicant, desk.clock.now()), (scene.verifier, started)):
        body = (await visitor.read(scene.page))[1]
        assert body["peer_seen_at"] == seen_at.isoformat()
    desk.clock.forward(seconds=20)
    await scene.verifier.act(f"{scene.page}/wait")
    body = (await scene.verifier.read(scene.page))[1]
    assert body["peer_seen_at"] == desk.clock.now().isoformat()


async def test_after_the_end_each_side_is_led_on(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    endings = {"approved": "/", "rejected": "/organisation", "absent": "/", "returned": ""}
    for outcome, goes_to in endings.items():
        scene = await take(await joined(desk), account, verifier)
        await end_as(scene, outcome)
        applicant_url = goes_to or f"/waiting/{scene.ticket}"
        assert await scene.applicant.open(scene.page) == (303, applicant_url)
        assert await verifier.open(scene.page) == (303, "/desk")
        ended = {"state": "ended", "outcome": outcome}
        assert await scene.applicant.read(scene.page) == (200, ended | {"url": applicant_url})
        assert await verifier.read(scene.page) == (200, ended | {"url": "/desk"})
        if outcome == "returned":  # so that the next round takes the next applicant
            await scene.applicant.act(f"/waiting/{scene.ticket}/leave")


async def end_as(scene: InCall, outcome: str) -> None:
    if outcome == "approved":
        await scene.approve()
    elif outcome == "rejected":
        await scene.reject()
    else:
        status, body = await scene.verifier.act(f"{scene.page}/end", {"outcome": outcome})
        assert (status, body) == (200, {"outcome": outcome, "url": "/desk"})


async def test_a_returned_applicant_waits_at_the_head(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await joined(desk)
    desk.clock.forward(minutes=1)
    assert await scene.verifier.send(f"{scene.page}/end", outcome="returned") == (303, "/desk")
    status, place = await scene.applicant.read(f"/waiting/{scene.ticket}")
    assert (status, place["state"], place["position"]) == (200, "waiting", 1)
    assert await count(desk.database, "verdict") == 0
    assert await count(desk.database, "audit_entry", "act = 'call_returned'") == 1
    again = await take(await join(desk, scene.who), scene.verifier_account, scene.verifier)
    assert (again.ticket, again.call != scene.call) == (scene.ticket, True)
    assert not await value(desk.database, "SELECT is_first FROM call WHERE id = :id", id=again.call)


async def test_absent_ends_the_ticket(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await end_as(scene, "absent")
    room = f"/waiting/{scene.ticket}"
    assert await scene.applicant.read(room) == (200, {"state": "absent", "url": "/"})
    assert await count(desk.database, "audit_entry", "act = 'marked_absent'") == 1
    meeting = f"/meetings/{scene.who.meeting.id}"
    assert (await scene.applicant.read(meeting))[1]["meeting"]["can_join"] is True


async def test_an_ended_call_does_not_end_again(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await end_as(scene, "absent")
    for outcome in ("absent", "returned"):
        body = {"outcome": outcome}
        await refuses(desk, scene.verifier, f"{scene.page}/end", 409, "not_your_call", body)


async def test_an_end_that_nobody_knows_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for body in ({}, {"outcome": "approved"}, {"outcome": "gone"}):
        await refuses(desk, scene.verifier, f"{scene.page}/end", 422, "invalid_input", body)


async def test_nobody_else_ends_or_sees_a_call(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    _account, colleague = await on_duty(desk)
    other = await joined(desk)
    async with nothing_changes(desk, denials=4):
        is_problem(await colleague.read(scene.page), 404, "not_found")
        is_problem(await other.visitor.read(scene.page), 404, "not_found")
        end = f"{scene.page}/end"
        is_problem(await colleague.act(end, {"outcome": "absent"}), 404, "not_found")
        is_problem(await scene.applicant.act(end, {"outcome": "absent"}), 403, "forbidden")
