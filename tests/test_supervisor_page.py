"""The supervisor's board: the figures of this moment and of today."""

from typing import Any

from desk.accounts.tables import Role
from tests.scenes import enter, in_call, joined, on_duty
from tests.support import RunningDesk, Visitor


async def supervisor(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.SUPERVISOR))


async def figures(visitor: Visitor) -> dict[str, Any]:
    status, body = await visitor.read("/supervisor")
    assert status == 200
    return dict(body["figures"])


async def test_an_empty_desk(desk: RunningDesk) -> None:
    visitor = await supervisor(desk)
    shown = await figures(visitor)
    assert shown == {
        "waiting": 0,
        "longest_since_at": None,
        "over_target": 0,
        "verifiers": {"ready": 0, "in_call": 0, "wrap_up": 0, "on_break": 0, "off": 0},
        "calls": [],
        "taken": 0,
        "approved": 0,
        "rejected": 0,
        "left": 0,
        "service_level": {
            "share": None,
            "in_time": 0,
            "counted": 0,
            "within_s": 300,
            "target_percent": 80,
        },
        "mails": {"failed": 0, "troubled": 0},
    }
    page = (await visitor.open("/supervisor"))[1]
    for words in ("Dasbor Pengawas", "Sedang menunggu", "Tunggu terlama", "Tingkat layanan"):
        assert words in page


async def test_a_busy_desk(desk: RunningDesk) -> None:
    visitor = await supervisor(desk)
    await (await in_call(desk)).approve()
    await (await in_call(desk)).reject()
    returned = await in_call(desk)
    await returned.verifier.act(f"{returned.page}/end", {"outcome": "returned"})
    await returned.applicant.act(f"/waiting/{returned.ticket}/leave")
    _account, pausing = await on_duty(desk)
    await pausing.act("/desk/status", {"state": "on_break", "reason": "rest"})
    late = await joined(desk)
    desk.clock.forward(minutes=5, seconds=1)
    open_call = await in_call(desk)  # serves `late`, who waited too long
    await joined(desk)
    shown = await figures(visitor)
    assert shown["waiting"] == 2
    assert shown["over_target"] == 0
    assert shown["verifiers"] == {"ready": 0, "in_call": 1, "wrap_up": 3, "on_break": 1, "off": 0}
    assert (shown["taken"], shown["approved"], shown["rejected"], shown["left"]) == (4, 1, 1, 1)
    level = shown["service_level"]
    assert (level["in_time"], level["counted"], level["share"]) == (3, 4, 0.75)
    [call] = shown["calls"]
    assert call["applicant_name"] == late.who.account.name
    assert call["verifier_name"] == open_call.verifier_account.name
    page = (await visitor.open("/supervisor"))[1]
    assert late.who.account.name in page
    assert "75" in page
    desk.clock.forward(minutes=5, seconds=1)
    assert (await figures(visitor))["over_target"] == 2


async def test_yesterday_does_not_count(desk: RunningDesk) -> None:
    await (await in_call(desk)).reject()
    desk.clock.forward(hours=16)  # 00.00.01 WIB of the next day
    shown = await figures(await supervisor(desk))
    assert (shown["taken"], shown["rejected"], shown["service_level"]["counted"]) == (0, 0, 0)


async def test_an_administrator_sees_the_board_too(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    assert (await visitor.open("/supervisor"))[0] == 200
