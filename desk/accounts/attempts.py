"""How often a password may be tried: for each account and for each address (T-16)."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

FOR_ONE_ACCOUNT = RateLimitItemPerHour(20, namespace="account")
FOR_ONE_ADDRESS = RateLimitItemPerMinute(60, namespace="address")

Counted = tuple[RateLimitItem, str]


class Attempts:
    """Counts failed sign-ins in a moving window, and those that are being checked just now."""

    def __init__(self) -> None:
        """Start without any failure."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._open: Counter[Counted] = Counter()

    @asynccontextmanager
    async def one(self, email: str, address: str) -> AsyncIterator[bool]:
        """One attempt: whether it may be made. It counts as a failure for as long as it lasts.

        Otherwise a thousand attempts at once would all pass before the first of them has failed.
        """
        counted: list[Counted] = [(FOR_ONE_ACCOUNT, email), (FOR_ONE_ADDRESS, address)]
        self._open.update(counted)
        try:
            yield all([await self._has_room(one) for one in counted])
        finally:
            self._open.subtract(counted)
            self._open += Counter()  # forgets what stands at zero

    async def _has_room(self, counted: Counted) -> bool:
        stats = await self._limiter.get_window_stats(*counted)
        return self._open[counted] <= stats.remaining

    async def failed(self, email: str, address: str) -> None:
        """Remember a failure."""
        await self._limiter.hit(FOR_ONE_ACCOUNT, email)
        await self._limiter.hit(FOR_ONE_ADDRESS, address)
