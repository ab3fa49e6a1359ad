"""Whatever clients do, each hears what it was told, in that order, and none holds up another.

Every test runs the direct way and the libraries' own: nobody can tell them apart but by the clock.
"""

import asyncio
import gc
import signal
import sys
import weakref
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from socketio import packet as packets
from yarl import URL

from signaling import closed_server, engine, slices
from signaling.limits import MESSAGES_AT_ONCE, MOST_UNREAD, MOST_UNREAD_BYTES
from tests.sockets import PATIENCE_S, until
from tests.telling import WAITING, Teller, by_polling, on_a_socket, telling

WAYS = pytest.mark.parametrize("is_direct", [True, False], ids=["direct", "stock"])
CLIENT = Path(__file__).with_name("lone_client.py")


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
async def test_one_who_never_reads_is_dropped_and_the_others_miss_nothing(is_direct: bool) -> None:
    async with (
        telling(is_direct) as teller,
        on_a_socket(teller) as other,
        a_process(teller) as (stopped, process),
    ):
        process.send_signal(signal.SIGSTOP)
        eio_sid = teller.server.manager.eio_sid_from_sid(stopped, WAITING)
        socket = teller.server.eio.sockets[eio_sid]
        longest, told = 0, 0
        while eio_sid in teller.server.environ and told < 1_000:
            await teller.tell(data="x" * 10_000)
            told += 1
            longest = max(longest, _unread_bytes(socket))
            if told % 50 == 0:
                await teller.server.sweep()
            await other.until(lambda: len(other.news) >= told - 1)  # noqa: B023
        await until(lambda: eio_sid not in teller.server.environ)
        assert longest <= MOST_UNREAD_BYTES + 10_100
        last = await teller.tell()
        await other.until_told(last)
        assert len(other.news) == told + 1
        process.send_signal(signal.SIGCONT)


def _unread_bytes(socket: Any) -> int:
    transport = getattr(socket.queue, "_transport", None)
    return int(transport.get_write_buffer_size()) if transport else 0


@asynccontextmanager
async def a_process(teller: Teller) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A client in a process of its own: its socket's id, and the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-S", str(CLIENT), str(URL(teller.base).port), stdout=PIPE
    )
    assert process.stdout
    async with asyncio.timeout(PATIENCE_S):
        sid = (await process.stdout.readline()).decode().strip()
    try:
        yield sid, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@WAYS
async def test_a_stopped_process_is_dropped_when_its_ping_is_due(is_direct: bool) -> None:
    """With too little unread to be cut off for it, but with its transport full."""
    async with telling(is_direct) as teller:
        engine = teller.server.eio
        engine.ping_interval = engine.ping_timeout = engine.slowest_reader_s = 0.5
        async with on_a_socket(teller) as other, a_process(teller) as (stopped, process):
            process.send_signal(signal.SIGSTOP)
            eio_sid = teller.server.manager.eio_sid_from_sid(stopped, WAITING)
            socket = engine.sockets[eio_sid]
            while eio_sid in engine.sockets and not _is_full(socket):
                await teller.tell(stopped, data="x" * 10_000)
            await until(lambda: teller.connections == 1)
            await until(lambda: eio_sid not in teller.server.environ)
            await other.until_told(await teller.tell())


def _is_full(socket: Any) -> bool:
    if isinstance(socket.queue, asyncio.Queue):
        return socket.queue.qsize() > MOST_UNREAD // 2
    return _unread_bytes(socket) > MOST_UNREAD_BYTES // 2


@WAYS
async def test_a_killed_process_leaves_nothing(is_direct: bool) -> None:
    async with telling(is_direct) as teller, on_a_socket(teller) as other:
        async with a_process(teller) as (gone, process):
            eio_sid = teller.server.manager.eio_sid_from_sid(gone, WAITING)
            telling_it = [asyncio.create_task(teller.tell()) for _ in range(20)]
            process.kill()
            await asyncio.gather(*telling_it)
        await until(lambda: eio_sid not in teller.server.environ)
        last = await teller.tell()
        await other.until_told(last)
        assert other.news == list(range(1, last + 1))


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
            await _until_closed(ws)
        await teller.tell()
        await poller.poll_until_told(2)
        assert poller.news == [1, 2]
        # A poll waits again, and is not answered at once and for ever.
        waiting = asyncio.create_task(poller.poll())
        last = await teller.tell()
        assert any(str(last) in packet for packet in await waiting)


