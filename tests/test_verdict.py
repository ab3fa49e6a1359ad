"""The verdict: who may give it, what it needs, and that all of it happens once or not at all."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import text

from desk.access.checklist import missing_steps
from desk.access.reasons import neutral_sentence, seeds
from tests.scenes import (
    InCall,
    count,
    in_call,
    is_problem,
    nothing_changes,
    on_duty,
    refuses,
    value,
)
from tests.support import RunningDesk

APPROVED = {"decision": "approved"}
REJECTED = {"decision": "rejected", "reason": "DOC_EXPIRED", "explanation": "Berlaku sampai 2025."}


def path_of(scene: InCall) -> str:
    return f"{scene.page}/verdict"


async def traces(desk: RunningDesk, decision: str) -> tuple[int, int, int, int]:
    """How many verdicts, decided accesses, audit rows and mails there are."""
    return (
        await count(desk.database, "verdict", f"decision = '{decision}'"),
        await count(desk.database, "access", f"state = '{decision}' AND decided_at IS NOT NULL"),
        await count(desk.database, "audit_entry", f"act = '{decision}'"),
        await count(desk.database, "outbox_mail", "kind = 'verdict'"),
    )


async def mail(desk: RunningDesk) -> str:
    query = "SELECT subject || '\n' || text_body || '\n' || html_body FROM outbox_mail"
    return str(await value(desk.database, query))


async def test_approval_waits_for_every_required_step(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    steps = missing_steps("PPK", {})
    for done, step in enumerate(steps):
        problem = await refuses(
            desk, scene.verifier, path_of(scene), 409, "checklist_incomplete", APPROVED
        )
        assert problem["missing"] == steps[done:]
        mark = {"step": step, "passed": True}
        await scene.verifier.act(f"{scene.page}/checklist", mark)
    answer = await scene.verifier.act(path_of(scene), APPROVED)
    assert answer == (200, {"decision": "approved", "url": "/desk"})
    assert await traces(desk, "approved") == (1, 1, 1, 1)


async def test_a_failed_step_is_not_a_passed_one(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    await scene.verifier.act(f"{scene.page}/checklist", {"step": "card", "passed": False})
    problem = await refuses(
        desk, scene.verifier, path_of(scene), 409, "checklist_incomplete", APPROVED
    )
    assert problem["missing"] == ["card"]


async def test_an_approved_access_is_shown_and_mailed(desk: RunningDesk) -> None:
    scene = await in_call(desk, name="Siti Aminah")
    await scene.pass_all_steps()
    assert await scene.verifier.send(path_of(scene), decision="approved") == (303, "/desk")
    body = (await scene.applicant.read("/"))[1]
    assert [row["status"] for row in body["accesses"]] == ["approved"]
    assert body["next_step"]["kind"] == "approved"
    assert "Disetujui" in (await scene.applicant.open("/"))[1]
    written = await mail(desk)
    assert "Akses Anda telah disetujui" in written
    assert "Siti Aminah" in written
    assert scene.verifier_account.name not in written
    recipient = await value(desk.database, "SELECT recipient FROM outbox_mail")
    assert recipient == scene.who.account.email


@pytest.mark.parametrize("code", ["DOC_EXPIRED", "BLACKLISTED", "SUSPECTED_FRAUD", "OTHER"])
async def test_the_mail_tells_the_reason_in_words_alone(desk: RunningDesk, code: str) -> None:
    (reason,) = [one for one in seeds() if one["code"] == code]
    label = reason["label_id"]
    sentence = neutral_sentence() if reason["is_internal"] else reason["sentence_id"]
    scene = await in_call(desk)
    await scene.verifier.act(f"{scene.page}/notes", {"notes": "catatan rahasia"})
    explanation = "Halaman kedua <i>terpotong</i> & buram."
    verdict = {"decision": "rejected", "reason": code, "explanation": f" {explanation} "}
    assert (await scene.verifier.act(path_of(scene), verdict))[0] == 200
    written = await mail(desk)
    assert sentence in written
    assert explanation in written
    assert "Halaman kedua &lt;i&gt;terpotong&lt;/i&gt; &amp; buram." in written
    assert not re.search(rf"\b{code}\b", written)
    assert label not in written or label in sentence
    assert "rahasia" not in written
    assert f"{desk.settings.public_url}/access/{scene.who.access.id}/again" in written
    assert await traces(desk, "rejected") == (1, 1, 1, 1)
    shown = (await scene.applicant.read("/organisation"))[1]["accesses"][0]
    assert shown["status"] == "rejected"
    assert shown["reason"] == f"{sentence} {explanation}".strip()
    page = (await scene.applicant.open("/organisation"))[1]
    assert "Rejected" in page
    assert "<i>terpotong" not in page
    assert f"/access/{scene.who.access.id}/again" in page


INCOMPLETE = [
    ({"decision": "rejected"}, "reason_required"),
    ({"decision": "rejected", "reason": ""}, "reason_required"),
    ({"decision": "rejected", "reason": "doc_expired"}, "reason_required"),
    ({"decision": "rejected", "reason": "POOR_CONNECTION"}, "reason_required"),
    ({"decision": "rejected", "reason": "OTHER"}, "explanation_required"),
    (
        {"decision": "rejected", "reason": "OTHER", "explanation": "kurang dari dua ply"},
        "explanation_required",
    ),
    (
        {"decision": "rejected", "reason": "OTHER", "explanation": " pendek" + " " * 30},
        "explanation_required",
    ),
    ({"decision": "rejected", "reason": "x" * 33}, "invalid_input"),
    ({"decision": "rejected", "reason": "OTHER", "explanation": "a" * 401}, "invalid_input"),
    ({"decision": "returned"}, "invalid_input"),
    ({}, "invalid_input"),
]


async def test_an_incomplete_verdict_is_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    for verdict, code in INCOMPLETE:
        with subtests.test(verdict=verdict, code=code):
            await refuses(desk, scene.verifier, path_of(scene), 422, code, verdict)


async def test_twenty_letters_are_enough_for_other(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    verdict = {"decision": "rejected", "reason": "OTHER", "explanation": "x" * 20}
    assert (await scene.verifier.act(path_of(scene), verdict))[0] == 200


async def test_an_approval_carries_no_reason(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    verdict = APPROVED | {"reason": "DOC_EXPIRED", "explanation": "lupa dihapus"}
    assert (await scene.verifier.act(path_of(scene), verdict))[0] == 200
    assert await count(desk.database, "verdict", "reason IS NULL AND explanation = ''") == 1
    assert "lupa dihapus" not in await mail(desk)


PLANTED = {
    "sqlite": [
        "CREATE TRIGGER planted BEFORE INSERT ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'planted by a test'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'planted by a test'; END $$",
        "CREATE TRIGGER planted BEFORE INSERT ON {table} EXECUTE FUNCTION fail()",
    ],
}


@pytest.mark.parametrize(
    "table", ["verdict", "audit_entry", "notice", "outbox_mail", "given_answer"]
)
@pytest.mark.parametrize("verdict", [APPROVED, REJECTED], ids=["approved", "rejected"])
async def test_all_of_a_verdict_is_kept_or_nothing(
    desk: RunningDesk, table: str, verdict: dict[str, str]
) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    for statement in PLANTED[desk.database.writer.dialect.name]:
        await ddl(desk, statement.format(table=table))
    async with nothing_changes(desk):
        answer = await scene.verifier.act(path_of(scene), verdict, key="one")
        is_problem(answer, 500, "internal_error")
        assert "planted" not in str(answer)
    on = "" if desk.database.writer.dialect.name == "sqlite" else f" ON {table}"
    await ddl(desk, f"DROP TRIGGER planted{on}")
    assert (await scene.verifier.act(path_of(scene), verdict, key="one"))[0] == 200
    assert await traces(desk, verdict["decision"]) == (1, 1, 1, 1)


async def ddl(desk: RunningDesk, statement: str) -> None:
    async with desk.database.writing() as session:
        await session.execute(text(statement))


async def test_a_second_verdict_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    assert (await scene.verifier.act(path_of(scene), APPROVED))[0] == 200
    for verdict in (APPROVED, REJECTED):
        await refuses(desk, scene.verifier, path_of(scene), 409, "not_your_call", verdict)


@pytest.mark.parametrize("outcome", ["returned", "absent"])
async def test_after_the_end_there_is_no_verdict(desk: RunningDesk, outcome: str) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()
    await scene.verifier.act(f"{scene.page}/end", {"outcome": outcome})
    for verdict in (APPROVED, REJECTED):
        await refuses(desk, scene.verifier, path_of(scene), 409, "not_your_call", verdict)


async def test_a_colleague_cannot_decide(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    _account, colleague = await on_duty(desk)
    await refuses(desk, colleague, path_of(scene), 404, "not_found", REJECTED)
    await refuses(desk, scene.applicant, path_of(scene), 403, "forbidden", APPROVED)


async def test_the_same_key_again_gets_the_same_answer(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    first = await scene.verifier.act(path_of(scene), REJECTED, key="verdict-1")
    async with nothing_changes(desk):
        again = await scene.verifier.act(path_of(scene), REJECTED, key="verdict-1")
        other = await scene.verifier.act(path_of(scene), APPROVED, key="verdict-1")
    assert first == again == (200, {"decision": "rejected", "url": "/desk"})
    is_problem(other, 422, "key_reused")
    assert await traces(desk, "rejected") == (1, 1, 1, 1)


async def test_forty_verdicts_at_once_decide_once(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.pass_all_steps()

    async def decide(verdict: dict[str, str], key: str | None) -> tuple[int, Any]:
        return await scene.verifier.act(path_of(scene), verdict, key=key)

    identical = [decide(REJECTED, "the same") for _time in range(20)]
    contradicting = [decide(APPROVED, f"key {number}") for number in range(20)]
    mixed = [one for pair in zip(identical, contradicting, strict=True) for one in pair]
    answers = await asyncio.gather(*mixed)
    given = [body["decision"] for status, body in answers if status == 200]
    assert len(set(given)) == 1
    [decision] = set(given)
    assert len(given) == (20 if decision == "rejected" else 1)
    for answer in answers:
        if answer[0] != 200:
            is_problem(answer, 409, "not_your_call")
    assert await traces(desk, decision) == (1, 1, 1, 1)
    assert await count(desk.database, "verdict") == 1
    assert await count(desk.database, "audit_entry", "act IN ('approved', 'rejected')") == 1


async def test_a_verdict_and_an_end_at_once_give_one_of_both(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    answers = await asyncio.gather(
        scene.verifier.act(path_of(scene), REJECTED),
        scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"}),
    )
    assert sorted(status for status, _body in answers) == [200, 409]
    outcome = await value(desk.database, "SELECT outcome FROM call")
    assert outcome == ("rejected" if answers[0][0] == 200 else "returned")
    assert await count(desk.database, "outbox_mail") == (1 if outcome == "rejected" else 0)
