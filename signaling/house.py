"""What signaling needs from the house it is built into; the desk hands in an implementation."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from signaling.messages import Side
from signaling.quality import Measured
from waiting_room.figures import Figures


@dataclass(frozen=True, slots=True)
class Seat:
    """A side of an open call, and the one who sits there."""

    call: str
    side: Side
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """On what somebody was let in: a name for the session, which tells nothing of the cookie,
    and the role."""

    session: str
    role: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Who is here: tickets with an open page, those whose last page has closed, and the calls at
    which the applicant or the verifier sits."""

    here: set[str]
    gone: set[str]
    applicants: set[str]
    verifiers: set[str]


@dataclass(frozen=True, slots=True)
class Over:
    """A call that has ended: why, and where each side's page goes."""

    call: str
    reason: str
    urls: dict[Side, str]


class House(Protocol):
    """Who somebody is, what they may hear and say, and what must be kept."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> tuple[datetime, datetime]:
        """The desk's calendar day as the half-open span [since, until) in UTC."""
        ...

    @property
    def away_after(self) -> timedelta:
        """Away for this long: passed over, the place kept."""
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A reading transaction."""
        ...

    def credential(self, request: web.Request) -> Credential | None:
        """The session and the role of the person behind the cookie."""
        ...

    async def still_good(self, credentials: Collection[Credential]) -> set[Credential]:
        """Those of the credentials whose session lives and whose person has that role."""
        ...

    async def over(self, calls: Collection[str]) -> list[Over]:
        """Those of the calls that have ended."""
        ...

    async def keep_presence(self, seen: Seen) -> None:
        """Write down who is here, and who has gone."""
        ...

    def csrf_holds(self, request: web.Request, token: str) -> bool:
        """Whether the handshake carries the token of the browser's session."""
        ...

    async def waiting_ticket(self, request: web.Request) -> str | None:
        """The live ticket of the applicant behind the cookie, if they may hear of the line."""
        ...

    async def seats(self, requests: Sequence[web.Request], call: str) -> list[Seat | None]:
        """For the person behind each cookie, the side of that call to sit at while it is open."""
        ...

    async def may_hear_load(self, request: web.Request) -> bool:
        """Whether the person behind the cookie may hear the desk's load."""
        ...

    async def figures(self) -> Figures:
        """The desk's figures of this moment."""
        ...

    async def keep_chat(self, seat: Seat, text: str, at: datetime) -> None:
        """Keep a chat message, so that a reload loses nothing."""
        ...

    async def keep_quality(self, measured: Sequence[Measured]) -> None:
        """Keep what the sides of calls have reported of their connections."""
        ...

    def call_url(self, call: str) -> str:
        """The page of a call."""
        ...
