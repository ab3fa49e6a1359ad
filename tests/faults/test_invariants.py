"""The checker itself: it finds nothing in a good day, and every bug that is planted into one."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.accounts.tables import Account
from desk.database import Database
from desk.settings import Settings
from tests.faults.history import Event, History, Kind
from tests.faults.invariants import check_invariants
from tests.faults.stage import RecordingSink
from tests.scenes import enter, on_duty
from tests.sink import listening
from tests.support import Applicant, RunningDesk, SetClock, Visitor, free_port, start_desk

APPROVED = {"decision": "approved"}
REJECTED = {"decision": "rejected", "reason": "DOC_ILLEGIBLE"}
RETURNED = {"outcome": "returned"}

FIRST, THIRD, FOURTH = 0, 2, 3


class Day:
    """A good day at the desk, written down as it happens."""

    def __init__(self, desk: RunningDesk, history: History) -> None:
        """Nobody has come yet."""
        self._desk, self._history = desk, history

    async def act(
        self, who: Account, visitor: Visitor, act: str, path: str, **body: str
    ) -> dict[str, Any]:
        """A command that succeeds, a second after the one before."""
        self._desk.clock.forward(seconds=1)
        request = self._history.sent(who.id, act, path, dict(body))
        status, answer = await visitor.act(path, dict(body))
        assert status == 200, answer
        self._history.answered(who.id, request, status, answer)
        return dict(answer)

    async def join(self, applicant: Applicant) -> Visitor:
        """An applicant joins, and keeps the page open."""
        visitor = await enter(self._desk, applicant.account)
        path = f"/meetings/{applicant.meeting.id}/join"
        await self.act(applicant.account, visitor, "join", path)
        self._history.add(Kind.OPENED, applicant.account.id)
        return visitor

    async def take(self, who: Account, verifier: Visitor) -> str:
        """The path of the call with the next applicant."""
        return str((await self.act(who, verifier, "take", "/desk/take"))["url"])

    async def pass_by(self) -> None:
        """Four come; two are served, one of them the second time, one is in a call, one waits."""
        for number in range(4):
            await self.join(await self._desk.people.applicant(f"Pemohon {number}"))
        vera, hers = await on_duty(self._desk)
        wati, others = await on_duty(self._desk)
        call = await self.take(vera, hers)
        returned = await self.take(wati, others)
        await self.act(wati, others, "end", f"{returned}/end", **RETURNED)
        again = await self.take(wati, others)
        await self.act(vera, hers, "verdict", f"{call}/verdict", **REJECTED)
        await self.act(wati, others, "verdict", f"{again}/verdict", **REJECTED)
        await self.take(vera, hers)


async def _live_through(settings: Settings) -> None:
    clock = SetClock()
    sink = RecordingSink(free_port())
    history = sink.history = History(clock.now, settings.data_dir / "history.jsonl")
    reached = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    async with listening(sink):
        history.add(Kind.STARTING)
        runner, desk = await start_desk(reached, clock)
        await Day(desk, history).pass_by()
        await sink.accepted(2)
        history.add(Kind.SETTLED)
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()
    history.close()


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, port=free_port(), secret_key="a secret key for tests " * 2)


@pytest.fixture(scope="module")
def good_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a good day, with its history."""
    folder = tmp_path_factory.mktemp("good")
    asyncio.run(_live_through(_settings(folder)))
    return folder


