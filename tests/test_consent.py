"""The consent screen: what is asked, what is kept of an answer, and what an answer does."""

import hashlib
import html
import re

from desk.settings import Settings
from tests.consenting import AGREED, agree, hash_shown
from tests.scenes import (
    count,
    in_call,
    is_problem,
    joined,
    nothing_changes,
    refuses,
    value,
)
from tests.support import RunningDesk, SetClock, start_desk

ITEMS = 7
STANDS = "SELECT answer FROM consent WHERE replaced_at IS NULL AND withdrawn_at IS NULL"


async def test_the_text_has_the_seven_items_and_is_kept_word_for_word(desk: RunningDesk) -> None:
    waits = await joined(desk)
    path = f"/meetings/{waits.who.meeting.id}/consent"
    status, page = await waits.visitor.open(path)
    assert status == 200
    assert page.count("<dt>") == ITEMS
    assert "checked" not in page
    sha256 = await hash_shown(waits.visitor, path)
    fields = AGREED | {"text_sha256": sha256}
    assert await waits.visitor.send(path, **fields) == (303, waits.page)
    kept = await value(desk.database, "SELECT text FROM consent_text")
    assert hashlib.sha256(kept.encode()).hexdigest() == sha256
    assert all(line in html.unescape(page) for line in kept.replace(": ", "\n").split("\n"))
    row = await value(desk.database, "SELECT address || user_agent FROM consent")
    assert row.startswith("127.0.0.1Python/")
    entry = "act = 'consent_given'"
    assert await count(desk.database, "audit_entry", entry) == 1
    # Twice is once.
    assert (await waits.visitor.act(path, fields))[0] == 200
    assert await count(desk.database, "audit_entry", entry) == 1


async def test_a_box_left_empty_is_told_beside_it_and_changes_nothing(desk: RunningDesk) -> None:
    waits = await joined(desk)
    path = f"/meetings/{waits.who.meeting.id}/consent"
    await refuses(desk, waits.visitor, path, 422, "not_agreed", {"answer": "given"})
    _status, page = await waits.visitor.send(path, answer="given")
    assert 'href="#agreed"' in page
    assert 'id="agreed-error"' in page
    stale = AGREED | {"text_sha256": "0" * 64}
    await refuses(desk, waits.visitor, path, 409, "text_changed", stale)
    await refuses(desk, waits.visitor, path, 422, "invalid_input", {"answer": "perhaps"})


async def test_an_answer_can_be_changed_while_one_waits_and_the_old_one_stays(
    desk: RunningDesk,
) -> None:
    waits = await joined(desk)
    path = f"/meetings/{waits.who.meeting.id}/consent"
    assert (await waits.visitor.act(path, {"answer": "refused"}))[1]["url"] == waits.page
    assert await value(desk.database, STANDS) == "refused"
    assert (await agree(waits.who, waits.visitor))[0] == 200
    assert await value(desk.database, STANDS) == "given"
    assert await count(desk.database, "consent") == 2
    _status, page = await waits.visitor.open(waits.page)
    assert re.search(r'<p data-consent-is="given">', page)


async def test_in_the_call_one_may_still_agree_but_not_refuse_what_was_given(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    path = f"/meetings/{scene.who.meeting.id}/consent"
    status, body = await agree(scene.who, scene.applicant)
    assert (status, body["url"]) == (200, scene.page)
    async with nothing_changes(desk):
        is_problem(await scene.applicant.act(path, {"answer": "refused"}), 409, "consent_in_use")
    await scene.approve()
    is_problem(await scene.applicant.act(path, {"answer": "refused"}), 409, "already_decided")


async def test_where_it_is_required_a_refusal_leads_to_another_way_and_nothing_is_lost(
    settings: Settings, clock: SetClock
) -> None:
    update = {"recording": "required", "in_person_place": "Loket 3, Gedung B"}
    runner, desk = await start_desk(settings.model_copy(update=update), clock)
    try:
        waits = await joined(desk)
        path = f"/meetings/{waits.who.meeting.id}/consent"
        assert await waits.visitor.send(path, answer="refused") == (303, path)
        _status, page = await waits.visitor.open(path)
        assert "Loket 3, Gedung B" in page
        assert f'href="/meetings/{waits.who.meeting.id}/times"' in page
        assert await value(desk.database, "SELECT state FROM ticket") == "left"
        assert await value(desk.database, "SELECT state FROM access") == "scheduled"
        is_problem(
            await waits.visitor.act(f"/meetings/{waits.who.meeting.id}/join"),
            409,
            "consent_refused",
        )
        # Called before they have answered: nobody is approved unrecorded.
        scene = await in_call(desk)
        await scene.pass_all_steps()
        verdict, approved = f"{scene.page}/verdict", {"decision": "approved"}
        is_problem(await scene.verifier.act(verdict, approved), 409, "no_consent")
        assert (await agree(scene.who, scene.applicant))[0] == 200
        assert (await scene.verifier.act(verdict, approved))[0] == 200
    finally:
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()


async def test_where_nothing_is_recorded_nobody_is_asked(
    settings: Settings, clock: SetClock
) -> None:
    runner, desk = await start_desk(settings.model_copy(update={"recording": "off"}), clock)
    try:
        waits = await joined(desk)
        _status, page = await waits.visitor.open(waits.page)
        assert "Persetujuan Perekaman" not in page
        path = f"/meetings/{waits.who.meeting.id}/consent"
        assert (await waits.visitor.open(path))[0] == 404
        is_problem(await waits.visitor.act(path, {"answer": "refused"}), 404, "not_found")
    finally:
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()
