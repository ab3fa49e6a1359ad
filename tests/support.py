"""What tests share: a clock to set, people to invent, a running desk, somebody at its door."""

import os
import re
import secrets
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any, Self

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher

from desk.access.reasons import load_reasons
from desk.access.store import DocumentStore
from desk.access.tables import Access, AccessState, Document
from desk.accounts.tables import Account, Role
from desk.app import build_app
from desk.database import Database
from desk.keys import DATABASE
from desk.migrate import migrate
from desk.schedule.tables import Meeting
from desk.settings import Settings
from tests import postgres
from waiting_room.tables import new_id

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # a Tuesday, 08.00 WIB
PASSWORD = "a password for tests"
# A hash says how it is checked: this one quickly, while `test_passwords.py` tries the real ones.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

SQLITE = pytest.param("sqlite")
POSTGRESQL = pytest.param(
    "postgresql",
    marks=pytest.mark.skipif(not postgres.programs(), reason="PostgreSQL is not installed"),
)
# For tests that are about one of the databases themselves; all others run on both.
on_sqlite = pytest.mark.parametrize("settings", [SQLITE], indirect=True)
on_postgresql = pytest.mark.parametrize("settings", [POSTGRESQL], indirect=True)


FIRST_PORT, PORTS, WORKERS = 10_000, 1_000, 20


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = MORNING) -> None:
        self._moment = moment
        self._moved_s = 0.0

    def now(self) -> datetime:
        return self._moment

    def forward(self, **span: float) -> None:
        """Move on by a timedelta's arguments."""
        self._moment += timedelta(**span)
        self._moved_s += timedelta(**span).total_seconds()

    def seconds(self) -> float:
        """Goes on by itself, and with every move."""
        return time.monotonic() + self._moved_s


