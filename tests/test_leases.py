"""Leases: whoever of a call's two sides is gone for a minute has left it, and both are told.

Real sockets and the clock handed in; the grace as shipped: 60 seconds.
"""

from typing import Any

import pytest
from sqlalchemy import select

from desk.audit import SYSTEM, AuditEntry, Did
from desk.settings import Settings
from signaling.messages import Side
from tests.scenes import (
    InCall,
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
from tests.silence import (
    as_shipped,
    call_of,
    here,
    hurry,
    later,
    reap,
    row,
    running,
    seated,
    time_passes,
    until_here,
)
from tests.sockets import Socket
from tests.support import RunningDesk, SetClock
from waiting_room.tables import CallOutcome

REJECTED = {"decision": "rejected", "reason": "DOC_ILLEGIBLE"}


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hurry(monkeypatch)
    return as_shipped(settings)


async def lapses(desk: RunningDesk) -> list[tuple[str, str, dict[str, Any]]]:
    """What the log says of leases that ran out: by whom, of which call, how."""
    lapsed = select(AuditEntry).where(AuditEntry.act == Did.LEASE_LAPSED)
    async with desk.database.reading() as session:
        rows = (await session.execute(lapsed)).scalars()
        return [(one.actor, one.subject, one.detail) for one in rows]


async def own_state(scene: InCall) -> str:
    """What the verifier's desk says they are doing."""
    return str((await scene.verifier.read("/desk"))[1]["shift"]["state"])


async def late_verdict(desk: RunningDesk, scene: InCall, outcome: str, word: str) -> None:
    """It is refused, in a sentence that says why, and changes nothing."""
    async with nothing_changes(desk):
        answer = await scene.verifier.act(f"{scene.page}/verdict", REJECTED)
        problem = is_problem(answer, 409, "not_your_call")
    assert problem["outcome"] == outcome
    assert word in problem["detail"]
    assert "tidak ada yang disimpan" in problem["detail"].lower()


async def come_and_go(desk: RunningDesk, scene: InCall, side: Side, told: Socket) -> None:
    """One side sits down and goes away; the other side's page is told both."""
    async with seated(desk, scene, side):
        await told.hears("peer", present=True)
    await told.hears("peer", present=False)


async def until_lapsed(desk: RunningDesk, scene: InCall, here: Side) -> None:
    """A grace passes in which only this side is seen; nothing follows from it until it is over."""
    await time_passes(desk, scene, 60, here)
    assert not any(await reap(desk))
    desk.clock.forward(seconds=1)
    await reap(desk)


async def test_a_verifier_gone_gives_the_applicant_back_to_the_head(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    before = await joined(desk)
    async with seated(desk, scene, "applicant") as [applicant]:
        await come_and_go(desk, scene, "verifier", applicant)
        await until_lapsed(desk, scene, "applicant")
        ended = await applicant.hears("ended")
    assert ended == {"reason": "verifier_gone", "url": f"/waiting/{scene.ticket}"}
    detail = {"ticket": scene.ticket, "outcome": "verifier_gone"}
    assert await lapses(desk) == [(SYSTEM, scene.call, detail)]
    await later(desk)
    assert (await scene.applicant.read(ended["url"]))[1]["position"] == 1
    assert (await before.visitor.read(before.page))[1]["position"] == 2
    assert await own_state(scene) == "wrap_up"
    await late_verdict(desk, scene, "verifier_gone", "Koneksi Anda terputus")


async def test_who_is_back_within_the_grace_goes_on(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "applicant") as [applicant]:
        for _time in range(3):
            await come_and_go(desk, scene, "verifier", applicant)
            await time_passes(desk, scene, 60, "applicant")
            assert not any(await reap(desk))
    await scene.reject()


async def test_who_only_sits_there_keeps_the_call(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "applicant", "verifier"):
        await time_passes(desk, scene, 120, "applicant", "verifier")
        assert not any(await reap(desk))
    assert (await call_of(desk, scene)).ended_at is None


async def test_a_newer_page_of_the_verifier_holds_the_call(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with (
        seated(desk, scene, "applicant", "verifier") as [_applicant, old],
        seated(desk, scene, "verifier"),
    ):
        await old.is_shown_out()
        await time_passes(desk, scene, 100, "applicant", "verifier")
        assert not any(await reap(desk))
    assert (await call_of(desk, scene)).ended_at is None


async def test_an_applicant_gone_is_put_back_and_passed_over(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "verifier") as [verifier]:
        await come_and_go(desk, scene, "applicant", verifier)
        await until_lapsed(desk, scene, "verifier")
        assert await verifier.hears("ended") == {"reason": "applicant_gone", "url": "/desk"}
    detail = {"ticket": scene.ticket, "outcome": "applicant_gone"}
    assert await lapses(desk) == [(SYSTEM, scene.call, detail)]
    await late_verdict(desk, scene, "applicant_gone", "Pemohon terputus")
    shown = await row(desk, scene.verifier, scene.who.account.name)
    assert (shown["mark"], shown["position"]) == ("away", 1)
    assert await own_state(scene) == "wrap_up"
    other = await joined(desk)
    again = await take(other, scene.verifier_account, scene.verifier)
    assert (await again.verifier.read(again.page))[1]["applicant"]["name"] == other.who.account.name


async def test_who_never_arrived_is_waited_for_until_the_verifier_decides(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "verifier") as [verifier]:
        await time_passes(desk, scene, 120, "verifier")
        assert not any(await reap(desk))
        page = (await scene.verifier.read(scene.page))[1]
        assert (page["arrival_s"], page["has_arrived"]) == (60, False)
        answer = await scene.verifier.act(f"{scene.page}/end", {"outcome": "absent"})
        assert answer == (200, {"outcome": "absent", "url": "/desk"})
        await verifier.hears("ended", reason="absent")
    assert await count(desk.database, "ticket", "state = 'absent'") == 1
    assert await count(desk.database, "absence") == 0


async def test_neither_side_there_counts_as_the_verifiers_going(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    desk.clock.forward(seconds=61)
    await reap(desk)
    assert (await call_of(desk, scene)).outcome is CallOutcome.VERIFIER_GONE
    assert not any(await reap(desk))
    assert len(await lapses(desk)) == 1


async def test_the_verifier_waits_on_for_one_grace_more(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "verifier") as [verifier]:
        await come_and_go(desk, scene, "applicant", verifier)
        await time_passes(desk, scene, 50, "verifier")
        answer = await scene.verifier.act(f"{scene.page}/wait")
        assert answer == (200, {"url": scene.page, "grace_s": 60})
        await until_lapsed(desk, scene, "verifier")
        await verifier.hears("ended", reason="applicant_gone")
    await refuses(desk, scene.verifier, f"{scene.page}/wait", 409, "not_your_call")


async def test_only_the_verifier_of_the_call_waits_on(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    _colleague, other = await on_duty(desk)
    await refuses(desk, scene.applicant, f"{scene.page}/wait", 403, "forbidden")
    await refuses(desk, other, f"{scene.page}/wait", 404, "not_found")


async def test_the_applicant_leaves_the_call_and_the_line_with_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with seated(desk, scene, "applicant", "verifier") as [applicant, verifier]:
        status, body = await scene.applicant.act(f"{scene.page}/leave")
        assert (status, body["outcome"]) == (200, "left")
        assert body["url"] == f"/meetings/{scene.who.meeting.id}"
        assert await verifier.hears("ended") == {"reason": "left", "url": "/desk"}
        await applicant.hears("ended", reason="left")
    assert await value(desk.database, "SELECT state FROM ticket") == "left"
    assert await count(desk.database, "absence") == 0
    assert await count(desk.database, "audit_entry", "act = 'call_left'") == 1
    assert await own_state(scene) == "wrap_up"
    await late_verdict(desk, scene, "left", "meninggalkan panggilan")
    await refuses(desk, scene.applicant, f"{scene.page}/leave", 409, "not_your_call")


async def test_only_the_applicant_of_the_call_leaves_it(desk: RunningDesk) -> None:
    scene, other = await in_call(desk), await joined(desk)
    await refuses(desk, scene.verifier, f"{scene.page}/leave", 403, "forbidden")
    await refuses(desk, other.visitor, f"{scene.page}/leave", 404, "not_found")


async def test_who_is_handed_back_counts_as_away_from_then_on(desk: RunningDesk) -> None:
    _account, other = await on_duty(desk)
    scene = await in_call(desk)
    async with seated(desk, scene, "verifier"):
        await time_passes(desk, scene, 100, "verifier")
        await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    behind = await joined(desk)
    desk.clock.forward(seconds=28)
    assert (await other.read("/desk"))[1]["next"]["name"] == scene.who.account.name
    desk.clock.forward(seconds=1)
    assert (await other.read("/desk"))[1]["next"]["name"] == behind.who.account.name


async def test_who_waits_in_another_tab_is_there_again_at_once(desk: RunningDesk) -> None:
    waits = await joined(desk)
    account, visitor = await on_duty(desk)
    async with here(desk, waits) as socket:
        scene = await take(waits, account, visitor)
        await socket.hears("called")
        await visitor.act(f"{scene.page}/end", {"outcome": "returned"})
        await until_here(desk, waits)
        assert (await waits.visitor.read(waits.page))[1]["away"] is None


async def test_a_restart_gives_both_sides_a_full_grace(settings: Settings, clock: SetClock) -> None:
    """The desk was down for an hour, and saw nobody."""
    async with running(settings, clock) as desk:
        scene = await in_call(desk)
        async with seated(desk, scene, "applicant", "verifier"):
            clock.forward(seconds=20)
    clock.forward(hours=1)
    async with running(settings, clock) as desk:
        clock.forward(seconds=60)
        assert not any(await reap(desk))
        assert (await call_of(desk, scene)).ended_at is None
        scene.verifier = await enter(desk, scene.verifier_account)
        assert (await scene.verifier.read("/desk"))[1]["open_call"]["id"] == scene.call
        clock.forward(seconds=1)
        await reap(desk)
        assert (await call_of(desk, scene)).outcome is CallOutcome.VERIFIER_GONE
