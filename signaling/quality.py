"""How good the connections of calls are: what the sides report is collected, and kept in batches.

A report is no change of state: one that is lost is followed by the next, five seconds later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from signaling.messages import SaidQuality, Side
from signaling.news import News


@dataclass(slots=True)
class Measured:
    """What one side of a call has reported since the last batch: the newest, and the worst."""

    call: str
    side: Side
    latest: SaidQuality
    fewest_bars: int
    highest_loss_percent: float
    highest_rtt_ms: int | None
    reports: int = 0
    reports_sound_only: int = 0

    def add(self, said: SaidQuality) -> None:
        """One report more."""
        self.latest = said
        self.fewest_bars = min(self.fewest_bars, said.bars)
        self.highest_loss_percent = max(self.highest_loss_percent, said.loss_percent)
        if said.rtt_ms is not None:
            self.highest_rtt_ms = max(self.highest_rtt_ms or 0, said.rtt_ms)
        self.reports += 1
        self.reports_sound_only += said.sound_only


Keep = Callable[[Sequence[Measured]], Awaitable[None]]


class QualityNews(News):
    """Has the house write down what was reported, all sides at once, at most every 5 s."""

    shortest_pause_s = 5.0

    def __init__(self, keep: Keep) -> None:
        """`keep` writes a batch down; nothing is reported yet."""
        super().__init__()
        self._keep = keep
        self._measured: dict[tuple[str, Side], Measured] = {}
        # Whoever has a batch written finds the one before it written too.
        self._one_by_one = asyncio.Lock()

    def add(self, call: str, side: Side, said: SaidQuality) -> None:
        """A side has reported."""
        measured = self._measured.get((call, side))
        if measured is None:
            measured = Measured(call, side, said, said.bars, said.loss_percent, said.rtt_ms)
            self._measured[call, side] = measured
        measured.add(said)
        self.changed()

    async def tell(self) -> None:
        """Write the batch down; one that cannot be written is let go, for newer ones follow."""
        async with self._one_by_one:
            measured, self._measured = list(self._measured.values()), {}
            if measured:
                await self._keep(measured)