# Servers that were given a port, and have perhaps not come to it yet.
_given: deque[int] = deque(maxlen=64)


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on, and nobody was just given.

    Below those that the system gives to outgoing connections, and of this worker's own range: the
    port is still free when the server under test comes to it, a little later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    while True:
        port = FIRST_PORT + worker * PORTS + secrets.randbelow(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.append(port)
                return port


@dataclass
class Applicant:
    """An invented applicant with a scheduled access and its meeting."""

    account: Account
    access: Access
    meeting: Meeting


@dataclass
class People:
    """Invents people in a database."""

    database: Database
    clock: SetClock
    made: int = 0

    async def staff(self, role: Role = Role.VERIFIER, name: str | None = None) -> Account:
        """A verifier, supervisor or administrator."""
        self.made += 1
        account = self._account(role, name or f"Petugas {self.made}")
        account.desk_number = self.made
        async with self.database.writing() as session:
            session.add(account)
        return account

    async def newcomer(self) -> Account:
        """Somebody who has not applied for anything yet."""
        self.made += 1
        account = self._account(Role.APPLICANT, f"Pemohon {self.made}")
        async with self.database.writing() as session:
            session.add(account)
        return account

    async def applicant(
        self,
        name: str | None = None,
        booked_in: timedelta = timedelta(minutes=10),
        role: str = "PPK",
        timezone: str = "Asia/Jakarta",
        booked_ago: timedelta = timedelta(0),
    ) -> Applicant:
        """An applicant whose meeting is booked for `booked_in` from now."""
        self.made += 1
        account = self._account(Role.APPLICANT, name or f"Pemohon {self.made}")
        account.identity_number, account.employee_number = "3273014107900001", "199007012019032001"
        access = Access(
            id=new_id(), number=f"MV-2611-{self.made:04}", applicant=account.id,
            state=AccessState.SCHEDULED, role=role, rank="III/d", agency_type="Kota",
            agency="Kota Contoh", unit=f"Dinas Contoh {self.made}",
            unit_tax_number="0009001011941000", letter_number=f"800/{self.made}/2026",
            valid_from=date(2026, 1, 2), valid_until=date(2026, 12, 31), timezone=timezone,
            submitted_at=self.clock.now() - timedelta(days=1),
        )  # fmt: skip
        meeting = Meeting(
            id=new_id(), access=access.id, starts_at=self.clock.now() + booked_in,
            created_at=self.clock.now() - booked_ago,
        )  # fmt: skip
        async with self.database.writing() as session:
            session.add(account)
            await session.flush()
            session.add(access)
            await session.flush()
            session.add(meeting)
        return Applicant(account, access, meeting)

    async def document(self, access: Access, content: bytes, settings: Settings) -> Document:
        """A Surat Tugas of an access, lying in the data directory."""
        stored_as = new_id()
        store = DocumentStore(settings.data_dir, settings.secret_key)
        size_bytes, sha256 = store.keep(stored_as, BytesIO(content))
        document = Document(
            id=new_id(), access=access.id, title="Surat Tugas", file_name="surat.pdf",
            stored_as=stored_as, media_type="application/pdf", size_bytes=size_bytes,
            sha256=sha256,
        )  # fmt: skip
        async with self.database.writing() as session:
            session.add(document)
        return document

    def _account(self, role: Role, name: str) -> Account:
        account_id = new_id()
        return Account(
            id=account_id, email=f"{role.value}{self.made}@contoh.test", name=name, role=role,
            password_hash=PASSWORD_HASH, created_at=self.clock.now(),
            confirmed_at=self.clock.now(),
        )  # fmt: skip


@dataclass
class Visitor:
    """Somebody at the door: cookies, the CSRF token of the newest page, JSON or HTML."""

    base: str
    http: aiohttp.ClientSession = field(repr=False)
    csrf: str = ""

    async def open(self, path: str, **more: str) -> tuple[int, str]:
        """GET a page as a browser does, without following redirects: status and text."""
        headers = {"Accept": "text/html", **more}
        async with self.http.get(
            self.base + path, headers=headers, allow_redirects=False
        ) as answer:
            text = await answer.text(errors="replace")
            if found := re.search(r'name="csrf-token" content="([^"]*)"', text):
                self.csrf = found[1]
            return answer.status, answer.headers.get("Location", "") or text

    async def read(self, path: str) -> tuple[int, Any]:
        """GET as a script does: status and JSON."""
        headers = {"Accept": "application/json"}
        async with self.http.get(
            self.base + path, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def act(
        self, path: str, body: dict[str, Any] | None = None, key: str | None = None, **more: str
    ) -> tuple[int, Any]:
        """POST JSON as our scripts do: status and JSON (None for 204)."""
        headers = {"Accept": "application/json", "X-CSRF-Token": self.csrf, **more}
        if key:
            headers["Idempotency-Key"] = key
        async with self.http.post(
            self.base + path, json=body or {}, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def send(self, path: str, **fields: str) -> tuple[int, str]:
        """POST a form as a browser does: status, and location or text."""
        fields.setdefault("csrf_token", self.csrf)
        headers = {"Accept": "text/html"}
        async with self.http.post(
            self.base + path, data=fields, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("Location", "") or await answer.text()

    async def sign_in(self, email: str, password: str = PASSWORD) -> Self:
        """Sign in through the form, and open the home page for its CSRF token."""
        await self.open("/signin")
        status, _location = await self.send("/signin", email=email, password=password)
        assert status == 303, f"{email} could not sign in"
        await self.open("/profile-that-is-not-there")
        return self


@dataclass
class RunningDesk:
    """The real application on a real port, with its clock and its people."""

    app: web.Application
    settings: Settings
    clock: SetClock
    people: People
    visitors: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.app[DATABASE]

    def visitor(self) -> Visitor:
        """A fresh browser."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.visitors.append(http)
        return Visitor(self.settings.public_url, http)

    async def signed_in(self, account: Account) -> Visitor:
        """A fresh browser in which somebody has signed in."""
        return await self.visitor().sign_in(account.email)


_empty_databases: list[bytes] = []


async def migrated(settings: Settings) -> None:
    """Make the SQLite file of `settings`: migrated once, and copied for every further test.

    A PostgreSQL database is made by the fixture `settings`, as a copy of a migrated one.
    """
    if not settings.database_url.startswith("sqlite"):
        return
    path = settings.data_dir / "desk.db"
    if not _empty_databases:
        database = Database(settings.database_url)
        await migrate(database)
        await load_reasons(database)
        await database.close()
        _empty_databases.append(path.read_bytes())
    elif not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_empty_databases[0])


async def start_desk(
    settings: Settings, clock: SetClock, shutdown_timeout_s: float = 1.0
) -> tuple[web.AppRunner, RunningDesk]:
    """Serve the desk on its port; the runner is to be cleaned up by the caller."""
    await migrated(settings)
    app = build_app(settings, clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout_s)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    return runner, RunningDesk(app, settings, clock, People(app[DATABASE], clock))
