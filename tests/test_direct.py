"""Whatever clients do, each hears what it was told, in that order.

Every test runs the direct way and the libraries' own: nobody can tell them apart but by the clock.
"""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest
from socketio import packet as packets

from signaling import slices
from tests.telling import WAITING, WAYS, by_polling, on_a_socket, telling


@pytest.fixture(autouse=True)
def _each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done in slices is done in the thinnest."""
    monkeypatch.setattr(slices, "SLICE_S", 0.0)


@WAYS
async def test_each_hears_its_news_in_the_order_of_the_telling(is_direct: bool) -> None:
    async with (
        telling(is_direct) as teller,
        on_a_socket(teller) as ani,
        by_polling(teller) as budi,
        on_a_socket(teller) as citra,
    ):
        expected: dict[str, list[int]] = {ani.sid: [], budi.sid: [], citra.sid: []}
        tasks = []
        for number in range(1, 61):
            to, skip = [
                ("all", None), (ani.sid, None), ("all", citra.sid), ([budi.sid, citra.sid], None),
                ("all", [ani.sid, budi.sid]),
            ][number * 7 % 5]  # fmt: skip
            for sid, news in expected.items():
                if (to == "all" or sid in to) and sid not in (skip or ""):
                    news.append(number)
            tasks.append(asyncio.create_task(teller.tell(to, skip)))
        await asyncio.gather(*tasks)
        last = await teller.tell()
        await budi.poll_until_told(last)
        for listener in (ani, citra):
            await listener.until_told(last)
        for listener in (ani, budi, citra):
            assert listener.news == [*expected[listener.sid], last]


@WAYS
async def test_an_acknowledgement_overtakes_no_news(is_direct: bool) -> None:
    async with telling(is_direct) as teller, AsyncExitStack() as stack:
        room = [await stack.enter_async_context(on_a_socket(teller)) for _ in range(3)]
        tasks = [asyncio.create_task(teller.tell()) for _ in range(4)]
        await asyncio.sleep(0)  # the first has begun, and is at the first or second of them
        manager = teller.server.manager
        for one in room:
            eio_sid = manager.eio_sid_from_sid(one.sid, WAITING)
            ack = packets.Packet(packets.ACK, namespace=WAITING, id=7, data=["yes"])
            await teller.server._send_packet(eio_sid, ack)
        await asyncio.gather(*tasks)
        last = await teller.tell()
        for one in room:
            await one.until_told(last)
            numbers = [news for news in one.news if isinstance(news, int)]
            assert numbers == list(range(1, last + 1))
            assert not is_direct or one.news[0] == 1, "it was told before the acknowledgement"


@WAYS
async def test_one_who_reads_late_has_missed_nothing(is_direct: bool) -> None:
    async with (
        telling(is_direct) as teller,
        on_a_socket(teller) as late,
        on_a_socket(teller) as other,
    ):
        late.may_read.clear()
        for _ in range(150):
            last = await teller.tell(data={"number": teller.serial + 1, "more": "x" * 2_000})
        await other.until(lambda: len(other.news) == last)
        late.may_read.set()
        await late.until(lambda: len(late.news) == last)
        for one in (late, other):
            assert [news["number"] for news in one.news] == list(range(1, last + 1))


@WAYS
async def test_who_comes_and_goes_meanwhile_hears_a_whole_stretch(is_direct: bool) -> None:
    async with telling(is_direct) as teller, on_a_socket(teller) as stays:
        ended = asyncio.Event()

        async def tell_on() -> int:
            while not ended.is_set():
                last = await teller.tell()
                await asyncio.sleep(0)
            return last

        async def come_and_go() -> None:
            for _ in range(5):
                async with on_a_socket(teller) as guest:
                    await guest.until(lambda: len(guest.news) >= 3)
                first = guest.news[0]
                assert guest.news == list(range(first, first + len(guest.news)))

        telling_it = asyncio.create_task(tell_on())
        await asyncio.gather(*(come_and_go() for _ in range(6)))
        ended.set()
        last = await telling_it
        await stays.until_told(last)
        assert stays.news == list(range(1, last + 1))


@WAYS
async def test_a_telling_that_is_cancelled_reaches_everybody(is_direct: bool) -> None:
    async with telling(is_direct) as teller, AsyncExitStack() as stack:
        room = [await stack.enter_async_context(on_a_socket(teller)) for _ in range(4)]
        task = asyncio.create_task(teller.tell())
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        for one in room:
            await one.until_told(1)


async def test_binary_news_reaches_those_on_sockets_and_those_who_poll() -> None:
    """The libraries' own way answers those who poll with 500, once anybody is on a socket."""
    async with (
        telling(is_direct=True) as teller,
        on_a_socket(teller) as ani,
        by_polling(teller) as budi,
    ):
        await teller.tell(data=b"\x00\xff")
        last = await teller.tell()
        await ani.until_told(last)
        await budi.poll_until_told(last)
        for one in (ani, budi):
            announced, binary, number = one.news
            assert announced.startswith(f"451-{WAITING},")
            assert (binary, number) == (b"\x00\xff", last)
