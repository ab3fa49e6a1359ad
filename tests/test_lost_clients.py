"""Clients that do not read, do not answer, flood or die: dropped, forgotten, missed by nobody."""

import asyncio
import signal
import sys
import weakref
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from signaling import closed_server, engine
from signaling.limits import MESSAGES_AT_ONCE, MOST_UNREAD, MOST_UNREAD_BYTES
from tests.sockets import PATIENCE_S, until
from tests.telling import WAITING, WAYS, Teller, by_polling, on_a_socket, telling, until_closed

CLIENT = Path(__file__).with_name("lone_client.py")


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


async def _heedless(stack: AsyncExitStack, teller: Teller, url: str, *said: str) -> None:
    """A WebSocket that says this, and then reads without ever answering."""
    ws = await stack.enter_async_context(teller.http.ws_connect(url))
    for frame in said:
        await ws.send_str(frame)
    reading = asyncio.create_task(until_closed(ws))
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
        # The library's own way leaves some to the collector, and to its look at all pings.
        await until(lambda: not is_direct or not any(one() for one in sockets))


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