@pytest.fixture
def folder(good_day: Path, tmp_path: Path) -> Path:
    """A copy, to tamper with."""
    shutil.copytree(good_day, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _violations(folder: Path) -> list[str]:
    settings = _settings(folder)

    async def check() -> list[str]:
        database = Database(settings.database_url)
        history = History.read(folder / "history.jsonl", SetClock().now)
        try:
            return await check_invariants(database, history, settings)
        finally:
            await database.close()

    return asyncio.run(check())


def test_nothing_is_found_in_a_good_day(folder: Path) -> None:
    assert _violations(folder) == []


# A ticket by when it joined, in SQL.
def _ticket(number: int) -> str:
    return f"(SELECT id FROM ticket ORDER BY joined_at LIMIT 1 OFFSET {number})"


def _entry(
    act: str, ticket: int, actor: str = "'eve'", at: str = "(SELECT max(at) FROM audit_entry)"
) -> str:
    """A row of the log, in SQL."""
    return (
        "INSERT INTO audit_entry (at, actor, act, subject, detail)"
        f" VALUES ({at}, {actor}, '{act}', {_ticket(ticket)}, '{{}}')"
    )


SERVING = "(SELECT verifier FROM call WHERE ended_at IS NULL)"
FIRST_CALL = "(SELECT id FROM call ORDER BY started_at LIMIT 1)"
AT = "%Y-%m-%d %H:%M:%S.%f"
LONG_AGO = "'2026-11-20 00:00:00.000000'"
TOO_LATE = "'2026-11-25 00:00:00.000000'"
TWICE = (
    "CREATE TABLE copied AS SELECT * FROM verdict; DROP TABLE verdict;"
    "ALTER TABLE copied RENAME TO verdict;"
    "INSERT INTO verdict (id, call, access, verifier, decision, reason, explanation, decided_at)"
    " SELECT 'another', call, access, verifier, decision, reason, explanation, decided_at"
    " FROM verdict LIMIT 1"
)

PLANTED = {
    "a state that nobody caused": (
        "I1", f"UPDATE ticket SET state = 'left' WHERE id = {_ticket(FOURTH)}"
    ),
    "a way that no ticket may go": ("I1", _entry("left", FIRST)),
    "an act on a ticket that is not there": ("I1", "DELETE FROM ticket WHERE state = 'waiting'"),
    "an acknowledged end that is another": (
        "I1", "UPDATE call SET outcome = 'absent' WHERE outcome = 'returned'"
    ),
    "two calls of a verifier in their spans": (
        "I2", f"UPDATE call SET ended_at = {TOO_LATE} WHERE id = {FIRST_CALL}"
    ),
    "two calls of a verifier in the log": ("I2", _entry("taken", FOURTH, SERVING)),
    "an acknowledged verdict that is gone": ("I3", "DELETE FROM verdict"),
    "a verdict that was changed": ("I3", "UPDATE verdict SET reason = 'DOC_EXPIRED'"),
    "a verdict that was turned round": ("I3", "UPDATE verdict SET decision = 'approved'"),
    "two verdicts in a call": ("I3", TWICE),
    "an access without its verdict": ("I3", "UPDATE access SET state = 'scheduled'"),
    "a call with a verdict that never was": (
        "I3", "UPDATE call SET outcome = 'approved' WHERE outcome = 'returned'"
    ),
    "an acknowledged place that is gone": ("I4", "DELETE FROM ticket WHERE state = 'waiting'"),
    "a place in another's name": (
        "I4", f"UPDATE ticket SET applicant = 'eve' WHERE id = {_ticket(FOURTH)}"
    ),
    "a key that was changed": (
        "I4", f"UPDATE ticket SET order_at = {TOO_LATE} WHERE state = 'waiting'"
    ),
    "a returned one who is not at the head": (
        "I4", "UPDATE ticket SET order_class = 1 WHERE order_class = 0"
    ),
    "an acknowledged take that is gone": ("I4", "DELETE FROM call WHERE ended_at IS NULL"),
    "one who stood in front and was passed over": (
        "I4",
        f"UPDATE meeting SET starts_at = {LONG_AGO}"
        f" WHERE id = (SELECT meeting FROM ticket WHERE id = {_ticket(FOURTH)});"
        f"UPDATE ticket SET order_at = {LONG_AGO} WHERE id = {_ticket(FOURTH)}",
    ),
    "a call that nobody holds": ("I5", f"UPDATE call SET verifier_seen_at = {LONG_AGO}"),
    "a call that its applicant left unheard": (
        "I5",
        f"UPDATE call SET applicant_arrived_at = started_at, applicant_seen_at = {LONG_AGO}",
    ),
    "a lease that lapsed before its grace was over": ("I5", _entry("lease_lapsed", THIRD)),
    "a ticket in no call": (
        "I5", f"UPDATE ticket SET state = 'in_call' WHERE id = {_ticket(FOURTH)}"
    ),
    "a verifier in no call": ("I5", "UPDATE shift SET state = 'in_call'"),
    "a verdict without a mail": ("I6", "DELETE FROM outbox_mail"),
    "a mail without a verdict": (
        "I6", "UPDATE outbox_mail SET recipient = 'eve@contoh.test' WHERE rowid = 1"
    ),
    "a mail under two names": (
        "I6", "UPDATE outbox_mail SET message_id = 'another' WHERE rowid = 1"
    ),
    "a log that was rewritten": (
        "I8",
        "DROP TRIGGER audit_entry_no_update;"
        "UPDATE audit_entry SET actor = 'eve' WHERE id = 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("invariant", "statements"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_into_the_database_is_found(
    invariant: str, statements: str, folder: Path
) -> None:
    with sqlite3.connect(folder / "desk.db") as file:
        file.executescript(statements)
    file.close()
    found = _violations(folder)
    assert invariant in {one[:2] for one in found}, found


DOWN_FOR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("after_s", "found"),
    [(0, {"I5"}), (599, {"I5"}), (600, set())],
    ids=["at once", "too early", "after the whole hold"],
)
def test_a_start_that_concludes_before_the_grace_is_over_is_found(
    after_s: int, found: set[str], folder: Path
) -> None:
    """However long the server was down: who waits is set aside so long after its start."""
    path = folder / "history.jsonl"
    killed_at = Event.of_line(path.read_text().splitlines()[-1]).at
    starting_at = killed_at + DOWN_FOR
    with path.open("a") as file:
        for event in (Event(killed_at, Kind.KILLED), Event(starting_at, Kind.STARTING)):
            print(event.as_line(), file=file)
    at = starting_at + timedelta(seconds=after_s)
    set_aside = f"UPDATE ticket SET state = 'set_aside' WHERE id = {_ticket(FOURTH)};"
    with sqlite3.connect(folder / "desk.db") as database:
        database.executescript(set_aside + _entry("set_aside", FOURTH, "'system'", f"'{at:{AT}}'"))
    database.close()
    assert {one[:2] for one in _violations(folder)} == found


Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def _an_answer(act: str, **changed: str) -> Change:
    def change(event: dict[str, Any]) -> dict[str, Any] | None:
        answer = event["about"].get("answer", {})
        if act in answer:
            answer.update(changed)
        return event

    return change


def _no(kind: Kind) -> Change:
    return lambda event: None if event["kind"] == kind else event


REWRITTEN: dict[str, tuple[str, Change]] = {
    "a verdict acknowledged otherwise": ("I3", _an_answer("decision", decision="approved")),
    "a place acknowledged that never was": ("I4", _an_answer("ticket", ticket="nowhere")),
    "a take acknowledged that never was": ("I4", _an_answer("call", call="nowhere")),
    "a mail that nobody accepted": ("I6", _no(Kind.MAILED)),
}


@pytest.mark.parametrize(("invariant", "change"), REWRITTEN.values(), ids=REWRITTEN)
def test_what_is_planted_into_the_history_is_found(
    invariant: str, change: Change, folder: Path
) -> None:
    path = folder / "history.jsonl"
    events = [change(json.loads(line)) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(event) + "\n" for event in events if event))
    assert all(Event.of_line(line) for line in path.read_text().splitlines())
    found = _violations(folder)
    assert {one[:2] for one in found} == {invariant}, found
