"""The baseline: the take's transaction with the same statements, on bare asyncpg.

A pool as large as the desk's, whose connections keep their statements prepared and are not cleaned
when they come back; no ORM, no types.
"""

import json
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from desk.access.checklist import draw_challenge
from desk.database import POSTGRESQL_CONNECTIONS, POSTGRESQL_DEFAULTS
from desk.idempotency import key_of_ours
from tests.bench.takes import ASKED, AWAY_AFTER, NOW
from waiting_room.tables import new_id

RESERVE = (
    "INSERT INTO given_answer (account, key, request_hash, location, given_at)"
    " VALUES ($1, $2, $3, '', $4) ON CONFLICT DO NOTHING RETURNING key"
)
ENTER = (
    "UPDATE shift SET state = 'in_call', reason = NULL, since_at = $1"
    " WHERE verifier = $2 AND state IN ('ready', 'wrap_up') RETURNING verifier"
)
HEAD = (
    "UPDATE ticket SET state = 'in_call', first_called_at = coalesce(first_called_at, $1)"
    " WHERE id = (SELECT id FROM ticket WHERE state = 'waiting' AND NOT EXISTS"
    " (SELECT * FROM absence WHERE ticket = ticket.id AND since_at <= $2)"
    " ORDER BY order_class, order_at, joined_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)"
    " AND state = 'waiting' RETURNING id, meeting, order_class, waiting_since_at"
)
CALL = (
    "INSERT INTO call (id, ticket, verifier, is_first, waited_s, started_at,"
    " applicant_seen_at, verifier_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $6)"
)
ACCESS = "SELECT access FROM meeting WHERE id = $1"
REVIEW = "INSERT INTO review (call, access, challenge, notes) VALUES ($1, $2, $3, '')"
AUDIT = (
    "INSERT INTO audit_entry (at, actor, act, subject, detail)"
    " VALUES ($1, $2, 'taken', $3, $4) RETURNING id"
)
KEEP = "UPDATE given_answer SET body = $1, location = $2 WHERE account = $3 AND key = $4"

END_ALL = """
    UPDATE ticket SET state = 'served' WHERE state = 'in_call';
    UPDATE call SET ended_at = started_at WHERE ended_at IS NULL;
    UPDATE shift SET state = 'ready';
"""


async def _as_it_is(_connection: Any) -> None:
    """What a connection is cleaned with costs a question; nothing here leaves anything behind."""


class ByHandPostgresql:
    """Takes the next as a careful person would write it without a library."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def at(cls, url: str) -> "ByHandPostgresql":
        """Connect to the database of this DESK_DATABASE_URL."""
        given = make_url(url)
        pool = await asyncpg.create_pool(
            host=given.query["host"],
            user=given.username,
            database=given.database,
            min_size=POSTGRESQL_CONNECTIONS,
            max_size=POSTGRESQL_CONNECTIONS,
            reset=_as_it_is,
            server_settings=POSTGRESQL_DEFAULTS,
        )
        return cls(pool)

    async def take(self, verifier: str) -> str:
        """The id of the ticket."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await self._statements(connection, verifier)

    async def _statements(self, connection: Any, verifier: str) -> str:
        key = key_of_ours()
        await connection.fetchrow(RESERVE, verifier, key, ASKED, NOW)
        await connection.fetchrow(ENTER, NOW, verifier)
        head = await connection.fetchrow(HEAD, NOW, NOW - AWAY_AFTER)
        ticket, meeting, order_class, since_at = head
        waited_s = (NOW - since_at).total_seconds()
        call, is_first = new_id(), bool(order_class)
        await connection.execute(CALL, call, ticket, verifier, is_first, waited_s, NOW)
        access = await connection.fetchval(ACCESS, meeting)
        await connection.execute(REVIEW, call, access, json.dumps(draw_challenge()))
        detail = json.dumps({"ticket": ticket, "waited_s": waited_s, "is_first": is_first})
        await connection.fetchval(AUDIT, NOW, verifier, call, detail)
        url = f"/calls/{call}"
        answer = json.dumps({"call": call, "url": url})
        await connection.execute(KEEP, answer, url, verifier, key)
        return str(ticket)

    async def end_all_calls(self) -> None:
        """Make everybody ready again, and the tickets served."""
        async with self._pool.acquire() as connection:
            await connection.execute(END_ALL)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
