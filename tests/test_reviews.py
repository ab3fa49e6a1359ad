"""Applications that are verified by their documents: one verifier for each, and one decision."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from desk.access.checklist import missing_of
from desk.access.claims import LAPSES_AFTER
from desk.access.document_steps import document_steps_of
from desk.accounts.tables import Role
from tests.scenes import count, enter, is_problem, nothing_changes, on_duty, refuses, value
from tests.support import RunningDesk, Visitor
from tests.things import submitted

APPROVED = {"decision": "approved"}
REJECTED = {"decision": "rejected", "reason": "DOC_ILLEGIBLE", "explanation": "Halaman 2 buram."}
JUST_OVER = LAPSES_AFTER + timedelta(seconds=1)


async def take(verifier: Visitor) -> str:
    """The path of the claim that a verifier is given."""
    status, body = await verifier.act("/reviews/take")
    assert (status, bool(body["claim"])) == (200, True), body
    return str(body["url"])


async def access_of(desk: RunningDesk, page: str) -> str:
    query = "SELECT access FROM claim WHERE id = :claim"
    return str(await value(desk.database, query, claim=page.removeprefix("/reviews/")))


async def pass_all_steps(verifier: Visitor, page: str, role: str = "AUDITOR") -> None:
    for step in missing_of(document_steps_of(role), {}):
        status, body = await verifier.act(f"{page}/checklist", {"step": step, "passed": True})
        assert status == 200, body


async def test_the_oldest_comes_first_and_can_be_given_back(desk: RunningDesk) -> None:
    (_one, first), (two, second) = await on_duty(desk), await on_duty(desk)
    old, older = await submitted(desk, hours_ago=5), await submitted(desk, hours_ago=80)
    own = await submitted(desk, hours_ago=90, by=two)
    listed = (await first.read("/reviews"))[1]
    assert [row["number"] for row in listed["reviews"]] == [own.number, older.number, old.number]
    assert [row["is_overdue"] for row in listed["reviews"]] == [True, True, False]
    assert (await first.read("/desk"))[1]["reviews"] == 3
    assert "Telaah dokumen (2)" in (await second.open("/desk"))[1]
    # Nobody sees or takes what they have applied for themselves.
    page = await take(second)
    assert await access_of(desk, page) == older.id
    assert await take(second) == page
    assert (await second.read("/reviews"))[1]["free"] == 1
    held = {row["number"]: row["held_by"] for row in (await first.read("/reviews"))[1]["reviews"]}
    assert held == {own.number: None, older.number: two.desk_number, old.number: None}
    await second.act(f"{page}/notes", {"notes": "Cap tidak jelas"})
    assert await second.send(f"{page}/return") == (303, "/reviews")
    await refuses(desk, second, f"{page}/verdict", 409, "not_your_claim", REJECTED)
    again = await take(second)
    assert await access_of(desk, again) == older.id
    assert "Cap tidak jelas" in (await second.open(again))[1]
    assert await count(desk.database, "audit_entry", "act IN ('claimed', 'claim_returned')") == 3


async def test_nobody_reviews_what_they_have_applied_for(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    await submitted(desk, by=account)
    async with nothing_changes(desk):
        assert await verifier.act("/reviews/take") == (200, {"claim": None, "url": "/reviews"})
        assert await verifier.send("/reviews/take") == (303, "/reviews")
    assert "Tidak ada berkas yang menunggu" in (await verifier.open("/reviews"))[1]


@pytest.mark.parametrize("files", [1, 20])
async def test_twenty_verifiers_at_once_never_share_one(desk: RunningDesk, files: int) -> None:
    for hours in range(files):
        await submitted(desk, hours_ago=hours)
    verifiers = [(await on_duty(desk))[1] for _ in range(20)]
    answers = await asyncio.gather(*(one.act("/reviews/take") for one in verifiers))
    assert {status for status, _body in answers} == {200}
    given = [body["claim"] for _status, body in answers if body["claim"]]
    assert len(given) == len(set(given)) == files
    assert await count(desk.database, "claim") == files
    assert await value(desk.database, "SELECT count(DISTINCT access) FROM claim") == files


async def test_one_verifier_in_many_tabs_gets_one(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    for hours in range(5):
        await submitted(desk, hours_ago=hours)
    pages = await asyncio.gather(*(take(verifier) for _ in range(5)))
    assert len(set(pages)) == 1
    assert await count(desk.database, "claim") == 1


async def test_a_claim_without_an_act_lapses_when_another_takes_it(desk: RunningDesk) -> None:
    (_one, slow), (_two, quick) = await on_duty(desk), await on_duty(desk)
    access = await submitted(desk)
    page = await take(slow)
    await pass_all_steps(slow, page)
    desk.clock.forward(seconds=LAPSES_AFTER.total_seconds())
    assert (await quick.act("/reviews/take"))[1]["claim"] is None
    # Every act counts from anew, and nobody has it before somebody takes it.
    desk.clock.forward(seconds=1)
    assert (await slow.act(f"{page}/notes", {"notes": "masih membaca"}))[0] == 200
    assert (await quick.act("/reviews/take"))[1]["claim"] is None
    desk.clock.forward(seconds=JUST_OVER.total_seconds())
    taken = await take(quick)
    assert await access_of(desk, taken) == access.id
    problem = await refuses(desk, slow, f"{page}/verdict", 409, "not_your_claim", APPROVED)
    assert "30 menit" in problem["detail"]
    for act, body in (("checklist", {"step": "named", "passed": "true"}), ("notes", {"notes": ""})):
        await refuses(desk, slow, f"{page}/{act}", 409, "not_your_claim", body)
    assert "30 menit" in (await slow.open(page))[1]
    # The next one begins with an empty checklist.
    await refuses(desk, quick, f"{taken}/verdict", 409, "checklist_incomplete", APPROVED)
    assert await count(desk.database, "audit_entry", "act = 'claim_lapsed'") == 1
    await quick.act(f"{taken}/verdict", REJECTED)
    assert await count(desk.database, "verdict", f"access = '{access.id}'") == 1


async def test_of_contradicting_verdicts_one_counts(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    access = await submitted(desk)
    page = await take(verifier)
    await pass_all_steps(verifier, page)

    async def decide(number: int) -> tuple[int, Any]:
        body = APPROVED if number % 2 else REJECTED
        return await verifier.act(f"{page}/verdict", body, key=f"key {number}")

    answers = await asyncio.gather(*map(decide, range(20)), verifier.act(f"{page}/return"))
    given = [body for status, body in answers if status == 200]
    assert len(given) == 1
    for answer in answers:
        if answer[0] != 200:
            is_problem(answer, 409, "not_your_claim")
    decided = int("decision" in given[0])
    for table, where in (
        ("verdict", f"access = '{access.id}' AND call IS NULL"),
        ("audit_entry", "act IN ('approved', 'rejected')"),
        ("outbox_mail", "kind = 'verdict'"),
        ("notice", "kind = 'verdict'"),
    ):
        assert await count(desk.database, table, where) == decided
    state = await value(desk.database, "SELECT state FROM access WHERE id = :id", id=access.id)
    assert state == given[0].get("decision", "submitted")


async def test_reasons_that_need_a_call_are_no_reasons_here(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await submitted(desk)
    page = await take(verifier)
    status, body = await verifier.read(page)
    codes = {reason["code"] for reason in body["reasons"]}
    assert status == 200
    assert {"DOC_EXPIRED", "SATKER_MISMATCH", "BLACKLISTED", "OTHER"} <= codes
    assert not codes & {"LIVENESS_FAILED", "PERSON_NOT_MATCHING", "THIRD_PERSON_COACHING"}
    seen = {"decision": "rejected", "reason": "LIVENESS_FAILED"}
    await refuses(desk, verifier, f"{page}/verdict", 422, "reason_required", seen)


async def test_the_figures_of_calls_do_not_count_documents(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    await submitted(desk)
    page = await take(verifier)
    assert (await verifier.act(f"{page}/verdict", REJECTED))[0] == 200
    board = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    figures = (await board.read("/supervisor"))[1]["figures"]
    assert (figures["taken"], figures["approved"], figures["rejected"]) == (0, 0, 0)
    assert figures["service_level"]["counted"] == 0
    assert (await verifier.read("/desk"))[1]["today"]["finished"] == 0
