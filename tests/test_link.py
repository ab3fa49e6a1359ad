"""The shaped link itself: what is sent on one side comes out on the other, and nothing remains."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.link.namespaces import DESK, NETWORKS, Link, link, with_namespaces
from tests.place import KNOCK, Place
from tests.support import free_port

pytestmark = with_namespaces

ECHO = """
import socket, sys
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here = sys.argv[1], int(sys.argv[2])
echo.bind(here)
listening = socket.create_server(here)
print("ready", flush=True)
while True:
    echo.sendto(*echo.recvfrom(2000))
"""
# Each is sent until its answer comes or there is no hope; prints the address that it was sent from.
ASK = """
import socket, sys
ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ask.settimeout(0.4)
for _ in range(int(sys.argv[3])):
    try:
        ask.connect((sys.argv[1], int(sys.argv[2])))
        ask.send(b"?")
        ask.recv(2000)
    except OSError:
        continue
    print(ask.getsockname()[0])
    break
"""
UNTIL_IT_COMES, A_FEW_TIMES = 50, 2


@pytest.fixture(scope="module")
def shaped() -> Iterator[Link]:
    with link("4G") as made:
        yield made


@pytest.fixture(scope="module")
def port(shaped: Link) -> Iterator[int]:
    """Where everything that comes to the desk's side is sent back."""
    number = free_port()
    command = shaped.desk.within(sys.executable, "-c", ECHO, DESK, str(number))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as echo:
        assert echo.stdout is not None
        assert echo.stdout.readline() == b"ready\n"
        yield number
        echo.kill()


def answered(side: Place, port: int, times: int = UNTIL_IT_COMES) -> str:
    """The address from which the desk's side was reached; nothing where it was not."""
    asking = side.within(sys.executable, "-c", ASK, DESK, str(port), str(times))
    return subprocess.run(asking, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("profile", ["4G", "3G", "400k", "120k"])
def test_packets_go_both_ways(shaped: Link, port: int, profile: str) -> None:
    shaped.be(profile)
    assert answered(shaped.applicant, port) == NETWORKS["wifi"]
    shaped.be("4G")


def test_a_cut_network_carries_nothing_until_it_is_mended(shaped: Link, port: int) -> None:
    shaped.cut("wifi")
    assert answered(shaped.applicant, port, A_FEW_TIMES) == ""
    shaped.mend("wifi")
    assert answered(shaped.applicant, port) == NETWORKS["wifi"]


def test_the_other_network_takes_over(shaped: Link, port: int) -> None:
    shaped.leave("wifi")
    assert answered(shaped.applicant, port, A_FEW_TIMES) == ""
    shaped.join("mobile")
    assert answered(shaped.applicant, port) == NETWORKS["mobile"]
    shaped.move("mobile", "wifi")
    assert answered(shaped.applicant, port) == NETWORKS["wifi"]


def test_blocked_udp_leaves_tcp_alone(shaped: Link, port: int) -> None:
    shaped.block_udp()
    assert answered(shaped.applicant, port, A_FEW_TIMES) == ""
    shaped.applicant.run(sys.executable, "-c", KNOCK, DESK, str(port))
    shaped.free_udp()
    assert answered(shaped.applicant, port) == NETWORKS["wifi"]


def test_nothing_is_left_behind_when_a_test_fails() -> None:
    with pytest.raises(ZeroDivisionError), link() as made:
        names = [side.prefix[-1] for side in (made.desk, made.applicant)]
        _ = 1 / 0
    listed = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True)
    assert [name for name in names if name in listed.stdout] == []
    assert made.carrier.returncode == 0
