"""What both kinds of news share: tell soon after a change, never too often, never too seldom."""

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress

log = logging.getLogger(__name__)


class News(ABC):
    """Tells after `changed()`: no sooner than the shortest pause, no later than the longest."""

    shortest_pause_s: float
    longest_silence_s = 5.0
    # What changes seldom changes once: a call begun is a ticket less, two pages gone, two come.
    settling_s = 0.0

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._changed = asyncio.Event()
        self._told = asyncio.Condition()

    def changed(self) -> None:
        """What it tells of is another now: tell soon."""
        self._changed.set()

    async def next_telling(self) -> None:
        """Wait until the news was told once more, at most as long as it may be silent."""
        self.changed()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.longest_silence_s), self._told:
                await self._told.wait()

    @abstractmethod
    async def tell(self) -> None:
        """Read the state and tell it."""

    async def run(self) -> None:
        """Tell until cancelled; a failed telling is logged, and the next one tries again."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.longest_silence_s):
                    await self._changed.wait()
            await asyncio.sleep(self.settling_s)
            self._changed.clear()
            try:
                await self.tell()
            except Exception:
                log.exception("the news could not be told")
            async with self._told:
                self._told.notify_all()
            await asyncio.sleep(self.shortest_pause_s)
