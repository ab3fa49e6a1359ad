"""The reaper: concludes what follows from silence, once a second, by the rules of `leases.py`.

At the start everybody counts as seen just now, so that nothing is concluded before one full grace
has passed: a server that was killed saw nobody go.
"""

import asyncio
import logging
from collections.abc import Callable

from desk import audit
from desk.audit import Did
from desk.clock import Clock
from desk.database import Database
from desk.finishing import finished
from desk.settings import Settings
from waiting_room import leases, presence
from waiting_room.leases import Lapsed

log = logging.getLogger(__name__)

PAUSE_S = 1.0
# Presence is written every five seconds, whoever is here.
BLIND_AFTER_S = 15.0
NOTHING = Lapsed([], [])


class Reaper:
    """Sets aside who is away for too long, and gives back calls that nobody holds."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        blind_for_s: Callable[[], float],
        moved: Callable[[], None],
    ) -> None:
        """`blind_for_s` says how long nobody was seen at all; `moved` is called after an act."""
        self._settings, self._clock, self._database = settings, clock, database
        self._blind_for_s, self._moved = blind_for_s, moved
        self._was_blind = self._rests = False

    def rest(self) -> None:
        """Conclude nothing more: whoever the desk itself hangs up on is not gone."""
        self._rests = True

    async def start_anew(self) -> None:
        """Give everybody one full grace."""
        async with self._database.writing() as session:
            await presence.start_anew(session, self._clock.now())

    async def reap(self) -> Lapsed:
        """Conclude what is due, each with its row in the log.

        A desk that could not write down who is here has seen nobody, which says nothing of them:
        all get one full grace, as after a start.
        """
        if self._rests:
            return NOTHING
        if self._blind_for_s() > BLIND_AFTER_S:
            self._was_blind = True
            return NOTHING
        if self._was_blind:
            await self.start_anew()
            self._was_blind = False
            return NOTHING
        now, settings = self._clock.now(), self._settings
        async with self._database.reading() as session:
            if not await leases.is_due(session, now, settings.hold, settings.call_grace):
                return NOTHING
        async with self._database.writing() as session:
            lapsed = await leases.reap(session, now, settings.hold, settings.call_grace)
            for ticket in lapsed.set_aside:
                await audit.record(session, audit.SYSTEM, Did.SET_ASIDE, ticket, now)
            for call in lapsed.calls:
                detail = {"ticket": call.ticket, "outcome": call.outcome}
                await audit.record(session, audit.SYSTEM, Did.LEASE_LAPSED, call.id, now, **detail)
        self._moved()
        return lapsed

    async def run(self) -> None:
        """Reap until cancelled."""
        while True:
            try:
                await finished(self.reap())
            except Exception:
                log.exception("could not look after the leases; the next try follows")
            await asyncio.sleep(PAUSE_S)
