"""How good a call's connections are: told to the other side, kept in batches, shown to the desk."""

from collections.abc import Sequence
from typing import Any

from desk.accounts.tables import Role
from desk.call_quality import KEPT_FOR, RECENT_BATCHES, STILL_HOLDS
from desk.housekeeping import Housekeeping
from desk.keys import DOCUMENTS, SIGNALING
from signaling.messages import HIGHEST_RATE_KBPS, LONGEST_RTT_MS, SaidQuality
from signaling.quality import Measured, QualityNews
from tests.scenes import InCall, count, enter, in_call, joined, value
from tests.sockets import both, every_frame, listening
from tests.support import RunningDesk, Visitor

GOOD: dict[str, Any] = {
    "bars": 4,
    "loss_percent": 0.5,
    "rtt_ms": 40,
    "rate_kbps": 900,
    "path": "direct_udp",
    "sound_only": False,
}
WEAK: dict[str, Any] = {
    "bars": 1,
    "loss_percent": 12.5,
    "rtt_ms": 900,
    "rate_kbps": 90,
    "path": "relay_tls",
    "sound_only": True,
}
BAD: list[Any] = [
    None,
    [],
    {},
    "weak",
    {**GOOD, "bars": -1},
    {**GOOD, "bars": 5},
    {**GOOD, "bars": "4"},
    {**GOOD, "bars": True},
    {**GOOD, "loss_percent": -0.1},
    {**GOOD, "loss_percent": 100.1},
    {**GOOD, "loss_percent": float("nan")},
    {**GOOD, "loss_percent": None},
    {**GOOD, "rtt_ms": -1},
    {**GOOD, "rtt_ms": LONGEST_RTT_MS + 1},
    {**GOOD, "rtt_ms": 1.5},
    {**GOOD, "rate_kbps": HIGHEST_RATE_KBPS + 1},
    {**GOOD, "path": "carrier pigeon"},
    {**GOOD, "sound_only": 1},
    {**GOOD, "call": "another"},
    {**GOOD, "side": "verifier"},
    {name: GOOD[name] for name in GOOD if name != "sound_only"},
]


async def supervisor(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.SUPERVISOR))


async def calls(visitor: Visitor) -> list[dict[str, Any]]:
    """The calls on the supervisor's board, in its order."""
    status, body = await visitor.read("/supervisor")
    assert status == 200
    return list(body["figures"]["calls"])


async def report(desk: RunningDesk, scene: InCall, *reports: dict[str, Any]) -> None:
    """The applicant's page reports, and what it has said is kept."""
    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as page:
        for one in reports:
            assert await page.says("quality", one) == {"ok": True}
    await desk.app[SIGNALING].quality.tell()


async def test_a_report_goes_to_the_other_side_alone(desk: RunningDesk) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    async with both(scene) as (applicant, verifier), both(foreign) as others:
        assert await applicant.says("quality", WEAK) == {"ok": True}
        assert await verifier.hears("quality") == WEAK
        assert await verifier.says("quality", GOOD) == {"ok": True}
        assert await applicant.hears("quality") == GOOD
        assert applicant.named("quality") == [GOOD]
        for other in others:
            assert await other.says("chat", {"text": "halo"}) == {"ok": True}
            assert other.named("quality") == []


