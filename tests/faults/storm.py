"""A busy desk whose server is killed again and again, and what is left of it at the end."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from tests.faults.crowd import Enrolled, enrol, line_up
from tests.faults.history import Kind
from tests.faults.people import Applicant, Verifier
from tests.faults.stage import Stage, now, until
from tests.scenes import count

WAITING = 200
CHAIRS = 225
VERIFIERS = 12
SERVED_PER_KILL = 60
# How many acts the server lives for: killed while everybody comes back, or in mid-service.
ACTS_IN_A_LIFE = (0, 5, 15, 30)
LONGEST_ACT_S = 0.01
LIVES_TO_A_LONG_ABSENCE = 10
SETTLES_WITHIN_S = 60.0

# Short times, so that what follows from silence does follow; leases are renewed every 5 s.
TIMES = {"away_after_s": 20, "hold_minutes": 1, "call_grace_s": 8}

OPEN_CALL = "ended_at IS NULL"


@dataclass
class Report:
    """What happened, and what was found. `void` kills fell into no act and do not count."""

    seed: int
    database: str
    kills: int
    void: int
    acts: int
    lost: int
    takes: int
    verdicts: int
    returned: int
    lapsed: int
    mails: int
    violations: list[str]


class Storm:
    """One run on a stage."""

    def __init__(self, stage: Stage) -> None:
        """Nobody is there yet."""
        self._stage = stage
        self._closing = asyncio.Event()
        self._kills = self._void = self._since_long_away = 0

    async def run(self, kills: int, seed: int) -> Report:
        """Kill the server so many times in the middle of an act; then let it all settle."""
        stage = self._stage
        applicants, staff = await enrol(
            stage.database, now(), CHAIRS + SERVED_PER_KILL * (kills + 1), VERIFIERS
        )
        tickets = await line_up(stage.database, now(), applicants[:CHAIRS])
        await stage.start()
        async with asyncio.TaskGroup() as clients:
            queue = iter(applicants[CHAIRS:])
            chairs = [
                clients.create_task(self._fill_a_chair(one, ticket, queue))
                for one, ticket in zip(applicants[:CHAIRS], tickets, strict=True)
            ]
            verifiers = [
                clients.create_task(Verifier(stage.person(one), self._closing).serve())
                for one in staff
            ]
            while self._kills < kills:
                await self._kill_in_an_act()
                await self._stay_away()
                await stage.start()
            self._closing.set()
            await asyncio.wait(verifiers)
            await self._settle()
            for chair in chairs:
                chair.cancel()
        await stage.server.stop()
        return await self._report(seed)

    async def _fill_a_chair(self, one: Enrolled, ticket: str, queue: Iterator[Enrolled]) -> None:
        """One applicant after the other, so that many always wait."""
        await self._applicant(one).live(ticket)
        for following in queue:
            await self._applicant(following).live()

    def _applicant(self, one: Enrolled) -> Applicant:
        return Applicant(self._stage.person(one), one.meeting, self._closing)

    async def _kill_in_an_act(self) -> None:
        """At a random moment of a request under way: it counts if its answer never came."""
        stage, history = self._stage, self._stage.history
        before, acts = history.answers, stage.chance.choice(ACTS_IN_A_LIFE)

        async def has_lived() -> bool:
            return history.answers >= before + acts and bool(history.in_flight)

        await until(self._is_busy)
        await until(has_lived)
        await asyncio.sleep(stage.chance.uniform(0, LONGEST_ACT_S))
        under_way = set(history.in_flight)
        history.add(Kind.KILLED, under_way=sorted(history.in_flight.values()))
        await stage.server.kill()

        async def is_over() -> bool:
            return not under_way & history.in_flight.keys()

        await until(is_over)
        if under_way & history.lost_requests:
            self._kills += 1
        else:
            self._void += 1

    async def _stay_away(self) -> None:
        """Now and then for so long that every lease has run out when the server comes back."""
        self._since_long_away += 1
        if self._since_long_away == LIVES_TO_A_LONG_ABSENCE:
            self._since_long_away = 0
            await asyncio.sleep(self._stage.settings.call_grace_s + 1)

    async def _is_busy(self) -> bool:
        database = self._stage.database
        waiting = await count(database, "ticket", "state = 'waiting'")
        return waiting >= WAITING and await count(database, "call", OPEN_CALL) > 0

    async def _settle(self) -> None:
        """Until no call is open and every mail is out; whatever stays is looked at as it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLES_WITHIN_S):
                await until(self._is_done)
        self._stage.history.add(Kind.SETTLED)

    async def _is_done(self) -> bool:
        database = self._stage.database
        calls = await count(database, "call", OPEN_CALL)
        return calls + await count(database, "outbox_mail", "sent_at IS NULL") == 0

    async def _report(self, seed: int) -> Report:
        stage, requests = self._stage, self._stage.history.requests()
        done = Counter(one.act for one in requests if one.status == 200)
        return Report(
            seed=seed,
            database=stage.database.writer.dialect.name,
            kills=self._kills,
            void=self._void,
            acts=sum(one.status is not None for one in requests),
            lost=sum(one.status is None for one in requests),
            takes=done["take"],
            verdicts=await count(stage.database, "verdict", "1 = 1"),
            returned=await count(stage.database, "call", "outcome = 'returned'"),
            lapsed=await count(stage.database, "audit_entry", "act = 'lease_lapsed'"),
            mails=len(stage.sink.arrived),
            violations=await stage.violations(),
        )
