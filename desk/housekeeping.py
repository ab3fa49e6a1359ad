"""What may be forgotten: answers kept for a repeated request, once nobody repeats it any more."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import delete

from desk.clock import Clock
from desk.database import Database
from desk.idempotency import GivenAnswer

log = logging.getLogger(__name__)

ANSWERS_ARE_KEPT = timedelta(days=1)
PAUSE_S = 3_600.0


class Housekeeping:
    """Tidies up at the start, and then every hour."""

    def __init__(self, clock: Clock, database: Database) -> None:
        """By this clock, in this database."""
        self._clock = clock
        self._database = database

    async def tidy(self) -> None:
        """Forget the answers that are older than ANSWERS_ARE_KEPT."""
        before = self._clock.now() - ANSWERS_ARE_KEPT
        async with self._database.writing() as session:
            await session.execute(delete(GivenAnswer).where(GivenAnswer.given_at < before))

    async def run(self) -> None:
        """Tidy up until cancelled."""
        while True:
            try:
                await self.tidy()
            except Exception:
                log.exception("could not tidy up; the next try follows")
            await asyncio.sleep(PAUSE_S)
