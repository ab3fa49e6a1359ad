"""Manajemen Akses: every access with its status, and the whole way of each."""

from typing import Any

from tests.scenes import enter, in_call, joined, on_duty, take
from tests.support import RunningDesk, Visitor


async def way(visitor: Visitor, access: str) -> list[tuple[str, str]]:
    """The stops of an access, each with how far it has come."""
    status, body = await visitor.read(f"/access/{access}")
    assert status == 200
    return [(stop["kind"], stop["progress"]) for stop in body["way"]]


async def test_before_the_meeting_the_way_lies_ahead(desk: RunningDesk) -> None:
    who = await desk.people.applicant()
    visitor = await enter(desk, who.account)
    assert await way(visitor, who.access.id) == [
        ("sent", "done"),
        ("booked", "now"),
        ("call", "to_come"),
        ("result", "to_come"),
    ]
    _status, body = await visitor.read("/access")
    assert body["shown"]["id"] == who.access.id
    page = (await visitor.open("/access"))[1]
    assert who.access.number in page
    assert "Manajemen Akses" in page


async def test_in_line_and_in_the_call_the_stops_follow(desk: RunningDesk) -> None:
    waits = await joined(desk)
    access = waits.who.access.id
    assert ("waited", "now") in await way(waits.visitor, access)
    scene = await take(waits, *await on_duty(desk))
    stops = dict(await way(scene.applicant, scene.who.access.id))
    assert stops["waited"] == "done"
    assert stops["verified"] == "now"
    assert "call" not in stops


async def test_after_a_rejection_the_reason_stands_at_the_end_of_the_way(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk, timezone="Asia/Makassar")
    await scene.reject("DOC_EXPIRED")
    path = f"/access/{scene.who.access.id}"
    stops = await way(scene.applicant, scene.who.access.id)
    assert stops[-1] == ("rejected", "failed")
    assert not [kind for kind, progress in stops if progress == "to_come"]
    shown: dict[str, Any] = (await scene.applicant.read(path))[1]["shown"]
    page = (await scene.applicant.open(path))[1]
    assert shown["reason"] in page
    assert "WITA" in page
    assert f"{path}/again" in page


async def test_who_has_no_access_is_told_so(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.newcomer())
    status, body = await visitor.read("/access")
    assert (status, body["accesses"], body["shown"]) == (200, [], None)
    assert "Belum ada akses" in (await visitor.open("/access"))[1]
