"""Scenes that many tests begin with, and how a test sees that a refusal changed nothing."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from desk.access.checklist import missing_steps
from desk.accounts.sessions import open_session
from desk.accounts.tables import Account
from desk.audit import Did
from desk.csrf import token_for
from desk.database import Database
from tests.support import Applicant, RunningDesk, Visitor
from waiting_room import shifts
from waiting_room.tables import Base

PROBLEM_JSON = "application/problem+json"
INDONESIAN = re.compile(
    r"\b(Anda|ini|tidak|belum|sudah|yang|lalu|lebih|untuk|Pilih|Tulis|dibuka|terbuka|dan)\b"
)

# What became of a mail is written in the background, at a moment of its own; so are the seals. And
# a request without a key leaves the one that the desk made for it.
READ_BY = {
    "outbox_mail": "SELECT id, kind, recipient, subject, text_body FROM outbox_mail",
    # Of what need not be reminded of, a mark is made in the background too.
    "reminder": "SELECT * FROM reminder WHERE FALSE",
    "given_answer": "SELECT * FROM given_answer WHERE key NOT LIKE 'desk:%'",
}

Dump = dict[str, list[Any]]


async def dump(database: Database) -> Dump:
    """Every row of every table."""
    async with database.reading() as session:
        tables = [table for table in Base.metadata.tables if table != "audit_seal"]
        return {table: await _rows(session, table) for table in tables}


async def _rows(session: AsyncSession, table: str) -> list[Any]:
    found = await session.execute(text(READ_BY.get(table, f"SELECT * FROM {table}")))
    return sorted(map(tuple, found), key=repr)


async def count(database: Database, table: str, where: str = "TRUE") -> int:
    """How many rows of a table fulfil the condition."""
    async with database.reading() as session:
        found = await session.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))
        return int(found.scalar_one())


async def value(database: Database, query: str, **names: Any) -> Any:
    """The one value that a query gives."""
    async with database.reading() as session:
        return (await session.execute(text(query), names)).scalar_one()


@asynccontextmanager
async def nothing_changes(desk: RunningDesk, denials: int | None = 0) -> AsyncIterator[None]:
    """What happens inside leaves every table as it was, but for so many logged denials.

    None: however many.
    """
    before = await dump(desk.database)
    yield
    after = await dump(desk.database)
    log, known = "audit_entry", before["audit_entry"]
    denied = [row for row in after[log] if row not in known and Did.DENIED in row]
    after[log] = [row for row in after[log] if row not in denied]
    assert denials in {None, len(denied)}, denied
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert changed == {}


def is_problem(answer: tuple[int, Any], status: int, code: str) -> dict[str, Any]:
    """The answer refuses with this status and word, and a sentence in Indonesian: its body."""
    got, body = answer
    assert (got, body["code"]) == (status, code), body
    assert body["status"] == status
    assert INDONESIAN.search(body["detail"]), body["detail"]
    assert body["detail"].endswith("."), body["detail"]
    return dict(body)


async def fetch(visitor: Visitor, path: str, accept: str = "text/html") -> tuple[int, bytes]:
    """GET anything, without following a redirect: status and bytes."""
    async with visitor.http.get(
        visitor.base + path, headers={"Accept": accept}, allow_redirects=False
    ) as answer:
        return answer.status, await answer.read()


async def upload(
    visitor: Visitor, data: Any, path: str = "/uploads", **headers: str
) -> tuple[int, Any]:
    """POST a form with a file as our script does: status and JSON."""
    own = {"Accept": "application/json", "X-CSRF-Token": visitor.csrf, **headers}
    async with visitor.http.post(visitor.base + path, data=data, headers=own) as answer:
        return answer.status, await answer.json(content_type=None)


async def refuses(
    desk: RunningDesk,
    visitor: Visitor,
    path: str,
    status: int,
    code: str,
    body: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A command is refused to a script and to a form alike, and changes nothing: the problem.

    What the authority refuses is logged each time.
    """
    async with nothing_changes(desk, 2 if code in {"forbidden", "not_found"} else 0):
        problem = is_problem(await visitor.act(path, body), status, code)
        shown, page = await visitor.send(path, **(body or {}))
    assert shown == status
    assert problem["detail"] in html.unescape(page)
    assert '<html lang="id"' in page
    return problem


async def enter(desk: RunningDesk, account: Account) -> Visitor:
    """A browser with a fresh session of this account, without the sign-in form."""
    visitor = desk.visitor()
    now = desk.clock.now()
    async with desk.database.writing() as session:
        token = open_session(session, account.id, now, timedelta(hours=12))
    visitor.http.cookie_jar.update_cookies({"desk_session": token}, URL(visitor.base))
    # What any page would say; tests of sessions and tokens read it from a page instead.
    visitor.csrf = token_for(desk.settings.secret_key, token)
    return visitor


async def on_duty(desk: RunningDesk, name: str | None = None) -> tuple[Account, Visitor]:
    """A verifier with a fresh session, who is ready."""
    account = await desk.people.staff(name=name)
    async with desk.database.writing() as session:
        await shifts.start(session, account.id, desk.clock.now())
    return account, await enter(desk, account)


@dataclass
class Waits:
    """An applicant in the line."""

    who: Applicant
    visitor: Visitor
    ticket: str

    @property
    def page(self) -> str:
        """The waiting room."""
        return f"/waiting/{self.ticket}"


async def joined(desk: RunningDesk, **about: Any) -> Waits:
    """A fresh applicant who has joined the line, a second later than anybody before."""
    desk.clock.forward(seconds=1)
    return await join(desk, await desk.people.applicant(**about))


async def join(desk: RunningDesk, who: Applicant) -> Waits:
    """An applicant who has joined the line in a fresh browser."""
    visitor = await enter(desk, who.account)
    status, body = await visitor.act(f"/meetings/{who.meeting.id}/join")
    assert status == 200, body
    return Waits(who, visitor, body["ticket"])


@dataclass
class InCall:
    """An open call with both of its sides."""

    call: str
    who: Applicant
    ticket: str
    applicant: Visitor
    verifier: Visitor
    verifier_account: Account

    @property
    def page(self) -> str:
        """The call's page."""
        return f"/calls/{self.call}"

    async def pass_all_steps(self) -> None:
        """Mark every required step of the role as passed."""
        for step in missing_steps(self.who.access.role, {}):
            body = {"step": step, "passed": True}
            status, answer = await self.verifier.act(f"{self.page}/checklist", body)
            assert status == 200, answer

    async def approve(self) -> None:
        """Go through the checklist and approve."""
        await self.pass_all_steps()
        answer = await self.verifier.act(f"{self.page}/verdict", {"decision": "approved"})
        assert answer[0] == 200, answer

    async def reject(self, reason: str = "DOC_ILLEGIBLE") -> None:
        """Reject for a reason."""
        body = {"decision": "rejected", "reason": reason}
        answer = await self.verifier.act(f"{self.page}/verdict", body)
        assert answer[0] == 200, answer


async def take(waits: Waits, account: Account, verifier: Visitor) -> InCall:
    """Let a verifier take the next, which is the one who waits here."""
    status, body = await verifier.act("/desk/take")
    assert status == 200, body
    return InCall(body["call"], waits.who, waits.ticket, waits.visitor, verifier, account)


async def in_call(desk: RunningDesk, **about: Any) -> InCall:
    """A fresh applicant in a call with a fresh verifier."""
    return await take(await joined(desk, **about), *await on_duty(desk))
