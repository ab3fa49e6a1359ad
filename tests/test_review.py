"""What the verifier does in a call: steps, challenge, notes, masked numbers, the mail's preview."""

import html
import json
from typing import Any

import pytest

from desk.access.checklist import STEPS_OF_ROLE, missing_steps
from tests.scenes import (
    InCall,
    count,
    in_call,
    is_problem,
    nothing_changes,
    on_duty,
    refuses,
)
from tests.support import RunningDesk


async def act(scene: InCall, deed: str, **body: Any) -> dict[str, Any]:
    status, answer = await scene.verifier.act(f"{scene.page}/{deed}", body)
    assert status == 200, answer
    return dict(answer)


@pytest.mark.parametrize("role", ["PPK", "AUDITOR"])
async def test_steps_are_marked_changed_and_cleared(desk: RunningDesk, role: str) -> None:
    scene = await in_call(desk, role=role)
    desk.clock.forward(seconds=75)
    for passed in (True, False, None, True):
        answer = await act(scene, "checklist", step="face", passed=passed)
        marks = {step["step"]: step for step in answer["checklist"]}
        assert list(marks) == list(STEPS_OF_ROLE[role])
        assert marks["face"]["passed"] is passed
        assert marks["face"]["marked_at_s"] == (None if passed is None else 75.0)
        assert ("face" in answer["missing"]) is (passed is not True)
    await scene.pass_all_steps()
    body = (await scene.verifier.read(scene.page))[1]
    required = set(missing_steps(role, {}))
    assert {one["step"] for one in body["checklist"] if one["passed"]} == required
    assert await count(desk.database, "audit_entry", "act = 'step_marked'") == 4 + len(required)


NO_STEPS: list[dict[str, Any]] = [
    {},
    {"step": "face"},
    {"step": "dance", "passed": True},
    {"step": "independence", "passed": True},  # a step of another role
    {"step": "face", "passed": "perhaps"},
]


async def test_a_step_that_is_none_is_refused(desk: RunningDesk, subtests: pytest.Subtests) -> None:
    scene = await in_call(desk)
    for body in NO_STEPS:
        with subtests.test(body=body):
            await refuses(
                desk, scene.verifier, f"{scene.page}/checklist", 422, "invalid_input", body
            )


async def test_a_new_challenge_is_drawn_and_stays(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    drawn = [(await act(scene, "challenge"))["challenge"] for _time in range(12)]
    assert len({json.dumps(one) for one in drawn}) > 1
    assert (await scene.verifier.read(scene.page))[1]["challenge"] == drawn[-1]
    assert await count(desk.database, "audit_entry", "act = 'challenge_drawn'") == 12


async def test_notes_are_kept_and_bounded(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for notes in ("Wajah cocok.\n<script>alert(1)</script>", "", "ä" * 4000):
        await act(scene, "notes", notes=notes)
        assert (await scene.verifier.read(scene.page))[1]["notes"] == notes
        assert "<script>alert" not in (await scene.verifier.open(scene.page))[1]
    path = f"{scene.page}/notes"
    await refuses(desk, scene.verifier, path, 422, "invalid_input", {"notes": "a" * 4001})
    await refuses(desk, scene.verifier, path, 422, "invalid_input", {})
    for written in ("ä", "u00e4"):
        kept = f"CAST(detail AS TEXT) LIKE '%{written}%'"
        assert await count(desk.database, "audit_entry", kept) == 0


async def test_a_masked_number_is_shown_and_that_is_logged(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for field, number in (("identity", "3273014107900001"), ("employee", "199007012019032001")):
        assert await act(scene, "reveal", field=field) == {"value": number}
        logged = f"act = 'number_revealed' AND CAST(detail AS TEXT) LIKE '%{field}%'"
        assert await count(desk.database, "audit_entry", logged) == 1
        assert (
            await count(desk.database, "audit_entry", f"CAST(detail AS TEXT) LIKE '%{number}%'")
            == 0
        )
    path = f"{scene.page}/reveal"
    for body in ({}, {"field": "password_hash"}):
        await refuses(desk, scene.verifier, path, 422, "invalid_input", body)


DEEDS: dict[str, dict[str, Any]] = {
    "checklist": {"step": "face", "passed": "true"},
    "challenge": {},
    "notes": {"notes": "terlambat"},
    "reveal": {"field": "identity"},
}


async def test_after_the_end_nothing_is_written_any_more(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    scene = await in_call(desk)
    await scene.reject()
    for deed, body in DEEDS.items():
        with subtests.test(deed):
            await refuses(desk, scene.verifier, f"{scene.page}/{deed}", 409, "not_your_call", body)


async def test_a_colleague_writes_nothing(desk: RunningDesk, subtests: pytest.Subtests) -> None:
    scene = await in_call(desk)
    _account, colleague = await on_duty(desk)
    for deed, body in DEEDS.items():
        with subtests.test(deed):
            await refuses(desk, colleague, f"{scene.page}/{deed}", 404, "not_found", body)


async def test_the_preview_is_the_mail_and_sends_nothing(desk: RunningDesk) -> None:
    scene = await in_call(desk, name="Siti <img src=x>")
    await act(scene, "notes", notes="catatan rahasia")
    query = "decision=rejected&reason=DOC_ILLEGIBLE&explanation=Halaman+dua+%3Cb%3Eburam%3C/b%3E."
    path = f"{scene.page}/mail-preview?{query}"
    async with nothing_changes(desk):
        _status, page = await scene.verifier.open(path)
        answer = await scene.verifier.read(path)
    assert answer[1]["to"] == scene.who.account.email
    assert answer[1]["subject"] == "Akses Anda ditolak: tindak lanjut yang diperlukan"
    assert "Dokumen tidak terbaca." in page
    assert "Halaman dua <b>buram</b>." in html.unescape(page)
    assert "<b>buram" not in page
    assert "<img src=x" not in page
    assert "DOC_ILLEGIBLE" not in page
    assert "rahasia" not in page
    _status, page = await scene.verifier.open(f"{scene.page}/mail-preview?decision=approved")
    assert "disetujui" in page.lower()


NONSENSE = ["", "decision=maybe", "decision=rejected&explanation=" + "a" * 401]


async def test_a_preview_of_nonsense_is_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    scene = await in_call(desk)
    for query in NONSENSE:
        with subtests.test(query=query):
            path = f"{scene.page}/mail-preview?{query}"
            async with nothing_changes(desk):
                assert (await scene.verifier.read(path))[1]["code"] == "invalid_input"
                assert (await scene.verifier.open(path))[0] == 422


async def test_a_shown_number_is_kept_nowhere_and_each_look_is_logged(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for times in (1, 2):
        answer = await scene.verifier.act(f"{scene.page}/reveal", {"field": "identity"}, key="k")
        assert answer == (200, {"value": "3273014107900001"})
        assert await count(desk.database, "audit_entry", "act = 'number_revealed'") == times
    kept = "CAST(body AS TEXT) LIKE '%3273014107900001%'"
    assert await count(desk.database, "given_answer", kept) == 0


async def test_after_the_end_there_is_no_preview(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.reject()
    answer = await scene.verifier.read(f"{scene.page}/mail-preview?decision=approved")
    is_problem(answer, 409, "not_your_call")
