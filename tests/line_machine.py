"""The state machine: the same is done to the line and to its model, and compared every time."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from desk.database import Database
from desk.settings import Settings
from signaling.line_news import places
from tests.hall import AS_SHIPPED, Hall
from tests.line_model import AWAY_AFTER, Model
from tests.support import SetClock, migrated
from waiting_room import shifts, standing
from waiting_room.errors import LineError
from waiting_room.tables import Absence, Call, CallOutcome, Shift, ShiftState, Ticket, TicketState

WAYS = hypothesis_settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)

APPLICANTS = st.sampled_from([f"applicant {number}" for number in range(5)])
VERIFIERS = st.sampled_from([f"verifier {number}" for number in range(3)])
STRANGERS = st.none() | VERIFIERS
FINAL = st.sampled_from([CallOutcome.APPROVED, CallOutcome.ABSENT, CallOutcome.LEFT])
SIDES = st.sampled_from(["applicant", "verifier"])
SHIFTS = st.sampled_from(
    ["begins"] * 4 + [ShiftState.READY] * 3 + [*shifts.CHOOSABLE[1:]] + ["may serve no longer"] * 3
)
THEN_S = st.sampled_from([0, 31, 61, 601])
BOOKED_IN_S = st.sampled_from([0, 300, -300, 600, -600, 900, -900])
MOSTLY = st.sampled_from([True, True, True, False])
PAGES = st.sampled_from(["first page", "second page"])
REMEMBERED = 6  # tickets and calls, of now and of before: what is long over is asked for seldom


class Runs(Protocol):
    """What runs a coroutine to its end: an asyncio.Runner."""

    def run(self, work: Any) -> Any: ...


class LineMachine(RuleBasedStateMachine):
    """Applicants and verifiers with their pages: what the pages show is told as presence."""

    def __init__(self, hall: Hall, runner: Runs) -> None:
        super().__init__()
        self.hall, self.runner, self.model = hall, runner, Model()
        self.tickets: dict[str, str] = {}  # and whose
        self.calls: dict[str, str] = {}  # and whose
        # In the order in which they came: ids are random, and what is found must happen again.
        self.pages: dict[tuple[str, str], None] = {}  # tickets, each perhaps listened for twice
        self.seats: dict[tuple[str, str], None] = {}  # calls, by side
        self.runner.run(self._empty())
        # Some are there already: a line that nobody comes to has no calls, where the faults are.
        for number in range(2):
            self.shift(f"verifier {number}", "begins")
            self.join(f"applicant {number}", 0, opens=True)
        self.take("verifier 0", sits=True, arrives=False, then_s=0)

    async def _empty(self) -> None:
        async with self.hall.database.writing() as session:
            for table in (Absence, Call, Ticket, Shift):
                await session.execute(delete(table))

    @property
    def now(self) -> Any:
        return self.hall.clock.now()

    def do(self, act: Awaitable[Any]) -> tuple[Any, str | None]:
        """What the line answered, or the name of its refusal."""

        async def run() -> tuple[Any, str | None]:
            try:
                return await act, None
            except LineError as refusal:
                return None, type(refusal).__name__

        answer: tuple[Any, str | None] = self.runner.run(run())
        return answer

    def one_of(self, known: dict[str, str], data: st.DataObject) -> str:
        """One of the last few, mostly the last."""
        newest_first = list(known)[: -1 - REMEMBERED : -1]
        return data.draw(st.sampled_from(newest_first[:1] * 4 + newest_first))

    # The applicant: joining, pages that come and go, leaving.

    @rule(applicant=APPLICANTS, booked_in_s=BOOKED_IN_S, opens=MOSTLY)
    def join(self, applicant: str, booked_in_s: int, opens: bool) -> None:
        """Once, or again from a second tab or device; mostly the waiting page opens then."""
        (ticket, is_new), _ = self.do(self.hall.join(applicant, booked_in_s))
        live = {held.applicant: one for one, held in self.model.tickets.items()}
        assert (ticket.id, is_new) == (live.get(applicant, ticket.id), applicant not in live)
        if is_new:
            assert ticket.id not in self.tickets
            self.tickets[ticket.id] = applicant
            booked_at = self.now + timedelta(seconds=booked_in_s)
            self.model.join(applicant, ticket.id, booked_at, self.now)
            # Ids break ties, and they are random: what Hypothesis finds must happen again.
            self.hall.clock.forward(seconds=1)
        if opens:
            self._open(ticket.id, "first page")

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), page=PAGES)
    def page_comes(self, data: st.DataObject, page: str) -> None:
        self._open(self.one_of(self.tickets, data), page)

    def _open(self, ticket: str, page: str) -> None:
        self.pages[ticket, page] = None
        held = self.model.tickets.get(ticket)
        was_aside = held is not None and held.is_aside
        back, _ = self.do(self.hall.see(here={ticket}))
        assert back == ([ticket] if was_aside else [])
        self.model.see(ticket)

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), then_s=THEN_S)
    def page_goes(self, data: st.DataObject, then_s: int) -> None:
        """Only with the last page of a ticket does anybody miss it."""
        one = data.draw(st.sampled_from(list(self.pages)))
        del self.pages[one]
        if one[0] not in {ticket for ticket, _page in self.pages}:
            self.do(self.hall.see(gone={one[0]}))
            self.model.miss(one[0], self.now)
        self.time_passes(then_s)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        ticket = self.one_of(self.tickets, data)
        refusal = self.do(self.hall.leave(ticket))[1]
        assert refusal == (None if ticket in self.model.in_line() else "NotWaiting")
        if not refusal:
            del self.model.tickets[ticket]

    # The verifier: their shift, and the next one.

    @rule(verifier=VERIFIERS, deed=SHIFTS)
    def shift(self, verifier: str, deed: ShiftState | str) -> None:
        """Mostly they begin; sometimes they choose, or may serve no longer."""
        if deed == "begins":
            self.do(self.hall.start(verifier))
            if self.model.shifts.get(verifier) in {None, ShiftState.OFF}:
                self.model.shifts[verifier] = ShiftState.READY
        elif isinstance(deed, ShiftState):
            self.choose(verifier, deed)
        else:
            self.lose_role(verifier)

    def choose(self, verifier: str, state: ShiftState) -> None:
        """Not in mid-call, and not before the first shift."""
        refusal = self.do(self.hall.choose(verifier, state))[1]
        is_free = self.model.shifts.get(verifier) not in {None, ShiftState.IN_CALL}
        assert refusal == (None if is_free else "NoSuchChange")
        if is_free:
            self.model.shifts[verifier] = state

    def lose_role(self, verifier: str) -> None:
        """In mid-call or not."""
        calls = {talk.verifier: one for one, talk in self.model.calls.items()}
        ended, _ = self.do(self.hall.lose_role(verifier))
        assert (ended.id if ended else None) == calls.get(verifier)
        if ended:
            self.model.put_back(ended.id, self.now, self.now)
        if verifier in self.model.shifts:
            self.model.shifts[verifier] = ShiftState.OFF

    def _may_take(self, verifier: str, head: str | None) -> str | None:
        state = self.model.shifts.get(verifier)
        if state is ShiftState.IN_CALL:
            return "AlreadyInCall"
        if state not in {ShiftState.READY, ShiftState.WRAP_UP}:
            return "NotReady"
        return None if head else "LineEmpty"

    @rule(verifier=VERIFIERS, sits=MOSTLY, arrives=st.booleans(), then_s=THEN_S)
    def take(self, verifier: str, sits: bool, arrives: bool, then_s: int) -> None:
        """The next one; mostly the pages of the call open then."""
        head = self.model.head(self.now)
        taken, refusal = self.do(self.hall.take(verifier))
        assert refusal == self._may_take(verifier, head)
        if taken:
            ticket, call = taken
            assert ticket.id == head
            self.calls[call.id] = verifier
            self.model.take(verifier, call.id, ticket.id, self.now)
            coming = {"verifier": sits, "applicant": arrives}
            self.seats |= {(call.id, side): None for side, comes in coming.items() if comes}
            self.beat()
            self.time_passes(then_s)

    # The call: seats that are taken and left, and each way it ends.

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), side=SIDES)
    def sit_down(self, data: st.DataObject, side: str) -> None:
        self.seats[self.one_of(self.calls, data), side] = None
        self.beat()

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), then_s=THEN_S)
    def get_up(self, data: st.DataObject, then_s: int) -> None:
        """The page has gone, or sleeps."""
        del self.seats[data.draw(st.sampled_from(list(self.seats)))]
        self.time_passes(then_s)

    def some_call(self, data: st.DataObject, stranger: str | None) -> tuple[str, str, str | None]:
        """A call, who tries something with it (mostly whoever took it), and the refusal due."""
        call = self.one_of(self.calls, data)
        verifier = stranger or self.calls[call]
        is_theirs = call in self.model.calls and verifier == self.calls[call]
        return call, verifier, None if is_theirs else "NotYourCall"

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), stranger=STRANGERS, outcome=FINAL)
    def finish(self, data: st.DataObject, stranger: str | None, outcome: CallOutcome) -> None:
        """By the verifier, or by the applicant who leaves."""
        has_left = outcome is CallOutcome.LEFT
        call, verifier, refusal = self.some_call(data, None if has_left else stranger)
        end = self.hall.leave_call(call) if has_left else self.hall.finish(call, verifier, outcome)
        assert self.do(end)[1] == refusal
        if not refusal:
            del self.model.tickets[self.model.end(call)]

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), stranger=STRANGERS)
    def hand_back(self, data: st.DataObject, stranger: str | None) -> None:
        call, verifier, refusal = self.some_call(data, stranger)
        assert self.do(self.hall.hand_back(call, verifier))[1] == refusal
        if not refusal:
            self.model.put_back(call, self.now, self.now)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), stranger=STRANGERS)
    def wait_on(self, data: st.DataObject, stranger: str | None) -> None:
        call, verifier, refusal = self.some_call(data, stranger)
        assert self.do(self.hall.wait_on(call, verifier))[1] == refusal
        if not refusal:
            self.model.calls[call].seen["applicant"] = self.now

    # Time, and a server that starts again.

    @rule(seconds=st.sampled_from([1, 29, 30, 31, 60, 61, 61, 600, 601]))
    def time_passes(self, seconds: int) -> None:
        """Whoever has a page open is seen; then silence has its consequences."""
        self.hall.clock.forward(seconds=seconds)
        self.beat()
        lapsed, _ = self.do(self.hall.reap())
        ended = {call.id: call.outcome for call in lapsed.calls}
        assert (set(lapsed.set_aside), ended) == self.model.reap(self.now)

    def beat(self) -> None:
        """What the desk writes every few seconds: everybody who is here."""
        here = {ticket for ticket, _page in self.pages}
        applicants, verifiers = (
            {call for call, at in self.seats if at == side} for side in ("applicant", "verifier")
        )
        self.do(self.hall.see(here, (), applicants, verifiers))
        for ticket in here:
            self.model.see(ticket)
        for call, side in self.seats:
            if talk := self.model.calls.get(call):
                talk.seen[side] = self.now
                talk.has_arrived |= side == "applicant"

    @rule()
    def restart(self) -> None:
        """The server was killed and is back: it saw nobody go, and no page is open."""
        self.pages.clear()
        self.seats.clear()
        self.do(self.hall.start_anew())
        for ticket in self.model.in_line():
            if not self.model.tickets[ticket].is_aside:
                self.model.tickets[ticket].silent_at = self.now
        for talk in self.model.calls.values():
            talk.seen = dict.fromkeys(talk.seen, self.now)

    @invariant()
    def line_is_as_the_model_says(self) -> None:
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        model, now = self.model, self.now
        async with self.hall.database.reading() as session:
            stands = await standing.line_order(session, now, AWAY_AFTER)
            rows = await standing.waiting_tickets(session, 100, now, AWAY_AFTER)
            calls = await standing.open_calls(session)
            shifts_now = (await session.execute(select(Shift))).scalars()
            in_call = select(Ticket.id).where(Ticket.state == TicketState.IN_CALL)
            called = set((await session.execute(in_call)).scalars())
        held = {one: model.tickets[one] for one in model.in_line()}
        expected = [
            (one, *each.key[:2], each.is_away(now), not each.is_aside) for one, each in held.items()
        ]
        assert list(map(tuple, stands)) == expected
        assert [(one.ticket.id, one.is_away) for one in rows] == [
            (ticket, is_away) for ticket, *_key, is_away, is_waiting in expected if is_waiting
        ]
        assert {one: at for one, (at, _away) in places(stands).items()} == self._positions()
        assert {one.verifier: one.state for one in shifts_now} == model.shifts
        open_now = {
            call.id: (call.verifier, ticket.id, call.applicant_arrived_at is not None)
            for call, ticket in calls
        }
        assert open_now == {
            one: (each.verifier, each.ticket, each.has_arrived) for one, each in model.calls.items()
        }
        assert called == {one for one, each in model.tickets.items() if each.call}

    def _positions(self) -> dict[str, int]:
        """One more than those with a smaller key who would be taken now."""
        held = {one: self.model.tickets[one] for one in self.model.in_line()}
        callable_keys = [one.key for one in held.values() if not one.is_away(self.now)]
        return {one: 1 + sum(key < each.key for key in callable_keys) for one, each in held.items()}


@contextmanager
def stage(settings: Settings) -> Iterator[Any]:
    """Makes machines on a migrated database, each of which begins with an empty line."""
    with asyncio.Runner() as runner:
        runner.run(migrated(settings))
        database = Database(settings.database_url)
        try:
            yield partial(LineMachine, Hall(database, SetClock(), AS_SHIPPED), runner)
        finally:
            runner.run(database.close())


def run_machine(settings: Settings, examples: int) -> None:
    """Let Hypothesis look for a difference; an AssertionError or the database's error is one."""
    with stage(settings) as machine:
        run_state_machine_as_test(
            machine, settings=hypothesis_settings(WAYS, max_examples=examples)
        )