async def test_what_is_no_report_is_refused_and_goes_nowhere(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        for said in BAD:
            desk.clock.forward(seconds=1)  # nobody is to be too fast here
            refused = await applicant.says("quality", *([said] if said is not None else []))
            assert refused == {"ok": False, "error": "bad_message"}, said
        assert await applicant.says("chat", {"text": "masih di sini"}) == {"ok": True}
        await verifier.hears("chat")
        assert verifier.named("quality") == []
    await desk.app[SIGNALING].quality.tell()
    assert await count(desk.database, "call_quality") == 0


async def test_without_the_other_side_a_report_is_kept(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await report(desk, scene, GOOD)
    assert await count(desk.database, "call_quality", "side = 'applicant'") == 1


async def test_who_left_the_call_reports_nothing(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, _verifier):
        await scene.reject()
        await applicant.hears("ended")
        refused = await applicant.says("quality", GOOD)
    assert refused == {"ok": False, "error": "not_in_call"}


async def test_a_side_has_one_row_with_the_newest_and_the_worst(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await report(desk, scene, WEAK, GOOD)
    await report(desk, scene, {**GOOD, "rtt_ms": None}, {**GOOD, "rate_kbps": 1200})
    await report(desk, scene, {**GOOD, "bars": 0, "loss_percent": 50.0, "rtt_ms": 70})
    assert await count(desk.database, "call_quality") == 1
    for column, expected in {
        "bars": 0,
        "loss_percent": 50.0,
        "rtt_ms": 70,
        "rate_kbps": 900,
        "path": "direct_udp",
        "fewest_bars": 0,
        "highest_loss_percent": 50.0,
        "highest_rtt_ms": 900,
        "reports": 5,
        "reports_sound_only": 1,
    }.items():
        kept = await value(desk.database, f"SELECT {column} FROM call_quality")
        assert kept == expected, column


async def test_a_delay_that_was_never_told_stays_empty(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    untold = {name: GOOD[name] for name in GOOD if name not in {"rtt_ms", "path"}}
    await report(desk, scene, untold, untold)
    await report(desk, scene, untold)
    assert await value(desk.database, "SELECT highest_rtt_ms FROM call_quality") is None
    await report(desk, scene, GOOD)
    await report(desk, scene, untold)
    assert await value(desk.database, "SELECT highest_rtt_ms FROM call_quality") == 40


async def test_all_reports_of_all_calls_are_kept_at_once() -> None:
    batches: list[Sequence[Measured]] = []

    async def keep(measured: Sequence[Measured]) -> None:
        batches.append(measured)

    quality = QualityNews(keep)
    for call in ("one", "two"):
        for said in (GOOD, WEAK, GOOD):
            quality.add(call, "applicant", SaidQuality.parse(said))
        quality.add(call, "verifier", SaidQuality.parse(GOOD))
    await quality.tell()
    await quality.tell()
    [batch] = batches
    assert [(one.call, one.side, one.fewest_bars, one.reports) for one in batch] == [
        ("one", "applicant", 1, 3),
        ("one", "verifier", 4, 1),
        ("two", "applicant", 1, 3),
        ("two", "verifier", 4, 1),
    ]
    assert QualityNews.shortest_pause_s == 5


async def test_the_board_shows_both_sides_the_worst_call_first(desk: RunningDesk) -> None:
    good, silent, weak = [await in_call(desk) for _ in range(3)]
    board = await supervisor(desk)
    await report(desk, good, GOOD)
    async with both(weak) as (applicant, verifier):
        await applicant.says("quality", GOOD)
        await verifier.says("quality", WEAK)
        await desk.app[SIGNALING].quality.tell()
    shown = await calls(board)
    names = [scene.who.account.name for scene in (weak, good, silent)]
    assert [call["applicant_name"] for call in shown] == names
    assert [call["bars"] for call in shown] == [1, 4, None]
    assert [call["recent"] for call in shown] == ["1", "4", ""]
    assert [call["quality"] for call in shown] == [
        {"applicant": GOOD, "verifier": WEAK},
        {"applicant": GOOD, "verifier": None},
        {"applicant": None, "verifier": None},
    ]
    page = (await board.open("/supervisor"))[1]
    for words in ("Lemah", "12,5% hilang", "900 ms", "90 kbit/s", "relai TLS", "Hanya suara"):
        assert words in page, words


async def test_the_last_five_minutes_are_kept_the_newest_last(desk: RunningDesk) -> None:
    scene, board = await in_call(desk), await supervisor(desk)
    async with both(scene) as (applicant, verifier):
        for number in range(RECENT_BATCHES + 2):
            desk.clock.forward(seconds=5)
            await applicant.says("quality", {**GOOD, "bars": 4 if number % 2 else 3})
            if number > RECENT_BATCHES - 2:
                await verifier.says("quality", {**GOOD, "bars": 2 if number % 2 else 4})
            await desk.app[SIGNALING].quality.tell()
    [call] = await calls(board)
    assert call["recent"] == "34" * (RECENT_BATCHES // 2 - 2) + "32" * 2
    assert call["bars"] == 2


async def test_figures_of_a_side_that_fell_silent_are_no_longer_shown(desk: RunningDesk) -> None:
    scene, board = await in_call(desk), await supervisor(desk)
    await report(desk, scene, GOOD)
    desk.clock.forward(seconds=STILL_HOLDS.total_seconds() - 1)
    assert (await calls(board))[0]["quality"]["applicant"] == GOOD
    desk.clock.forward(seconds=1)
    assert (await calls(board))[0]["quality"]["applicant"] is None


async def test_figures_are_forgotten_after_their_time(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await report(desk, scene, GOOD)
    housekeeping = Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    desk.clock.forward(seconds=KEPT_FOR.total_seconds())
    await housekeeping.tidy()
    assert await count(desk.database, "call_quality") == 1
    desk.clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await count(desk.database, "call_quality") == 0


async def test_whoever_waits_hears_nothing_of_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    waits = await joined(desk)
    async with every_frame(waits.visitor, "/waiting") as frames:
        async with both(scene) as (applicant, verifier):
            await verifier.says("quality", WEAK)
            await applicant.hears("quality")
        await frames.until('"line"')
        told = "".join(frames.texts)
        for secret in ("quality", "relay_tls", scene.verifier_account.name):
            assert secret not in told
