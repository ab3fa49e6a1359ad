"""The line against its model, in any order of events that Hypothesis can think of.

The mutants at the end show that the machine notices when a rule is broken.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from desk.database import Database
from desk.settings import Settings
from tests.hall import Hall
from tests.line_model import Model
from tests.support import SetClock, migrated
from waiting_room import line, shifts, standing
from waiting_room.errors import LineError
from waiting_room.order import OrderClass, OrderKey
from waiting_room.tables import CallOutcome, Shift, ShiftState, Ticket, TicketState

APPLICANTS = st.sampled_from([f"applicant {number}" for number in range(6)])
VERIFIERS = st.sampled_from([f"verifier {number}" for number in range(3)])

STRANGERS = st.none() | st.none() | VERIFIERS
FINAL = (CallOutcome.APPROVED, CallOutcome.REJECTED, CallOutcome.ABSENT)


@cache
def _empty_database() -> bytes:
    """A migrated file, made once: each machine starts from a copy."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(migrated(Settings(data_dir=Path(folder), secret_key="x" * 32)))
        return (Path(folder) / "desk.db").read_bytes()


class LineMachine(RuleBasedStateMachine):
    """Does the same to the line and to the model, and compares after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "desk.db").write_bytes(_empty_database())
        self.loop = asyncio.Runner()
        database = Database(f"sqlite+aiosqlite:///{self.folder / 'desk.db'}")
        self.hall, self.model = Hall(database, SetClock()), Model()
        self.calls: dict[str, str] = {}
        self.tickets: list[str] = []
        for number in range(2):
            self.start(f"verifier {number}")

    def do(self, act: Awaitable[Any]) -> tuple[Any, str | None]:
        """What the line answered, or the name of its refusal."""

        async def run() -> tuple[Any, str | None]:
            try:
                return await act, None
            except LineError as refusal:
                return None, type(refusal).__name__

        return self.loop.run(run())

    @rule(applicant=APPLICANTS, booked_in_s=st.integers(-3, 3).map(lambda n: n * 300))
    def join(self, applicant: str, booked_in_s: int) -> None:
        (ticket, is_new), _ = self.do(self.hall.join(applicant, booked_in_s))
        known = self.model.ticket_of(applicant)
        assert (ticket.id, is_new) == (known or ticket.id, known is None)
        if is_new:
            assert ticket.id not in self.tickets
            self.tickets.append(ticket.id)
            now = self.hall.clock.now()
            self.model.join(applicant, ticket.id, now + timedelta(seconds=booked_in_s), now)
            # Ids break ties, and they are random: what Hypothesis finds must happen again.
            self.time_passes(1)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        ticket = self.tickets[data.draw(st.integers(0, len(self.tickets) - 1))]
        assert self.do(self.hall.leave(ticket))[1] == self.model.leave(ticket)

    @rule(verifier=VERIFIERS)
    def start(self, verifier: str) -> None:
        self.do(self.hall.start(verifier))
        self.model.start(verifier)

    @rule(verifier=VERIFIERS)
    def take(self, verifier: str) -> None:
        taken, refusal = self.do(self.hall.take(verifier))
        assert refusal == self.model.may_take(verifier)
        if taken:
            ticket, call = taken
            self.calls = dict([*self.calls.items(), (call.id, verifier)][-4:])
            assert ticket.applicant == self.model.take(verifier, call.id)

    def some_call(self, data: st.DataObject, stranger: str | None) -> tuple[str, str]:
        """A call of now or of before, and who tries to end it: mostly whoever took it."""
        call = list(self.calls)[data.draw(st.integers(0, len(self.calls) - 1))]
        return call, stranger or self.calls[call]

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), stranger=STRANGERS, outcome=st.sampled_from(FINAL))
    def finish(self, data: st.DataObject, stranger: str | None, outcome: CallOutcome) -> None:
        call, verifier = self.some_call(data, stranger)
        refusal = self.do(self.hall.finish(call, verifier, outcome))[1]
        assert refusal == self.model.end(call, verifier)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), stranger=STRANGERS)
    def hand_back(self, data: st.DataObject, stranger: str | None) -> None:
        call, verifier = self.some_call(data, stranger)
        refusal = self.do(self.hall.hand_back(call, verifier))[1]
        assert refusal == self.model.end(call, verifier, self.hall.clock.now())

    @rule(verifier=VERIFIERS, state=st.sampled_from(shifts.CHOOSABLE))
    def choose(self, verifier: str, state: ShiftState) -> None:
        assert self.do(self.hall.choose(verifier, state))[1] == self.model.choose(verifier, state)

    @rule(seconds=st.sampled_from([1, 60, 600, 601]))
    def time_passes(self, seconds: int) -> None:
        self.hall.clock.forward(seconds=seconds)

    @invariant()
    def line_is_as_the_model_says(self) -> None:
        self.do(self._compare())

    async def _compare(self) -> None:
        async with self.hall.database.reading() as session:
            waiting = await standing.waiting_tickets(session, 100)
            assert [one.applicant for one in waiting] == self.model.order
            shifts_now = (await session.execute(select(Shift))).scalars()
            assert {one.verifier: one.state for one in shifts_now} == self.model.shifts
            calls = await standing.open_calls(session)
            open_now = {call.id: (call.verifier, ticket.applicant) for call, ticket in calls}
            assert open_now == self.model.open_calls
            in_call = select(Ticket.applicant).where(Ticket.state == TicketState.IN_CALL)
            assert set((await session.execute(in_call)).scalars()) == set(self.model.in_call)

    def teardown(self) -> None:
        self.loop.run(self.hall.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)


WAYS = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


def test_the_line_does_what_its_model_does() -> None:
    run_state_machine_as_test(LineMachine, settings=WAYS)


async def _leave_in_any_state(session: AsyncSession, ticket: str, now: datetime) -> None:
    values = {"state": TicketState.LEFT, "ended_at": now}
    await session.execute(update(Ticket).where(Ticket.id == ticket).values(values))


async def _forget_the_wrap_up(session: AsyncSession, verifier: str, now: datetime) -> None:
    """A call's end that leaves the shift as it is."""


def _booked_at_the_moment(_booked_at: datetime, now: datetime, _late: timedelta) -> OrderKey:
    return OrderKey(OrderClass.BOOKED, now)


def _back_at_the_end(now: datetime) -> OrderKey:
    return OrderKey(OrderClass.LATE, now)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "the classes are forgotten": (line, "LINE_ORDER", (Ticket.joined_at, Ticket.id)),
    "the order is turned round": (line, "LINE_ORDER", (Ticket.order_at.desc(), Ticket.id)),
    "booked times are forgotten": (line, "key_on_joining", _booked_at_the_moment),
    "handed back to the end": (line, "key_on_return", _back_at_the_end),
    "one may take from a break": (shifts, "MAY_TAKE", tuple(ShiftState)),
    "one may leave in mid-call": (line, "leave", _leave_in_any_state),
    "no wrap-up": (shifts, "leave_call", _forget_the_wrap_up),
    "a second ticket": (line, "LIVE", (TicketState.WAITING,)),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_machine_finds_a_broken_rule(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*MUTANTS[mutant])
    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(LineMachine, settings=settings(WAYS, max_examples=200))
