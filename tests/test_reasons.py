"""The administrator's reasons for a rejection: their page, and all who read them."""

import asyncio
import html
import json
from typing import Any

from desk.access.reasons import load_reasons, neutral_sentence, seeds
from desk.accounts.tables import Role
from tests.scenes import InCall, enter, in_call, is_problem, nothing_changes, refuses, value
from tests.support import RunningDesk, Visitor

LETTER = {
    "topic": "document", "label_id": "Surat tanpa cap", "label_en": "Letter without a seal",
    "sentence_id": "Surat Tugas belum dicap.", "sentence_en": "The letter has no seal.",
    "is_offered": "yes", "position": "3",
}  # fmt: skip

WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"code": "doc expired"}, "code"),
    ({"code": "X" * 31}, "code"),
    ({"code": "POOR_CONNECTION"}, "code"),
    ({"code": "DOC_EXPIRED"}, "code"),
    ({"topic": "weather"}, "topic"),
    ({"label_id": "  "}, "label_id"),
    ({"label_en": "x" * 121}, "label_en"),
    ({"sentence_id": " "}, "sentence_id"),
    ({"sentence_en": "x" * 401}, "sentence_en"),
    ({"position": "0"}, "position"),
)


async def administrator(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))


async def offered(scene: InCall) -> dict[str, dict[str, Any]]:
    """The reasons of the verifier's dialog, in its order."""
    return {one["code"]: one for one in (await scene.verifier.read(scene.page))[1]["reasons"]}


async def logged(desk: RunningDesk, act: str) -> dict[str, Any]:
    query = f"SELECT detail FROM audit_entry WHERE act = '{act}'"
    return dict(json.loads(await value(desk.database, f"SELECT CAST(({query}) AS TEXT)")))


async def test_a_reason_goes_from_the_form_to_the_dialog_the_mail_and_the_pages(
    desk: RunningDesk,
) -> None:
    admin, scene = await administrator(desk), await in_call(desk)
    assert (await admin.open("/reasons/new"))[0] == 200
    assert await admin.send("/reasons", code="NO_SEAL", **LETTER) == (303, "/reasons")
    assert (await logged(desk, "reason_added"))["label_id"] == "Surat tanpa cap"
    assert list(await offered(scene))[2:4] == ["DOC_NOT_MATCHING_ROLE", "NO_SEAL"]
    await scene.reject("NO_SEAL")
    mail = await value(desk.database, "SELECT text_body FROM outbox_mail")
    assert "Surat Tugas belum dicap." in mail
    assert "tanpa cap" not in mail
    # The words are changed, and it is offered no longer: the old verdict is still to be read.
    changed = {**LETTER, "sentence_id": "Surat Tugas perlu dicap.", "code": "OTHER_CODE"}
    del changed["is_offered"]
    assert await admin.send("/reasons/NO_SEAL", **changed) == (303, "/reasons")
    detail = await logged(desk, "reason_changed")
    assert (detail["before"]["is_offered"], detail["after"]["is_offered"]) == (True, False)
    for path in ("/organisation", f"/access/{scene.who.access.id}", "/notices"):
        assert "Surat Tugas perlu dicap." in (await scene.applicant.open(path))[1], path
    await scene.applicant.send("/language", language="en")
    for path in ("/organisation", f"/access/{scene.who.access.id}/again", "/notices"):
        assert "The letter has no seal." in (await scene.applicant.open(path))[1], path
    page = (await admin.open("/reasons"))[1]
    assert (
        page.index("Surat tanpa cap") < page.index("Tidak ditawarkan") < page.index("ID_MISMATCH")
    )
    second = await in_call(desk)
    assert "NO_SEAL" not in await offered(second)
    verdict = {"decision": "rejected", "reason": "NO_SEAL"}
    await refuses(desk, second.verifier, f"{second.page}/verdict", 422, "reason_required", verdict)


async def test_rules_of_a_reason_hold_for_a_verdict(desk: RunningDesk) -> None:
    admin, scene = await administrator(desk), await in_call(desk)
    rules = {**LETTER, "is_text_required": "yes", "is_internal": "yes", "sentence_en": ""}
    assert (await admin.send("/reasons/DOC_EXPIRED", **rules))[0] == 303
    dialog = (await offered(scene))["DOC_EXPIRED"]
    assert (dialog["text_required"], dialog["sentence"]) == (True, neutral_sentence())
    verdict = {"decision": "rejected", "reason": "DOC_EXPIRED"}
    path = f"{scene.page}/verdict"
    await refuses(desk, scene.verifier, path, 422, "explanation_required", verdict)
    explained = verdict | {"explanation": "Surat aslinya perlu dibawa."}
    assert (await scene.verifier.act(path, explained))[0] == 200
    page = html.unescape((await scene.applicant.open("/organisation"))[1])
    assert f"{neutral_sentence()} Surat aslinya perlu dibawa." in page
    assert "belum dicap" not in page


async def test_what_is_wrong_with_a_reason_stands_beside_it(desk: RunningDesk) -> None:
    admin = await administrator(desk)
    async with nothing_changes(desk):
        for changes, wrong in WRONG:
            sent = {"code": "NO_SEAL", **LETTER, **changes}
            status, page = await admin.send("/reasons", **sent)
            assert status == 422
            assert f'href="#{wrong}"' in page
            assert f'id="{wrong}-error"' in page
            assert html.escape(sent["label_en"]) in page
            problem = is_problem(await admin.act("/reasons", sent), 422, "invalid_input")
            assert problem["fields"].keys() == {wrong}
        assert (await admin.read("/reasons/NO_SEAL"))[0] == 404


async def test_one_reason_is_always_offered(desk: RunningDesk) -> None:
    admin = await administrator(desk)
    retired = {name: one for name, one in LETTER.items() if name != "is_offered"}
    codes = [one["code"] for one in seeds()]
    for code in codes[1:]:
        assert (await admin.act(f"/reasons/{code}", retired))[0] == 200
    async with nothing_changes(desk):
        problem = is_problem(await admin.act(f"/reasons/{codes[0]}", retired), 422, "invalid_input")
    assert problem["fields"].keys() == {"is_offered"}


async def test_a_start_adds_what_is_missing_and_leaves_the_rest(desk: RunningDesk) -> None:
    admin = await administrator(desk)
    assert (await admin.send("/reasons/OTHER", **LETTER))[0] == 303
    async with nothing_changes(desk):
        await load_reasons(desk.database)
    rows = (await admin.read("/reasons"))[1]["reasons"]
    assert {one["code"] for one in rows} == {one["code"] for one in seeds()}
    assert next(one["label"] for one in rows if one["code"] == "OTHER") == "Surat tanpa cap"


def test_no_sentence_says_what_stays_inside_the_desk() -> None:
    for one in seeds():
        said = f"{one['sentence_id']} {one['sentence_en']}"
        assert one["code"] not in said
        assert one["label_id"] not in said or said.startswith(one["label_id"])
        assert one["sentence_id"] or one["is_internal"] or one["is_text_required"]


async def test_of_two_who_add_the_same_code_one_does(desk: RunningDesk) -> None:
    admin = await administrator(desk)
    answers = await asyncio.gather(
        *(admin.act("/reasons", {"code": "NO_SEAL", **LETTER}) for _one in range(2))
    )
    assert sorted(status for status, _body in answers) == [200, 422]