async def _until_closed(ws: aiohttp.ClientWebSocketResponse) -> None:
    async with asyncio.timeout(PATIENCE_S):
        async for _message in ws:
            pass


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


async def _heedless(stack: AsyncExitStack, teller: Teller, url: str, *said: str) -> None:
    """A WebSocket that says this, and then reads without ever answering."""
    ws = await stack.enter_async_context(teller.http.ws_connect(url))
    for frame in said:
        await ws.send_str(frame)
    reading = asyncio.create_task(_until_closed(ws))
    stack.callback(reading.cancel)


async def silent(teller: Teller, stack: AsyncExitStack) -> None:
    """It answers no ping."""
    await _heedless(stack, teller, teller.url + "websocket", f"40{WAITING},")


async def flooding(teller: Teller, stack: AsyncExitStack) -> None:
    """It says more than anybody may."""
    said = [f"40{WAITING},"] * (2 * MESSAGES_AT_ONCE)
    await _heedless(stack, teller, teller.url + "websocket", *said)


async def never_coming_in(teller: Teller, stack: AsyncExitStack) -> None:
    """It opens a WebSocket, and never asks to come in."""
    await _heedless(stack, teller, teller.url + "websocket")


async def never_changing_over(teller: Teller, stack: AsyncExitStack) -> None:
    """It opens a WebSocket for its session, and neither uses it nor polls on."""
    poller = await stack.enter_async_context(by_polling(teller))
    await _heedless(stack, teller, poller.websocket_url)


async def never_reading(teller: Teller, stack: AsyncExitStack) -> None:
    """It has more and more unread."""
    sid, process = await stack.enter_async_context(a_process(teller))
    process.send_signal(signal.SIGSTOP)
    while teller.server.manager.is_connected(sid, WAITING):
        await teller.tell(sid, data="x" * 30_000)
        await teller.server.sweep()


@WAYS
@pytest.mark.parametrize(
    "bad", [silent, flooding, never_changing_over, never_coming_in, never_reading]
)
async def test_whoever_is_dropped_leaves_nothing_behind(
    is_direct: bool,
    bad: Callable[[Teller, AsyncExitStack], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither in the tables of the servers, nor a task, nor an open connection, nor an object."""
    monkeypatch.setattr(closed_server, "LONGEST_OUTSIDE_S", 0.3)
    # So many pings may be answered.
    monkeypatch.setattr(engine, "SIGNS_EACH_S", 100.0)
    async with telling(is_direct) as teller, AsyncExitStack() as stay:
        eio = teller.server.eio
        eio.ping_interval = eio.ping_timeout = eio.slowest_upgrade_s = eio.slowest_reader_s = 0.3
        other = await stay.enter_async_context(on_a_socket(teller))
        before = _kept(teller)
        async with AsyncExitStack() as stack:
            for _ in range(3):
                await bad(teller, stack)
            sockets = [weakref.ref(one) for one in eio.sockets.values()][1:]
            async with asyncio.timeout(PATIENCE_S):
                while len(teller.server.environ) > 1 or teller.connections > 1:
                    await teller.server.sweep()
                    await asyncio.sleep(0.01)
            await other.until_told(await teller.tell())
        await until(lambda: _kept(teller) == before)
        gc.collect()
        # The library's look at all pings goes once through a copy of the list of sockets, and its
        # own objects are found by the collector alone.
        await until(lambda: (is_direct or gc.collect() >= 0) and not any(one() for one in sockets))


def _kept(teller: Teller) -> dict[str, int]:
    server = teller.server
    manager = server.manager
    return {
        "visits": len(server._visits),
        "environs": len(server.environ),
        "sockets": len(server.eio.sockets),
        "rooms": sum(len(room) for room in manager.rooms[WAITING].values()),
        "pending": len(manager.pending_connect) + len(manager.pending_disconnect),
        "connections": teller.connections,
        "tasks": len(asyncio.all_tasks()),
    }
