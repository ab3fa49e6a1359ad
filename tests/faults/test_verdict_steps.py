"""A server killed between any two steps of a verdict: the retry finds all of it, exactly once."""

from pathlib import Path
from typing import Any

import pytest

from desk.access.checklist import missing_steps
from desk.database import Database
from desk.settings import Settings
from tests.faults.child import UNDER_TEST
from tests.faults.crowd import ROLE, Enrolled, enrol
from tests.faults.history import Kind
from tests.faults.person import Interrupted
from tests.faults.stage import Stage, now, staged
from tests.scenes import count

MOST_STEPS = 60
APPROVED = {"decision": "approved"}
ANSWER = (200, {"decision": "approved", "url": "/desk"})


async def _prepared(stage: Stage, applicant: Enrolled, verifier: Enrolled) -> str:
    """A call in which all is ready for the approval: its id."""
    join = f"/meetings/{applicant.meeting}/join"
    assert (await stage.person(applicant).insist("join", join))[0] == 200
    serving = stage.person(verifier)
    status, taken = await serving.insist("take", "/desk/take")
    assert status == 200
    call = str(taken["call"])
    for step in missing_steps(ROLE, {}):
        mark = {"step": step, "passed": True}
        assert (await serving.insist("mark", f"/calls/{call}/checklist", mark))[0] == 200
    return call


async def _approve(
    stage: Stage, verifier: Enrolled, call: str, **headers: str
) -> tuple[int, dict[str, Any]]:
    """The verdict, each time with the same key. Raises Interrupted."""
    path, key = f"/calls/{call}/verdict", f"of {call}"
    return await stage.person(verifier).act("verdict", path, APPROVED, key, **headers)


async def _traces(database: Database, call: str) -> tuple[int, ...]:
    """How many verdicts, rows of the log and mails there are of a call."""
    access = f"(SELECT access FROM verdict WHERE call = '{call}')"
    email = (
        "(SELECT email FROM account JOIN access ON access.applicant = account.id"
        f" WHERE access.id = {access})"
    )
    return (
        await count(database, "verdict", f"call = '{call}'"),
        await count(database, "audit_entry", f"act = 'approved' AND subject = {access}"),
        await count(database, "outbox_mail", f"recipient = {email} AND kind = 'verdict'"),
    )


async def _killed_at_every_step(stage: Stage) -> list[str]:
    """Kill at one step after the other, restart, retry: the names of the steps there are."""
    applicants, verifiers = await enrol(stage.database, now(), MOST_STEPS, MOST_STEPS)
    steps: list[str] = []
    await stage.start(step=1)
    for applicant, verifier in zip(applicants, verifiers, strict=True):
        call = await _prepared(stage, applicant, verifier)
        try:
            assert await _approve(stage, verifier, call, **{UNDER_TEST: "1"}) == ANSWER
            return steps
        except Interrupted:
            stage.history.add(Kind.KILLED)
            await stage.server.was_killed()
        steps.append(stage.server.killed_at())
        await stage.start(step=len(steps) + 1)
        assert await _approve(stage, verifier, call) == ANSWER, steps
        assert await _traces(stage.database, call) == (1, 1, 1), steps
    pytest.fail(f"a verdict has more than {MOST_STEPS} steps: {steps}")


async def test_a_kill_between_any_two_steps_leaves_a_verdict_once_and_whole(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    async with staged(settings, database, tmp_path) as stage:
        steps = await _killed_at_every_step(stage)
        mails = await count(database, "outbox_mail", "kind = 'verdict'")
        await stage.sink.accepted(mails)
        stage.history.add(Kind.SETTLED)
        await stage.server.stop()
        assert await stage.violations() == []
    print(f"killed at {len(steps)} steps:", *steps, sep="\n")
    assert mails == len(steps) + 1
    assert steps[-3:] == ["before COMMIT", "after COMMIT", "before the reply"]
    for table in ("call", "access", "verdict", "audit_entry", "outbox_mail", "given_answer"):
        assert any(f" {table} " in f"{step} ".replace('"', "") for step in steps), (table, steps)
