"""Two servers and Redis between them: what one tells, the other's clients hear in the same way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import socketio

from signaling.direct import DirectManager
from tests.broker import broker, program
from tests.telling import WAYS, Listener, Teller, by_polling, on_a_socket, telling

pytestmark = pytest.mark.skipif(not program(), reason="Redis is not installed")


class StockManager(socketio.AsyncRedisManager):  # type: ignore[misc]
    """The library's, which opens a connection for each of its two sides and never closes one."""

    def _redis_connect(self) -> None:
        super()._redis_connect()
        self.opened = [*getattr(self, "opened", []), self.redis, self.pubsub]

    async def close(self) -> None:
        """Stop hearing."""
        self.thread.cancel()
        await asyncio.wait([self.thread])
        for one in self.opened:
            await one.aclose()


class DirectRedisManager(StockManager, DirectManager):
    """Hears of others by Redis, and hands on to its own clients directly."""


@asynccontextmanager
async def one_of_several(is_direct: bool, url: str) -> AsyncIterator[Teller]:
    """A server that shares its news with others."""
    manager = (DirectRedisManager if is_direct else StockManager)(url)
    async with telling(is_direct, manager) as teller:
        yield teller
    await manager.close()


@WAYS
async def test_clients_of_both_servers_hear_both_in_order(is_direct: bool) -> None:
    async with broker() as url, AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(one_of_several(is_direct, url)) for _ in range(2)
        ]
        ani = await stack.enter_async_context(on_a_socket(here))
        budi = await stack.enter_async_context(on_a_socket(there))
        citra = await stack.enter_async_context(by_polling(there))
        await _connected(here, budi)
        await _connected(there, ani)
        ani.news.clear()
        budi.news.clear()
        citra.news.clear()
        for number in range(1, 21):
            await here.tell(data=number)
        await here.tell(to=budi.sid, data="for budi")
        await here.tell(skip=[ani.sid, citra.sid], data="less two")
        await here.tell(data="last")
        await citra.poll_until_told("last")
        for one in (ani, budi):
            await one.until_told("last")
        numbers = list(range(1, 21))
        assert ani.news == [*numbers, "last"]
        assert budi.news == [*numbers, "for budi", "less two", "last"]
        assert [news for news in citra.news if news != "are you there"] == [*numbers, "last"]


async def _connected(teller: Teller, listener: Listener) -> None:
    """Wait until what this server tells reaches the other one's client: Redis keeps nothing."""
    while "are you there" not in listener.news:
        await teller.tell(to=listener.sid, data="are you there")
        await asyncio.sleep(0.01)
