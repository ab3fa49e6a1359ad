"""From polling to a WebSocket: what waited comes along, and who stops half-way polls on."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.telling import WAYS, by_polling, telling, until_closed


@WAYS
async def test_one_who_changes_over_hears_on_the_socket_what_waited(is_direct: bool) -> None:
    async with telling(is_direct) as teller, by_polling(teller) as poller:
        first = await teller.tell()
        await poller.poll_until_told(first)
        async with poller.changing_over() as ws:
            for _ in range(3):
                await teller.tell()
            await ws.send_str("5")
            reading = asyncio.create_task(poller.listen_on(ws))
            await poller.until_told(4)
            last = await teller.tell()
            await poller.until_told(last)
            assert poller.news == list(range(1, last + 1))
            reading.cancel()


@WAYS
@pytest.mark.parametrize("said", ["3", "nothing", "a frame of no kind", None])
async def test_one_who_does_not_change_over_polls_on(is_direct: bool, said: str | None) -> None:
    async with telling(is_direct) as teller, by_polling(teller) as poller:
        teller.server.eio.slowest_upgrade_s = 0.1
        async with poller.changing_over() as ws:
            await teller.tell()
            if said:
                await ws.send_str(said)
            await until_closed(ws)
        await teller.tell()
        await poller.poll_until_told(2)
        assert poller.news == [1, 2]
        # A poll waits again, and is not answered at once and for ever.
        waiting = asyncio.create_task(poller.poll())
        last = await teller.tell()
        assert any(str(last) in packet for packet in await waiting)


@WAYS
async def test_a_session_changes_over_once_at_a_time(is_direct: bool) -> None:
    async with (
        telling(is_direct) as teller,
        by_polling(teller) as poller,
        poller.changing_over(),
        AsyncExitStack() as stack,
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await stack.enter_async_context(poller.changing_over())
