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
from waiting_room.tables import new_id

ENTER = (
    "UPDATE shift SET state = 'in_call', reason = NULL, since_at = ?"
    " WHERE verifier = ? AND state IN ('ready', 'wrap_up') RETURNING verifier"
)
HEAD = (
    "UPDATE ticket SET state = 'in_call', first_called_at = coalesce(first_called_at, ?)"
    " WHERE id = (SELECT id FROM ticket WHERE state = 'waiting'"
    " ORDER BY order_class, order_at, joined_at, id LIMIT 1) AND state = 'waiting'"
    " RETURNING id, meeting, order_class, waiting_since_at"
)
CALL = (
    "INSERT INTO call (id, ticket, verifier, is_first, waited_s, started_at)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
ACCESS = "SELECT access FROM meeting WHERE id = ?"
REVIEW = "INSERT INTO review (call, access, challenge, notes) VALUES (?, ?, ?, '')"
AUDIT = "INSERT INTO audit_entry (at, actor, act, subject, detail) VALUES (?, ?, 'taken', ?, ?)"


class ByHand:
    """Takes the next as a careful person would write it without a library."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    @classmethod
    async def at(cls, path: Path) -> "ByHand":
        connection = await aiosqlite.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            await connection.execute(pragma)
        return cls(connection)

    async def take(self, verifier: str, now: datetime) -> str:
        """The id of the ticket."""
        async with self._lock:
            await self._connection.execute("BEGIN IMMEDIATE")
            ticket = await self._statements(verifier, now)
            await self._connection.execute("COMMIT")
        return ticket

    async def _row(self, statement: str, *values: object) -> tuple[str, ...]:
        cursor = await self._connection.execute(statement, values)
        rows = await cursor.fetchall()
        await cursor.close()
        (row,) = rows
        return tuple(row)

    async def _statements(self, verifier: str, now: datetime) -> str:
        at = now.replace(tzinfo=None).isoformat(" ", "microseconds")
        await self._row(ENTER, at, verifier)
        ticket, meeting, order_class, since_at = await self._row(HEAD, at)
        waited_s = (now.replace(tzinfo=None) - datetime.fromisoformat(since_at)).total_seconds()
        call, is_first = new_id(), bool(order_class)
        await self._connection.execute(CALL, (call, ticket, verifier, is_first, waited_s, at))
        (access,) = await self._row(ACCESS, meeting)
        await self._connection.execute(REVIEW, (call, access, json.dumps(draw_challenge())))
        detail = json.dumps({"ticket": ticket, "waited_s": waited_s, "is_first": is_first})
        await self._connection.execute(AUDIT, (at, verifier, call, detail))
        return ticket

    async def close(self) -> None:
        await self._connection.close()
