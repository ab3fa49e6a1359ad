"""What the log keeps of refusals: who was refused what, where, and why."""

import logging

from desk import audit
from desk.audit import Did
from desk.authority import Denial
from desk.clock import Clock
from desk.database import Database
from desk.limits import DENIALS_OF_AN_ACCOUNT, Limits
from desk.retrying import persistently

log = logging.getLogger(__name__)


class Denials:
    """Writes each refusal down in a transaction of its own, after that of the act is over."""

    def __init__(self, clock: Clock, database: Database, limits: Limits) -> None:
        """Put together in `app.py`."""
        self._clock, self._database, self._limits = clock, database, limits

    async def keep(self, denial: Denial, where: str) -> None:
        """`where`: the path of the request, or the namespace of the socket."""
        if not await self._limits.one_more(DENIALS_OF_AN_ACCOUNT, denial.actor):
            return

        async def write() -> None:
            async with self._database.writing() as session:
                now = self._clock.now()
                what, kind = denial.action, denial.because
                await audit.record(
                    session, denial.actor, Did.DENIED, what, now, path=where, kind=kind
                )

        try:
            await persistently(write)
        except Exception:
            # The refusal stands, written down or not.
            log.exception("a refusal could not be written down")
