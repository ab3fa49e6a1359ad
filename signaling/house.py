"""What signaling needs from the house it is built into; the desk hands in an implementation."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from signaling.messages import Side
from waiting_room.figures import Figures


@dataclass(frozen=True, slots=True)
class Seat:
    """A side of an open call, and the one who sits there."""

    call: str
    side: Side
    account: str
    name: str


class House(Protocol):
    """Who somebody is, what they may hear and say, and what must be kept."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> tuple[datetime, datetime]:
        """The desk's calendar day as the half-open span [since, until) in UTC."""
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A reading transaction."""
        ...

    def session_of(self, request: web.Request) -> str | None:
        """A name for the session of the cookie, which tells nothing of the cookie."""
        ...

    def csrf_holds(self, request: web.Request, token: str) -> bool:
        """Whether the handshake carries the token of the browser's session."""
        ...

    async def waiting_ticket(self, request: web.Request) -> str | None:
        """The live ticket of the applicant behind the cookie, if they may hear of the line."""
        ...

    async def seat(self, request: web.Request, call: str) -> Seat | None:
        """The side of that call at which the person behind the cookie may sit, while it is open."""
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

    def call_url(self, call: str) -> str:
        """The page of a call."""
        ...
