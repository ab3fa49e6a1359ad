"""Two network namespaces with a link between them: the desk's side, and the applicant's.

The desk's side has one address that stays. The applicant's has two networks, "wifi" and "mobile";
at first only "wifi" is up. Names carry the process's number, so that runs do not collide, and what
a killed one has left can be told.
"""

import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import which

import pytest

from tests.place import Place

TUN = Path("/dev/net/tun")
NO_IPV6 = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")
# linux/if_tun.h
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DESK = "10.77.0.1"
NETWORKS = {"wifi": "10.77.0.2", "mobile": "10.77.0.3"}
PREFIX = "desk-link"
ROOT = Path(__file__).resolve().parents[2]
_numbers = count(1)


def missing() -> str | None:
    """What this machine lacks for the link; None where it has all."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not TUN.is_char_device():
        return f"there is no {TUN}"
    if absent := [program for program in ("ip", "iptables") if which(program) is None]:
        return f"{absent[0]} is not installed"
    try:
        with _namespace("try", "") as side, _tun(side, "try"):
            side.run("iptables", "-S")
            return None
    except (OSError, subprocess.CalledProcessError):
        return "this machine lets nobody make network namespaces"


@dataclass(frozen=True)
class Link:
    """The two sides, and the process between them."""

    desk: Place
    applicant: Place
    carrier: subprocess.Popen[str]

    def be(self, profile: str) -> None:
        """Shape both of the applicant's networks so from now on."""
        for network in NETWORKS:
            self._order(f"{network} be {profile}")

    def cut(self, network: str) -> None:
        """Let nothing through, without a word to anybody: the device stays up."""
        self._order(f"{network} cut")

    def mend(self, network: str) -> None:
        """Let packets through again."""
        self._order(f"{network} mend")

    def leave(self, network: str) -> None:
        """The applicant is out of reach of a network, as a phone that leaves the house."""
        # The address first: with the device down, packets from it would go out through another one.
        _ip(self.applicant, f"address flush dev {network}", f"link set {network} down")

    def join(self, network: str) -> None:
        """The applicant is in a network; all packets go through it."""
        address = f"{NETWORKS[network]}/24"
        lines = f"address add {address} dev {network}", f"link set {network} up"
        _ip(self.applicant, *lines, f"route add default dev {network}")

    def move(self, old: str, new: str) -> None:
        """The applicant leaves one network for the other."""
        self.leave(old)
        self.join(new)

    def block_udp(self) -> None:
        """Drop UDP between the two sides, as a strict firewall on the way does: without a word."""
        for side in (self.desk, self.applicant):
            side.run("iptables", "-A", "INPUT", "!", "-i", "lo", "-p", "udp", "-j", "DROP")

    def free_udp(self) -> None:
        """Let it through again."""
        for side in (self.desk, self.applicant):
            side.run("iptables", "-F")

    def _order(self, line: str) -> None:
        assert self.carrier.stdin is not None
        assert self.carrier.stdout is not None
        print(line, file=self.carrier.stdin, flush=True)
        assert self.carrier.stdout.readline().strip() == line, "the link's carrier has ended"


@contextmanager
def link(profile: str = "4G") -> Iterator[Link]:
    """Both namespaces with the link between them; nothing of it is left behind."""
    _sweep()
    with ExitStack() as stack:
        desk = stack.enter_context(_namespace("desk", DESK))
        applicant = stack.enter_context(_namespace("applicant", NETWORKS["wifi"]))
        core = stack.enter_context(_tun(desk, "core"))
        tuns = [
            (name, stack.enter_context(_tun(applicant, name)), address)
            for name, address in NETWORKS.items()
        ]
        made = Link(desk, applicant, stack.enter_context(_carrier(core, tuns)))
        _ip(desk, f"address add {DESK}/24 dev core", "link set core up")
        made.join("wifi")
        made.be(profile)
        yield made


@contextmanager
def _namespace(name: str, address: str) -> Iterator[Place]:
    namespace = f"{PREFIX}-{os.getpid()}-{next(_numbers)}-{name}"
    side = Place(address, ("ip", "netns", "exec", namespace))
    _run("ip", "netns", "add", namespace)
    try:
        side.run("ip", "link", "set", "lo", "up")
        # It would speak on its own about addresses that nobody here uses.
        side.run("sh", "-c", f"[ ! -e {NO_IPV6} ] || echo 1 >{NO_IPV6}")
        yield side
    finally:
        _run("ip", "netns", "delete", namespace)


@contextmanager
def _tun(side: Place, name: str) -> Iterator[int]:
    """A tun device in the namespace, down and without an address: the file behind it."""
    tun = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
    try:
        # Made here and moved: a process that enters a namespace would be in it with all it does.
        made = f"{name}{os.getpid()}"
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", made.encode(), IFF_TUN | IFF_NO_PI))
        _run("ip", "link", "set", made, "netns", side.prefix[-1], "name", name)
        yield tun
    finally:
        os.close(tun)


@contextmanager
def _carrier(core: int, tuns: list[tuple[str, int, str]]) -> Iterator[subprocess.Popen[str]]:
    arguments = [str(part) for network in tuns for part in network]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.link.carrier", str(core), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        pass_fds=[core, *(tun for _name, tun, _address in tuns)],
    )  # fmt: skip
    # Its input ends with this process, too, however that ends.
    with process:
        yield process


def _ip(side: Place, *lines: str) -> None:
    """Several of ip's commands at once: what they change hangs together."""
    batch = "\n".join(lines)
    command = side.within("ip", "-batch", "-")
    subprocess.run(command, input=batch, text=True, check=True, capture_output=True)


def _sweep() -> None:
    """Remove what a run that was killed has left: its namespaces, and what still runs in them."""
    for name, run in re.findall(rf"^({PREFIX}-(\d+)-\S+)", _run("ip", "netns"), re.MULTILINE):
        if Path(f"/proc/{run}").exists():
            continue
        # Another run may be sweeping at the same time.
        with suppress(ProcessLookupError, subprocess.CalledProcessError):
            for left in _run("ip", "netns", "pids", name).split():
                os.kill(int(left), signal.SIGKILL)
            _run("ip", "netns", "delete", name)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


_missing = missing()
with_namespaces = pytest.mark.skipif(_missing is not None, reason=str(_missing))
