"""News to the line: one cached snapshot, and one message to all when it moves.

Positions count those who would be taken now. Whoever is away has the place of the key as well, and
is told it, but nobody stands behind them.

After a change of the line anybody calls `changed()`; a task reads the order anew, compares it with
the snapshot, and tells everybody the difference at once. While nothing moves it repeats its last
message, so that whoever missed it can mend it and silence means a broken connection.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import socketio

from signaling.house import House
from signaling.messages import Away, Line, Place, Version
from signaling.news import News
from signaling.rooms import LINE
from waiting_room import forecast, service, standing
from waiting_room.forecast import Pace
from waiting_room.standing import Stand


def moves(before: Sequence[Stand], after: Sequence[Stand]) -> list[tuple[int, int]]:
    """What turns one order into the other: `(position, -1)` went, `(position, +1)` came.

    The changes are to be applied one after another; positions count from 1. A ticket whose key
    changed is another stand: it goes and comes, and whoever stays keeps the order among themselves.
    """
    stays, stayed = set(after), set(before)
    gone = [(position, -1) for position, stand in enumerate(before, 1) if stand not in stays]
    came = [(position, 1) for position, stand in enumerate(after, 1) if stand not in stayed]
    return gone[::-1] + came


class LineNews(News):
    """The snapshot of the line and its version."""

    shortest_pause_s = 0.2

    def __init__(self, server: socketio.AsyncServer, house: House) -> None:
        """Know nothing yet; the first question or change reads the line."""
        super().__init__()
        self._server = server
        self._house = house
        self._stands: list[Stand] = []
        self._places: dict[str, tuple[int, Away | None]] = {}
        self._waiting = 0
        self._pace: Pace | None = None
        self._last_changes: list[tuple[int, int]] = []
        # A reading that began earlier must not end later than another.
        self._one_by_one = asyncio.Lock()
        self.version = Version(secrets.token_urlsafe(6), 0)

    async def place_of(self, ticket: str) -> Place | None:
        """Where a ticket stands in the snapshot; one that it does not know waits for the next.

        The telling under way may have read the line before the ticket joined, the one after it
        has not. Reading for each newcomer alone would be the whole line for each of a rush.
        """
        for _telling in range(2):
            if ticket not in self._places:
                await self.next_telling()
        if ticket not in self._places:
            return None
        position, away = self._places[ticket]
        wait_s = forecast.wait_s(position, self._pace)
        return Place(ticket, position, self._waiting, wait_s, self.version, away)

    async def place_once_here(self, ticket: str) -> Place | None:
        """The place of a ticket whose page has just come, as soon as the line knows of it."""
        place = first = await self.place_of(ticket)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.longest_silence_s):
                while place and place.away:
                    await self.next_telling()
                    place = await self.place_of(ticket)
        return replace(place, back_from=first.away) if place and first else place

    async def tell(self) -> None:
        """Read the line and tell everybody how it moved; where it did not, repeat the last news."""
        async with self._one_by_one:
            await self._tell()

    async def _tell(self) -> None:
        changes = await self._read()
        if changes:
            self.version = Version(self.version.epoch, self.version.count + 1)
            self._last_changes = changes
        pace = [round(seconds, 1) for seconds in self._pace] if self._pace else None
        news = Line(self.version, self._waiting, self._last_changes, pace)
        await self._server.emit(news.name, news.as_dict(), room=LINE, namespace=news.namespace)

    async def _read(self) -> list[tuple[int, int]]:
        since, until = self._house.today()
        async with self._house.reading() as session:
            everybody = await standing.line_order(
                session, self._house.now(), self._house.away_after
            )
            times = await service.handling_times_s(session, since, until)
            self._pace = forecast.pace(times, await standing.on_duty(session))
        stands = [stand for stand in everybody if not stand.is_away]
        changes = moves(self._stands, stands)
        self._stands = stands
        self._places = places(everybody)
        self._waiting = sum(stand.is_waiting for stand in everybody)
        return changes


def places(everybody: Sequence[Stand]) -> dict[str, tuple[int, Away | None]]:
    """Each ticket's position among those who would be taken, and whether it is one of them."""
    found: dict[str, tuple[int, Away | None]] = {}
    ahead = 0
    for stand in everybody:
        away: Away | None = None
        if stand.is_away:
            away = "passed_over" if stand.is_waiting else "set_aside"
        found[stand.ticket] = (ahead + 1, away)
        ahead += not stand.is_away
    return found
