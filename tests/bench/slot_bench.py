"""How fast the earliest slot is found and booked, and whether many bookings make it slower."""

import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import aiosqlite
from sqlalchemy import insert

from desk.access.tables import Access
from desk.accounts.tables import Account
from desk.asks import Done
from desk.audit import Did
from desk.database import PRAGMAS, Database
from desk.idempotency import keep_answer, key_of_ours, request_hash, reserve
from desk.migrate import migrate
from desk.schedule.booking import book_earliest
from desk.schedule.tables import Meeting, Slot, SlotDay
from desk.settings import Settings
from tests.bench.by_hand import KEEP, RESERVE, stored
from tests.bench.lines import an_access, an_account
from tests.bench.result import Result, compared
from tests.support import MORNING
from waiting_room.tables import new_id

ROUNDS, BOOKINGS = 9, 60
SEATS, SLOTS_OF_A_DAY = 64, 30
MANY, FEW = 100_000, 1_000
# What a request asks, as the desk has hashed it before it opens the transaction.
ASKED = request_hash("/access", {})
SETTINGS = Settings(data_dir=Path("unused"), secret_key="x" * 32)

EXCEPTIONS = "SELECT day, scope, place, is_open FROM day_exception"
SEAT = (
    "UPDATE slot SET taken = taken + 1 WHERE starts_at = (SELECT starts_at FROM slot"
    " WHERE taken < capacity AND starts_at > ? ORDER BY starts_at LIMIT 1)"
    " AND taken < capacity RETURNING starts_at"
)
MEETING = (
    "INSERT INTO meeting (id, access, starts_at, created_at, is_seated, moves, sequence, no_shows)"
    " VALUES (?, ?, ?, ?, 1, 0, 0, 0)"
)
AUDIT = "INSERT INTO audit_entry (at, actor, act, subject, detail) VALUES (?, ?, ?, ?, ?)"

Book = Callable[[Access], Awaitable[None]]


async def slot_booking() -> list[Result]:
    """With 100,000 booked ahead, under a key: against the bare statements, and against 1,000."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        for name, meetings in (("many", MANY), ("few", FEW)):
            await _book(files / name, meetings)
        # A file of its own: two connections to one would throw away each other's cache.
        shutil.copy(files / "many", files / "bare")
        many, few, same = (
            Database(f"sqlite+aiosqlite:///{files / name}") for name in ("many", "few", "bare")
        )
        bare = await _connected(files / "bare")
        ways = ((_by_the_desk(many), many), (_by_hand(bare), same), (_by_the_desk(few), few))
        times_ms: list[list[float]] = [[], [], []]
        for number in range(ROUNDS):
            first = MANY + number * len(ways) * BOOKINGS
            people = [
                await _fresh(database, first + place * BOOKINGS)
                for place, (_book, database) in enumerate(ways)
            ]
            for times, spent in zip(
                times_ms, await _round([w for w, _ in ways], people), strict=True
            ):
                times.append(spent)
        await bare.close()
        for database in (many, few, same):
            await database.close()
    case = "the earliest slot found and booked with 100,000 meetings booked ahead"
    bare_words = "the same statements on bare aiosqlite, one connection, synchronous=FULL"
    few_words = "the same with 1,000 meetings booked ahead"
    return [
        compared(times_ms[0], times_ms[1], unit="ms", baseline=bare_words, case=case),
        compared(times_ms[0], times_ms[2], unit="ms", baseline=few_words, case=case),
    ]


async def _book(path: Path, meetings: int) -> None:
    """Make a desk's file in which so many are booked, and whose next slots have room."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    full = -(-meetings // SEATS)
    slots = [_slot(number, full) for number in range(full + SLOTS_OF_A_DAY)]
    days = [{"day": day, "planned_at": MORNING} for day in {slot["day"] for slot in slots}]
    async with database.writing() as session:
        await session.execute(insert(Slot), slots)
        await session.execute(insert(SlotDay), days)
    for first in range(0, meetings, 10_000):
        most = min(10_000, meetings - first)
        accesses = await _fresh(database, first, most)
        rows = [
            {"id": new_id(), "access": one.id, "starts_at": _starts_at((first + n) // SEATS),
             "created_at": MORNING, "is_seated": True}
            for n, one in enumerate(accesses)
        ]  # fmt: skip
        async with database.writing() as session:
            await session.execute(insert(Meeting), rows)
    await database.close()


def _starts_at(number: int) -> datetime:
    day, place = divmod(number, SLOTS_OF_A_DAY)
    return MORNING + timedelta(days=day + 1, minutes=15 * place)


def _slot(number: int, full: int) -> dict[str, object]:
    at = _starts_at(number)
    taken = SEATS if number < full else 0
    seats = SEATS if taken else ROUNDS * BOOKINGS
    return {"starts_at": at, "day": at.date(), "capacity": seats, "taken": taken, "no_shows": 0}


async def _fresh(database: Database, first: int, most: int = BOOKINGS) -> list[Access]:
    """New accesses, each of an applicant of its own, numbered from the first on."""
    ids = [(new_id(), new_id(), first + n) for n in range(most)]
    rows = [an_access(one, two, n, MORNING) for one, two, n in ids]
    async with database.writing() as session:
        await session.execute(insert(Account), [an_account(one, n, MORNING) for one, _, n in ids])
        await session.execute(insert(Access), rows)
    return [Access(**row) for row in rows]


async def _round(ways: list[Book], people: list[list[Access]]) -> list[float]:
    """The median of each way's bookings, which take turns: what else the machine does meets all."""
    times_ms: list[list[float]] = [[] for _ in ways]
    for accesses in zip(*people, strict=True):
        for book, access, times in zip(ways, accesses, times_ms, strict=True):
            began = time.perf_counter()
            await book(access)
            times.append((time.perf_counter() - began) * 1000)
    return [median(times) for times in times_ms]


def _by_the_desk(database: Database) -> Book:
    async def book(access: Access) -> None:
        who, key = access.applicant, key_of_ours()
        async with database.writing() as session:
            await reserve(session, who, key, ASKED, MORNING)
            meeting = await book_earliest(session, SETTINGS, access, MORNING)
            url = f"/meetings/{meeting.id}"
            await keep_answer(session, who, key, Done({"meeting": meeting.id, "url": url}, url))

    return book


async def _connected(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        await connection.execute(pragma)
    return connection


def _by_hand(connection: aiosqlite.Connection) -> Book:
    async def rows(statement: str, *values: object) -> list[tuple[str, ...]]:
        cursor = await connection.execute(statement, values)
        found = [tuple(row) for row in await cursor.fetchall()]
        await cursor.close()
        return found

    async def book(access: Access) -> None:
        await connection.execute("BEGIN IMMEDIATE")
        now, meeting, who, key = stored(MORNING), new_id(), access.applicant, key_of_ours()
        await rows(RESERVE, who, key, ASKED, now)
        await rows(EXCEPTIONS)
        ((starts_at,),) = await rows(SEAT, now)
        await connection.execute(MEETING, (meeting, access.id, starts_at, now))
        detail = json.dumps({"starts_at": starts_at})
        logged = (now, who, Did.MEETING_BOOKED.value, meeting, detail)
        await connection.execute(AUDIT, logged)
        url = f"/meetings/{meeting}"
        answer = json.dumps({"meeting": meeting, "url": url})
        await connection.execute(KEEP, (answer, url, who, key))
        await connection.execute("COMMIT")

    return book
