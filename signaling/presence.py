"""Presence: who is here is collected from the open sockets, and written in batches.

At most once a second after somebody came or went, what has changed; every few seconds everything,
which renews the leases of calls and heals whatever was lost before.
"""

import asyncio
from collections.abc import Callable

from signaling.call import CallNamespace
from signaling.house import House, Seen
from signaling.messages import Side
from signaling.news import News
from signaling.waiting import WaitingNamespace


class Presence(News):
    """Compares who is here with who was, and has the house write down the difference."""

    shortest_pause_s = 1.0
    settling_s = 0.3

    def __init__(
        self,
        house: House,
        waiting: WaitingNamespace,
        call: CallNamespace,
        moved: Callable[[], None],
    ) -> None:
        """`moved` is called when the line may stand otherwise now."""
        super().__init__()
        self._house, self._waiting, self._call, self._moved = house, waiting, call, moved
        self._here: set[str] = set()
        self._seats: set[tuple[str, Side]] = set()
        self._wrote_all_at = 0.0

    async def tell(self) -> None:
        """Write who came and who went since the last time, or once in a while all who are here."""
        here, seats = self._waiting.tickets(), self._call.seats()
        gone, came = self._here - here, here - self._here
        time_s = asyncio.get_running_loop().time()
        whole = time_s - self._wrote_all_at >= self.longest_silence_s
        sat = seats if whole else seats - self._seats
        seen = Seen(
            here=here if whole else came,
            gone=gone,
            applicants={call for call, side in sat if side == "applicant"},
            verifiers={call for call, side in sat if side == "verifier"},
        )
        if whole or seen.here or seen.gone or sat:
            await self._keep(seen)
        self._here, self._seats = here, seats
        if whole:
            self._wrote_all_at = time_s
        if came or gone:
            self._moved()

    async def _keep(self, seen: Seen) -> None:
        try:
            await self._house.keep_presence(seen)
        except Exception:
            # Leases run out meanwhile: the next try is not to wait for the next change.
            self.changed()
            raise
