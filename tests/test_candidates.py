"""Where an offer may have the recorder send to, and where not."""

import ipaddress
import socket

import pytest

from media.candidates import MOST, NOWHERE, NoCandidates, kept
from media.offers import BadOffer
from tests.media_legs import RunningRecorder
from tests.media_sender import MediaSender, here

PUBLIC = "a=candidate:1 1 udp 2113937151 8.8.8.8 50000 typ host"


def candidate(host: str, port: int | str = 50_000, transport: str = "udp") -> str:
    return f"a=candidate:1 1 {transport} 2113937151 {host} {port} typ host"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1",
        "239.255.255.250", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001:0:53aa::1", "2001:db8::1", "localhost", "a.local", "desk.example.id", "2130706433",
        "0x7f.1", "127.1", "0177.0.0.1", "8.8.8.8.", "[::1]", "",
    ],
)  # fmt: skip
def test_an_address_that_nobody_from_outside_has_is_not_sent_to(host: str) -> None:
    with pytest.raises(NoCandidates):
        kept(candidate(host))
    assert kept("\r\n".join((candidate(host), PUBLIC))) == PUBLIC + "\r\n"


@pytest.mark.parametrize("host", ["8.8.8.8", "103.28.12.1", "2404:6800:4003:c00::64"])
def test_a_public_address_is_kept(host: str) -> None:
    assert kept(candidate(host)) == candidate(host) + "\r\n"


def test_a_network_that_is_allowed_is_kept_but_never_inside_another_address() -> None:
    allowed = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::/0")]
    assert kept(candidate("10.1.2.3"), allowed)
    for host in ("192.168.1.1", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fe80::1%1"):
        with pytest.raises(NoCandidates):
            kept(candidate(host), allowed)


@pytest.mark.parametrize(
    "line",
    [
        candidate("8.8.8.8", 0),
        candidate("8.8.8.8", 65_536),
        candidate("8.8.8.8", "²"),
        candidate("8.8.8.8", transport="tcp"),
        "a=candidate:1 1 udp 1 8.8.8.8 50000 typ prflx",
        "a=candidate:1 2 udp 1 8.8.8.8 50000 typ host",
        "a=candidate:1 1 udp 1 8.8.8.8",
        "a=candidate",
        " a=candidate:1 1 udp 1 8.8.8.8 50000 typ host",
        "A=CANDIDATE:1 1 udp 1 8.8.8.8 50000 typ host",
    ],
)
def test_a_line_that_is_no_candidate_of_ours_is_left_out(line: str) -> None:
    with pytest.raises(NoCandidates):
        kept(line)


def test_no_more_than_thirty_are_kept_and_every_other_line_stays() -> None:
    lines = ["v=0", *(candidate("8.8.8.8", port) for port in range(1000, 1100)), "a=mid:0"]
    left = kept("\n".join(lines)).splitlines()
    assert left == ["v=0", *lines[1 : MOST + 1], "a=mid:0"]


def test_one_who_hides_every_address_is_waited_for_and_nobody_is_sent_to() -> None:
    names = [f"6be6c9cd-4ac7-4135-9033-6dce0c02aa2{number}.local" for number in range(3)]
    hidden = [candidate(name, 1000) for name in names]
    assert kept("\n".join(["v=0", *hidden, "a=mid:0"])).splitlines() == ["v=0", NOWHERE, "a=mid:0"]
    shown = candidate("8.8.8.8", 1000)
    assert kept("\n".join([*hidden, shown])).splitlines() == [shown]


async def test_who_listens_on_this_machine_or_its_network_hears_nothing(
    running_recorder: RunningRecorder,
) -> None:
    listeners = [_listener(host) for host in ("127.0.0.1", "::1", *_hosts())]
    sender = MediaSender()
    named = [candidate(*one.getsockname()[:2]) for one in listeners]
    port = listeners[0].getsockname()[1]
    named += [candidate(host, port) for host in ("::ffff:127.0.0.1", "localhost", "a.local")]

    async def answered(offer: str) -> str:
        running_recorder.forbid_all()
        with pytest.raises(BadOffer, match="no_candidates"):
            await running_recorder.open(_with(offer, named))
        # Among some that are allowed, they are not sent to either.
        running_recorder.allow(here())
        return await running_recorder.open(_with(offer, named[:2] + named[-3:], keeps=True))

    await sender.connect(answered)
    await running_recorder.connected(sender)
    await sender.close()
    for listener in listeners:
        with pytest.raises(BlockingIOError):
            listener.recv(2048)
        listener.close()


def _hosts() -> list[str]:
    return [one.removesuffix("/32") for one in here()]


def _listener(host: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    listener.setblocking(False)
    listener.bind((host, 0))
    return listener


def _with(offer: str, candidates: list[str], *, keeps: bool = False) -> str:
    """The offer, each of its tracks with these candidates."""
    lines = []
    for line in offer.splitlines():
        if line.startswith("a=candidate") and not keeps:
            continue
        lines.append(line)
        if line.startswith("a=mid"):
            lines += candidates
    return "\r\n".join(lines) + "\r\n"
