"""A desk's database with people who wait, and what the browser of each of them has."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.sessions import token_digest
from desk.accounts.tables import SignIn
from desk.csrf import token_for
from tests.bench.lines import line_of
from tests.bench.servers import SECRET_KEY
from waiting_room.order import LINE_ORDER
from waiting_room.tables import Ticket


class Pass(NamedTuple):
    """What an applicant's browser has."""

    ticket: str
    position: int
    token: str

    @property
    def csrf(self) -> str:
        """The token of the page."""
        return token_for(SECRET_KEY, self.token)

    @property
    def cookie(self) -> str:
        """The session."""
        return f"desk_session={self.token}"


def desk_path(_who: Pass) -> str:
    """Where the desk's sockets are."""
    return "/socket.io/?EIO=4&transport=websocket"


def bare_path(who: Pass) -> str:
    """Where the baseline learns what to greet with."""
    return f"/{who.ticket}/{who.position}"


async def invited(folder: Path, waiting: int) -> list[Pass]:
    """Make the desk's database in this folder: so many who wait, in their order, signed in."""
    now = datetime.now(UTC)
    database = await line_of(folder / "desk.db", waiting, now)
    async with database.writing() as session:
        statement = select(Ticket.id, Ticket.applicant).order_by(*LINE_ORDER)
        rows = list(await session.execute(statement))
        tokens = await signed_in(session, [applicant for _ticket, applicant in rows], now)
    await database.close()
    return [
        Pass(ticket, position, token)
        for position, (token, (ticket, _applicant)) in enumerate(zip(tokens, rows, strict=True), 1)
    ]


async def signed_in(session: AsyncSession, accounts: Sequence[str], now: datetime) -> list[str]:
    """Open a session for each of these accounts: the tokens."""
    tokens = [secrets.token_urlsafe(32) for _ in accounts]
    about = {"created_at": now, "expires_at": now + timedelta(hours=12)}
    sign_ins = [
        {"token_hash": token_digest(token), "account": account, **about}
        for token, account in zip(tokens, accounts, strict=True)
    ]
    await session.execute(insert(SignIn), sign_ins)
    return tokens
