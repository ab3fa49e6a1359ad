"""A recorder: `desk record`, the second composition root. It never opens the database."""

import asyncio
import ipaddress
import os
import secrets
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network

import ifaddr
from aiortc import RTCIceServer

from desk.keyring import derive
from desk.relays import servers_for
from desk.settings import Settings
from media.desk_link import DeskLink
from media.recorder import Recorder

STOPS_WITHIN_S = 5.0
GOODBYE_WITHIN_S = 3.0


def record(settings: Settings, *, beside: bool) -> int:
    """Record until a signal; `beside`: until the desk that has started it goes. The exit status."""
    asyncio.run(_record(settings, beside=beside))
    return 0


async def _record(settings: Settings, *, beside: bool) -> None:
    folder = settings.recordings
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = derive(settings.secret_key, "recorders")
    limit = settings.recorder_limit
    link = DeskLink(settings.recorders_socket, key, secrets.token_hex(8), folder, limit)
    allowed, relays = _networks(settings), partial(_relays, settings)
    link.recorder = Recorder(limit, folder, link.telling.tell, allowed=allowed, relays=relays)
    serving = asyncio.create_task(link.run())
    await until_told_to_end(beside=beside)
    has_stopped = False
    with suppress(TimeoutError):
        async with asyncio.timeout(STOPS_WITHIN_S):
            await link.recorder.stop()
            has_stopped = True
    await link.telling.all_is_told(GOODBYE_WITHIN_S)
    if link.is_finishing or not has_stopped:
        # Nobody waits for that: it is begun anew by another recorder, and a thread has no end.
        os._exit(0)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


def _networks(settings: Settings) -> list[IPv4Network | IPv6Network]:
    """Where legs may lead besides public addresses: on a desk of one machine, to that machine."""
    own = _own_addresses() if settings.is_loopback else []
    return [*settings.networks, *own]


def _relays(settings: Settings, recording: str) -> list[RTCIceServer]:
    """What a leg may be reached through, where nobody reaches this machine itself."""
    servers = servers_for(settings, recording, datetime.now(UTC))
    # aiortc cannot read an address of IPv6 there.
    urls = [url for one in servers for url in one["urls"] if "[" not in url]
    return [RTCIceServer(**one | {"urls": urls}) for one in servers]


def _own_addresses() -> list[IPv4Network | IPv6Network]:
    found = [one.ip for adapter in ifaddr.get_adapters() for one in adapter.ips]
    return [ipaddress.ip_network(one if isinstance(one, str) else one[0]) for one in found]


async def until_told_to_end(*, beside: bool) -> None:
    """Until a signal; `beside`: until standard input ends, too."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    if beside:
        # The desk holds the other end of it, and lets go however it ends.
        loop.add_reader(sys.stdin.fileno(), end.set)
    await end.wait()
    if beside:
        # A pipe that was let go of can be read for ever.
        loop.remove_reader(sys.stdin.fileno())
