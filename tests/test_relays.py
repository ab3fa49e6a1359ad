"""What the two people of a call get of the relay, and what a real coturn does with it."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aioice import stun
from aioice.turn import TurnClientUdpProtocol

from desk.relay_check import MUST_BE_DENIED, faults_of
from desk.relays import ice_of
from desk.settings import Settings
from tests.relay import HOST, SECRET, Relay, relay, with_coturn
from tests.scenes import in_call, joined
from tests.support import RunningDesk, on_sqlite

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "coturn.conf"
URL = "turn:relay.test:3478,turns:relay.test:443"
LIFETIME_S = 600
FORBIDDEN, UNAUTHORIZED, QUOTA_REACHED, OTHER_FAMILY = 403, 401, 486, 443


def with_relay(settings: Settings, url: str = URL, **more: Any) -> Settings:
    return settings.model_copy(update={"turn_url": url, "turn_secret": SECRET, **more})


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_relay(settings)


async def test_each_side_of_a_call_gets_a_credential_of_its_own(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    users = set()
    for visitor in (scene.verifier, scene.applicant):
        _status, body = await visitor.read(scene.page)
        (server,) = body["ice_servers"]
        assert server["urls"] == [
            "turn:relay.test:3478?transport=udp",
            "turn:relay.test:3478?transport=tcp",
            "turns:relay.test:443?transport=tcp",
        ]
        ends, whose = server["username"].split(":")
        assert int(ends) == int((desk.clock.now() + timedelta(hours=1)).timestamp())
        assert whose.startswith(f"{scene.call}-")
        assert body["ice_expires_at"] == (desk.clock.now() + timedelta(hours=1)).isoformat()
        assert body["relay_only"] is False
        users.add(server["username"])
        _status, page = await visitor.open(scene.page)
        assert server["credential"] in page
        assert SECRET not in page
    assert len(users) == 2


async def test_who_only_waits_gets_none_and_neither_does_anybody_after_the_end(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    waiting = await joined(desk)
    _status, page = await waiting.visitor.open(waiting.page)
    status, _body = await waiting.visitor.read(scene.page)
    # Its check of the connection knows the relay's addresses, and nothing that opens the relay.
    assert "relay.test" in page
    assert not re.search("credential|username|ice_servers", page)
    assert status in {403, 404}
    await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    for visitor in (scene.verifier, scene.applicant):
        _status, body = await visitor.read(scene.page)
        assert "ice_servers" not in body


@pytest.fixture
def coturn(tmp_path: Path) -> Iterator[Relay]:
    with relay(tmp_path / "coturn") as running:
        yield running


def credential(settings: Settings, now: datetime, call: str = "a-call") -> tuple[str, str]:
    (server,) = ice_of(settings, call, "applicant", now)["ice_servers"]
    return server["username"], server["credential"]


@asynccontextmanager
async def allocated(port: int, user: str, password: str) -> AsyncIterator[TurnClientUdpProtocol]:
    """A place on the relay. Raises TransactionFailed where it is refused."""
    loop, server = asyncio.get_running_loop(), (HOST, port)
    _transport, place = await loop.create_datagram_endpoint(
        lambda: TurnClientUdpProtocol(server, user, password, LIFETIME_S, LIFETIME_S),
        remote_addr=server,
    )
    try:
        await place.connect()
        yield place
    finally:
        await place.delete()


async def error_of(attempt: Any) -> int:
    """The code with which the relay refuses."""
    with pytest.raises(stun.TransactionFailed) as refused:
        await attempt
    return refused.value.response.error_code or 0


@with_coturn
@on_sqlite
async def test_coturn_takes_the_credential_until_it_ends(settings: Settings, coturn: Relay) -> None:
    now = datetime.now(UTC)
    async with allocated(coturn.port, *credential(settings, now)) as place:
        await place.channel_bind(0x4000, (HOST, 9))
    user, password = credential(settings, now - timedelta(hours=2))
    assert await error_of(allocated(coturn.port, user, password).__aenter__()) == UNAUTHORIZED
    user, password = credential(settings, now)
    forged = user.replace("a-call", "another-call")
    assert await error_of(allocated(coturn.port, forged, password).__aenter__()) == UNAUTHORIZED


@with_coturn
@on_sqlite
async def test_the_shipped_configuration_reaches_no_special_address(
    settings: Settings, tmp_path: Path
) -> None:
    user, password = credential(settings, datetime.now(UTC))
    with relay(tmp_path / "coturn", configuration=SHIPPED) as shipped:
        async with allocated(shipped.port, user, password) as place:
            for number, net in enumerate(MUST_BE_DENIED):
                for address in {ip_network(net)[0], ip_network(net)[-1]}:
                    if str(address) == "0.0.0.0":
                        continue
                    code = await error_of(place.channel_bind(0x4000 + number, (str(address), 80)))
                    assert code in {FORBIDDEN, OTHER_FAMILY}, address
            await place.channel_bind(0x4FFF, ("8.8.8.8", 80))


@with_coturn
@on_sqlite
async def test_the_shipped_quota_stops_a_credential_that_was_passed_on(
    settings: Settings, tmp_path: Path
) -> None:
    user, password = credential(settings, datetime.now(UTC))
    with relay(tmp_path / "coturn", configuration=SHIPPED) as shipped:
        async with AsyncExitStack() as places:
            for _place in range(20):
                await places.enter_async_context(allocated(shipped.port, user, password))
            one_more = allocated(shipped.port, user, password).__aenter__()
            assert await error_of(one_more) == QUOTA_REACHED


def test_the_shipped_configuration_only_lacks_its_secret() -> None:
    assert faults_of(SHIPPED.read_text()) == ["static-auth-secret is not set"]


@pytest.mark.parametrize("net", MUST_BE_DENIED)
def test_a_range_left_out_is_named(net: str) -> None:
    lines = SHIPPED.read_text().splitlines()
    here = f"denied-peer-ip={ip_network(net)[0]}"
    without = [line for line in lines if line != here and not line.startswith(f"{here}-")]
    assert len(without) == len(lines) - 1
    assert f"denied-peer-ip does not cover {net}" in faults_of("\n".join(without))


@pytest.mark.parametrize(
    ("line", "instead", "fault"),
    [
        ("no-cli", "", "no-cli is missing"),
        ("use-auth-secret", "# use-auth-secret", "use-auth-secret is missing"),
        ("user-quota=20", "user-quota=0", "user-quota sets no limit"),
        ("no-cli", "no-cli\ndenied-peer-ip=::", "denied-peer-ip=:: denies every address"),
        ("no-cli", "no-cli\nallow-loopback-peers", "allow-loopback-peers must not stand there"),
    ],
)
def test_a_dangerous_line_is_named(line: str, instead: str, fault: str) -> None:
    shipped = SHIPPED.read_text()
    assert f"\n{line}\n" in shipped
    assert fault in faults_of(shipped.replace(f"\n{line}\n", f"\n{instead}\n"))
