"""The supervisor's figures equal a count from the audit log alone, after any history."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from desk.access.checklist import STEPS_OF_ROLE
from desk.accounts.tables import Role
from desk.audit import AuditEntry
from desk.times import day_span
from tests.support import Applicant, RunningDesk, Visitor

WITHIN_S = 300


async def counted_from_the_log(desk: RunningDesk) -> dict[str, Any]:
    """What somebody with nothing but the log would say of today."""
    since, until = day_span(desk.clock.now(), desk.settings.zone)
    async with desk.database.reading() as session:
        rows = await session.execute(select(AuditEntry).order_by(AuditEntry.id))
        entries = list(rows.scalars())
    called: set[str] = set()
    counts = dict.fromkeys(("taken", "approved", "rejected", "left", "in_time", "counted"), 0)
    for entry in entries:
        today = since <= entry.at < until
        if today and entry.act in counts:
            counts[entry.act] += 1
        if entry.act == "taken":
            called.add(entry.detail["ticket"])
            if today and entry.detail["is_first"]:
                counts["counted"] += 1
                counts["in_time"] += entry.detail["waited_s"] <= WITHIN_S
        if entry.act == "left" and today and entry.subject not in called:
            counts["counted"] += entry.detail["waited_s"] > WITHIN_S
    return counts


@dataclass
class History:
    """A morning at the desk, by chance: everybody does what their page offers them."""

    desk: RunningDesk
    chance: random.Random
    applicants: dict[str, tuple[Applicant, Visitor]] = field(default_factory=dict)
    verifiers: list[Visitor] = field(default_factory=list)
    acts: dict[str, int] = field(default_factory=dict)

    async def people(self, applicants: int, verifiers: int) -> None:
        for _ in range(applicants):
            person = await self.desk.people.applicant()
            visitor = await self.desk.signed_in(person.account)
            self.applicants[person.account.id] = (person, visitor)
        for _ in range(verifiers):
            self.verifiers.append(await self.desk.signed_in(await self.desk.people.staff()))

    async def step(self) -> None:
        name = self.chance.choice(["join", "join", "leave", "take", "take", "end", "verdict"])
        status = await getattr(self, f"_{name}")()
        if status is not None:
            key = f"{name} {status}"
            self.acts[key] = self.acts.get(key, 0) + 1
        self.desk.clock.forward(seconds=self.chance.choice([1, 30, 100.4, 150, 300.4]))

    async def _join(self) -> int:
        person, visitor = self.chance.choice(list(self.applicants.values()))
        return (await visitor.act(f"/meetings/{person.meeting.id}/join"))[0]

    async def _leave(self) -> int | None:
        """Or mostly stay: an applicant who does not wait is answered with a refusal."""
        person, visitor = self.chance.choice(list(self.applicants.values()))
        status, joined = await visitor.act(f"/meetings/{person.meeting.id}/join")
        if status != 200:
            return None
        self.desk.clock.forward(seconds=self.chance.choice([0, 200, 300.4]))
        return (await visitor.act(f"/waiting/{joined['ticket']}/leave"))[0]

    async def _take(self) -> int:
        return (await self.chance.choice(self.verifiers).act("/desk/take"))[0]

    async def _open_call(self) -> tuple[Visitor, str] | None:
        visitor = self.chance.choice(self.verifiers)
        call = (await visitor.read("/desk"))[1]["open_call"]
        return (visitor, call["url"]) if call else None

    async def _end(self) -> int | None:
        if found := await self._open_call():
            visitor, url = found
            outcome = self.chance.choice(["returned", "returned", "absent"])
            return (await visitor.act(f"{url}/end", {"outcome": outcome}))[0]
        return None

    async def _verdict(self) -> int | None:
        if (found := await self._open_call()) is None:
            return None
        visitor, url = found
        decision = self.chance.choice(["approved", "rejected"])
        if decision == "approved" and self.chance.random() < 0.8:
            for step in STEPS_OF_ROLE["PPK"]:
                await visitor.act(f"{url}/checklist", {"step": step, "passed": True})
        verdict = {"decision": decision, "reason": "DOC_EXPIRED", "explanation": ""}
        return (await visitor.act(f"{url}/verdict", verdict))[0]


async def _board(desk: RunningDesk, supervisor: Visitor) -> dict[str, Any]:
    """The figures of the board, named as the count from the log names them."""
    status, data = await supervisor.read("/supervisor")
    assert status == 200
    figures = data["figures"]
    level = figures["service_level"]
    names = ("taken", "approved", "rejected", "left")
    return {
        **{name: figures[name] for name in names},
        "in_time": level["in_time"],
        "counted": level["counted"],
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_board_says_what_the_log_says(desk: RunningDesk, seed: int) -> None:
    history = History(desk, random.Random(seed))
    await history.people(applicants=10, verifiers=3)
    board = await desk.signed_in(await desk.people.staff(Role.SUPERVISOR))
    for number in range(120):
        await history.step()
        if number % 20 == 0:
            assert await _board(desk, board) == await counted_from_the_log(desk)
    counted = await counted_from_the_log(desk)
    assert await _board(desk, board) == counted
    # The history was one worth counting: everything happened, and some of it was refused.
    assert all(counted.values()), counted
    assert 0 < counted["in_time"] < counted["counted"]
    assert any(act.endswith("409") for act in history.acts), history.acts


async def test_a_new_day_begins_at_nothing(desk: RunningDesk) -> None:
    history = History(desk, random.Random(4))
    await history.people(applicants=4, verifiers=2)
    for _ in range(30):
        await history.step()
    supervisor = await desk.people.staff(Role.SUPERVISOR)
    desk.clock.forward(hours=24)
    board = await desk.signed_in(supervisor)
    assert not any((await _board(desk, board)).values())
    assert not any((await counted_from_the_log(desk)).values())
