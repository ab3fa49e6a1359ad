"""The process that carries packets between the networks of the link.

    python -m tests.link.carrier CORE [NAME TUN ADDRESS]...

CORE and TUN are open tun devices (file numbers): the desk's, and one for each of the applicant's
networks. A network gets what is sent to its address, and what it sends goes to the core, each
direction through a lane of its own. Lines of the input change a network (`NAME be PROFILE`,
`NAME cut`, `NAME mend`); each is answered by a line once it holds. The end of the input ends all.
"""

import os
import random
import select
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address

from tests.link.lane import Lane
from tests.link.profiles import PROFILES

LONGEST_PACKET = 65_536
AT_ONCE = 64
IPV4 = 4
SOURCE = slice(12, 16)
DESTINATION = slice(16, 20)
STDIN = 0
SEED = 1


@dataclass(frozen=True, slots=True)
class Network:
    """One of the applicant's networks."""

    tun: int
    address: bytes
    up: Lane
    down: Lane

    def obey(self, deed: str, profile: str = "") -> None:
        """Do what a line says."""
        if deed == "be":
            self.up.become(PROFILES[profile].up)
            self.down.become(PROFILES[profile].down)
            return
        for lane in (self.up, self.down):
            {"cut": lane.cut, "mend": lane.mend}[deed]()


class Carrier:
    """The core, and the networks by name and by address."""

    def __init__(self, core: int, networks: list[tuple[str, int, str]]) -> None:
        draw = random.Random(SEED).random
        good = next(iter(PROFILES.values()))
        self._core = core
        self._by_name: dict[str, Network] = {}
        self._by_address: dict[bytes, Network] = {}
        for name, tun, address in networks:
            packed = IPv4Address(address).packed
            network = Network(tun, packed, Lane(good.up, draw), Lane(good.down, draw))
            self._by_name[name] = self._by_address[packed] = network

    def run(self) -> None:
        """Carry until the standard input ends."""
        everybody = self._by_name.values()
        sources = [STDIN, self._core, *(network.tun for network in everybody)]
        while True:
            next_at = min(lane.next_at() for one in everybody for lane in (one.up, one.down))
            left_s = None if next_at == float("inf") else max(0.0, next_at - time.monotonic())
            ready, _writing, _failed = select.select(sources, [], [], left_s)
            if STDIN in ready and not self._listen():
                return
            self._take_in(ready)
            self._deliver()

    def _listen(self) -> bool:
        lines = os.read(STDIN, LONGEST_PACKET).decode().splitlines()
        for line in lines:
            name, *deed = line.split()
            self._by_name[name].obey(*deed)
            print(line, flush=True)
        return bool(lines)

    def _take_in(self, ready: list[int]) -> None:
        if self._core in ready:
            for packet in _packets(self._core):
                if network := self._by_address.get(packet[DESTINATION]):
                    network.down.send(time.monotonic(), packet)
        for network in self._by_name.values():
            if network.tun in ready:
                for packet in _packets(network.tun):
                    # No network passes on what does not come from its own addresses (RFC 2827).
                    if packet[SOURCE] == network.address:
                        network.up.send(time.monotonic(), packet)

    def _deliver(self) -> None:
        now_s = time.monotonic()
        for network in self._by_name.values():
            for lane, tun in ((network.up, self._core), (network.down, network.tun)):
                for packet in lane.arrived(now_s):
                    # A device that is down takes nothing: the packet is lost there.
                    with suppress(OSError):
                        os.write(tun, packet)


def _packets(tun: int) -> Iterator[bytes]:
    """What lies ready on a device; some at a time, so that no one starves the others."""
    with suppress(BlockingIOError):
        for _ in range(AT_ONCE):
            packet = os.read(tun, LONGEST_PACKET)
            if packet[0] >> 4 == IPV4:
                yield packet


def main() -> None:
    """Carry between what the arguments name."""
    # A packet that is late because the machine is busy would be taken for a congested network.
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    core, *networks = sys.argv[1:]
    named = zip(networks[::3], networks[1::3], networks[2::3], strict=True)
    Carrier(int(core), [(name, int(tun), address) for name, tun, address in named]).run()


if __name__ == "__main__":
    main()
