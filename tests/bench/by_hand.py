"""The baseline: the take's transaction with the same statements, on bare aiosqlite.

One connection, `synchronous=FULL`, BEGIN IMMEDIATE, a lock; no ORM, no pool, no types.
"""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import aiosqlite

from desk.access.checklist import draw_challenge
from desk.database import PRAGMAS
from desk.idempotency import key_of_ours
from tests.bench.takes import ASKED, AWAY_AFTER, NOW
from waiting_room.tables import new_id

RESERVE = (
    "INSERT INTO given_answer (account, key, request_hash, location, given_at)"
    " VALUES (?, ?, ?, '', ?) ON CONFLICT DO NOTHING RETURNING key"
)
ENTER = (
    "UPDATE shift SET state = 'in_call', reason = NULL, since_at = ?"
    " WHERE verifier = ? AND state IN ('ready', 'wrap_up') RETURNING verifier"
)
HEAD = (
    "UPDATE ticket SET state = 'in_call', first_called_at = coalesce(first_called_at, ?)"
    " WHERE id = (SELECT id FROM ticket WHERE state = 'waiting' AND NOT EXISTS"
    " (SELECT * FROM absence WHERE ticket = ticket.id AND since_at <= ?)"
    " ORDER BY order_class, order_at, joined_at, id LIMIT 1) AND state = 'waiting'"
    " RETURNING id, meeting, order_class, waiting_since_at"
)
CALL = (
    "INSERT INTO call (id, ticket, verifier, is_first, waited_s, started_at,"
    " applicant_seen_at, verifier_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
ACCESS = "SELECT access FROM meeting WHERE id = ?"
REVIEW = "INSERT INTO review (call, access, challenge, notes) VALUES (?, ?, ?, '')"
AUDIT = "INSERT INTO audit_entry (at, actor, act, subject, detail) VALUES (?, ?, 'taken', ?, ?)"
KEEP = "UPDATE given_answer SET body = ?, location = ? WHERE account = ? AND key = ?"


def stored(moment: datetime) -> str:
    """As the desk stores it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class ByHand:
    """Takes the next as a careful person would write it without a library."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    @classmethod
    async def at(cls, path: Path) -> "ByHand":
        """Open a desk's file."""
        connection = await aiosqlite.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            await connection.execute(pragma)
        return cls(connection)

    async def take(self, verifier: str) -> str:
        """The id of the ticket."""
        async with self._lock:
            await self._connection.execute("BEGIN IMMEDIATE")
            ticket = await self._statements(verifier)
            await self._connection.execute("COMMIT")
        return ticket

    async def _row(self, statement: str, *values: object) -> tuple[str, ...]:
        cursor = await self._connection.execute(statement, values)
        rows = await cursor.fetchall()
        await cursor.close()
        (row,) = rows
        return tuple(row)

    async def _statements(self, verifier: str) -> str:
        at, key = stored(NOW), key_of_ours()
        await self._row(RESERVE, verifier, key, ASKED, at)
        await self._row(ENTER, at, verifier)
        head = await self._row(HEAD, at, stored(NOW - AWAY_AFTER))
        ticket, meeting, order_class, since_at = head
        waited_s = (NOW.replace(tzinfo=None) - datetime.fromisoformat(since_at)).total_seconds()
        call, is_first = new_id(), bool(order_class)
        begun = (call, ticket, verifier, is_first, waited_s, at, at, at)
        await self._connection.execute(CALL, begun)
        (access,) = await self._row(ACCESS, meeting)
        await self._connection.execute(REVIEW, (call, access, json.dumps(draw_challenge())))
        detail = json.dumps({"ticket": ticket, "waited_s": waited_s, "is_first": is_first})
        await self._connection.execute(AUDIT, (at, verifier, call, detail))
        url = f"/calls/{call}"
        answer = json.dumps({"call": call, "url": url})
        await self._connection.execute(KEEP, (answer, url, verifier, key))
        return ticket

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()
