"""The same request again, under the same Idempotency-Key, gets the stored answer."""

import asyncio

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
from tests.support import RunningDesk


async def test_a_repeated_take_takes_nobody_else(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await joined(desk)
    await joined(desk)
    answers = await asyncio.gather(*(verifier.act("/desk/take", key="click") for _t in range(10)))
    assert len({str(answer) for answer in answers}) == 1
    assert answers[0][0] == 200
    assert await count(desk.database, "call") == 1


async def test_without_a_key_each_request_is_its_own(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await joined(desk)
    await verifier.act("/desk/take")
    is_problem(await verifier.act("/desk/take"), 409, "already_in_call")
    assert await count(desk.database, "given_answer", "key NOT LIKE 'desk:%'") == 0


async def test_the_same_key_with_another_body_or_path_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    verifier, notes = scene.verifier, f"{scene.page}/notes"
    assert (await verifier.act(notes, {"notes": "a"}, key="k"))[0] == 200
    async with nothing_changes(desk):
        is_problem(await verifier.act(notes, {"notes": "b"}, key="k"), 422, "key_reused")
        challenge = await verifier.act(f"{scene.page}/challenge", {"notes": "a"}, key="k")
        is_problem(challenge, 422, "key_reused")
    assert await value(desk.database, "SELECT notes FROM review") == "a"


async def test_a_key_belongs_to_one_account(desk: RunningDesk) -> None:
    first, second = await joined(desk), await joined(desk)
    assert (await first.visitor.act(f"{first.page}/leave", key="k"))[0] == 200
    assert (await second.visitor.act(f"{second.page}/leave", key="k"))[0] == 200
    assert await count(desk.database, "ticket", "state = 'left'") == 2


async def test_a_refusal_is_not_kept(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await verifier.act("/desk/status", {"state": "off"})
    is_problem(await verifier.act("/desk/take", key="k"), 409, "not_ready")
    await verifier.act("/desk/status", {"state": "ready"})
    assert (await verifier.act("/desk/take", key="k"))[0] == 204
    await joined(desk)
    status, body = await verifier.act("/desk/take", key="k")
    assert status == 200
    assert (await verifier.read("/desk"))[1]["open_call"]["id"] == body["call"]


async def test_a_stored_answer_is_no_way_around_the_authority(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    scene = await take(await joined(desk), account, verifier)
    await verifier.act(f"{scene.page}/reveal", {"field": "identity"}, key="k")
    _colleague, other = await on_duty(desk)
    answer = await other.act(f"{scene.page}/reveal", {"field": "identity"}, key="k")
    is_problem(answer, 404, "not_found")


async def test_another_session_of_the_same_account_gets_it_too(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    reject = {"decision": "rejected", "reason": "DOC_EXPIRED"}
    first = await scene.verifier.act(f"{scene.page}/verdict", reject, key="k")
    elsewhere = await enter(desk, scene.verifier_account)
    assert await elsewhere.act(f"{scene.page}/verdict", reject, key="k") == first
    assert await count(desk.database, "verdict") == 1


async def test_a_key_that_is_too_long_is_refused(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with nothing_changes(desk):
        answer = await waits.visitor.act(f"{waits.page}/leave", key="k" * 101)
        is_problem(answer, 422, "unusable_key")
    assert (await waits.visitor.act(f"{waits.page}/leave", key="k" * 100))[0] == 200
    await refuses(desk, waits.visitor, f"{waits.page}/leave", 409, "not_waiting")
