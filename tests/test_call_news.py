"""What the two pages of a call are told besides the handshake: who sends what, which step it is."""

from typing import Any

from desk.access.checklist import steps_of
from tests.scenes import InCall, in_call, joined
from tests.sockets import both, every_frame, listening
from tests.support import RunningDesk

ON: dict[str, Any] = {"audio": "on", "video": "on"}
BAD: list[Any] = [
    None,
    {},
    [],
    "on",
    {"audio": "on"},
    {"audio": "on", "video": True},
    {"audio": "loud", "video": "on"},
    {"audio": None, "video": "on"},
    {**ON, "side": "verifier"},
    {**ON, "call": "another"},
]


async def step_of(scene: InCall) -> dict[str, Any]:
    """What the applicant's page is told when it asks."""
    return dict((await scene.applicant.read(scene.page))[1]["step"])


async def mark(scene: InCall, step: str, passed: bool | None) -> None:
    status, _body = await scene.verifier.act(
        f"{scene.page}/checklist", {"step": step, "passed": passed}
    )
    assert status == 200


async def test_what_a_side_sends_is_told_to_the_other_alone(desk: RunningDesk) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    async with both(scene) as (applicant, verifier), both(foreign) as (other, _one):
        for said in (ON, {"audio": "off", "video": "none"}, {"audio": "none", "video": "off"}):
            assert await applicant.says("media", said) == {"ok": True}
            assert await verifier.hears("media", **said) == said
            assert await verifier.says("media", said) == {"ok": True}
            assert await applicant.hears("media", **said) == said
        assert len(applicant.named("media")) == 3
        assert await other.says("media", ON) == {"ok": True}
        assert other.named("media") == []


async def test_what_is_no_word_of_media_goes_nowhere(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        for said in BAD:
            desk.clock.forward(seconds=1)  # nobody is to be too fast here
            refused = await applicant.says("media", *([said] if said is not None else []))
            assert refused == {"ok": False, "error": "bad_message"}, said
        assert await applicant.says("media", ON) == {"ok": True}
        await verifier.hears("media")
        assert verifier.named("media") == [ON]


async def test_without_the_other_side_it_is_lost(desk: RunningDesk) -> None:
    """Each page says it again to each page that it meets."""
    scene = await in_call(desk)
    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant:
        assert await applicant.says("media", ON) == {"ok": True}
        async with listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier:
            await verifier.hears("peer")
            await applicant.hears("peer", present=True)
            assert await applicant.says("media", {**ON, "video": "off"}) == {"ok": True}
            assert await verifier.hears("media") == {**ON, "video": "off"}


async def test_the_applicant_is_led_from_step_to_step(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    steps = [step.key for step in steps_of(scene.who.access.role)]
    assert await step_of(scene) == {"step": steps[0], "number": 1, "steps": len(steps)}
    async with both(scene) as (applicant, verifier):
        for number, step in enumerate(steps, start=1):
            await mark(scene, step, passed=number != 2)
            last = number == len(steps)
            expected = {
                "step": None if last else steps[number],
                "number": number if last else number + 1,
                "steps": len(steps),
            }
            assert await applicant.hears("step", number=expected["number"]) == expected
            assert await step_of(scene) == expected
        await mark(scene, steps[3], passed=None)
        back = {"step": steps[3], "number": 4, "steps": len(steps)}
        assert await applicant.hears("step", number=4, step=steps[3]) == back
        assert verifier.named("step") == []


async def test_how_a_step_went_is_not_told(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    first, second, *_rest = [step.key for step in steps_of(scene.who.access.role)]
    told = []
    for passed in (True, False):
        await mark(scene, first, passed=passed)
        told.append(await step_of(scene))
    assert told[0] == told[1]
    assert told[0]["step"] == second


async def test_who_waits_hears_nothing_of_any_of_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    waits = await joined(desk)
    async with every_frame(waits.visitor, "/waiting") as frames:
        async with both(scene) as (applicant, verifier):
            await verifier.says("media", ON)
            await applicant.hears("media")
            await mark(scene, "greeting", passed=True)
            await applicant.hears("step")
        await frames.until('"line"')
        for secret in ("media", "step", "greeting", scene.verifier_account.name):
            assert secret not in "".join(frames.texts)
