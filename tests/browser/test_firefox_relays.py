"""A call between Firefox and Chromium through a real coturn, by UDP, TCP and TLS."""

import signal
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Desk, Person, running
from tests.browser.firefox import Both, both, trust, with_certutil, with_firefox
from tests.browser.test_firefox import talk, until
from tests.browser.test_relays import SELECTED, in_call
from tests.relay import SECRET, Relay, certify, relay, with_coturn
from tests.sink import Sink

needed = [with_firefox, with_coturn, with_certutil]
pytestmark = [*needed, pytest.mark.asyncio(loop_scope="module")]

ENDS_SOON_MS = 56 * 60 * 1000  # of the hour of a credential: the page wants a fresh one
USER = "window.peers.at(-1).getConfiguration().iceServers[0].username"
# What the product itself makes of the statistics.
FIGURES = """
async () => {
  const entry = document.querySelector("script[type=module][src]").src;
  const { measure } = await import(new URL("call-stats.js", entry));
  return measure(await window.peers.at(-1).getStats(), null).figures;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("relays")


@pytest.fixture
def coturn(folder: Path) -> Iterator[Relay]:
    with relay(folder) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def launched(film: Path, folder: Path) -> AsyncIterator[Both]:
    home = folder / "home"
    trust(certify(folder), home)
    async with both(film, home) as browsers:
        yield browsers


@pytest_asyncio.fixture(loop_scope="module")
async def browsers(launched: Both) -> AsyncIterator[Both]:
    yield launched
    await launched.forget()


def by(url: str) -> dict[str, str]:
    return {"DESK_TURN_URL": url, "DESK_TURN_SECRET": SECRET, "DESK_RELAY_ONLY": "1"}


async def test_a_call_through_the_relay_by_udp_and_tls(
    browsers: Both, coturn: Relay, sink: Sink, tmp_path: Path
) -> None:
    applies, verifies = browsers.with_firefox_as("applicant")
    with running(tmp_path / "desk", sink, **by(coturn.url_by("udp"))) as desk:
        pair = await in_call(applies, desk, 1, verifies)
        await is_relayed(pair, "udp")
        page = pair[0].page
        await page.clock.install()
        await starts_anew(desk, by(coturn.tls_url), pair)
        await is_relayed(pair, "tls")

        user = await page.evaluate(USER)
        await page.clock.fast_forward(ENDS_SOON_MS)
        await until(page, f"{USER} === '{user}'", False)
        await talk(*pair)


async def test_a_call_through_the_relay_by_tcp_until_the_relay_dies(
    browsers: Both, coturn: Relay, sink: Sink, tmp_path: Path
) -> None:
    applies, verifies = browsers.with_firefox_as("verifier")
    with running(tmp_path / "desk", sink, **by(coturn.url_by("tcp"))) as desk:
        pair = await in_call(applies, desk, 1, verifies)
        await is_relayed(pair, "tcp")
        coturn.server.kill()
        for person in pair:
            await expect(person.page.get_by_text("Mencari jalur lain")).to_be_visible()


async def is_relayed(pair: Iterable[Person], transport: str) -> None:
    """Picture and sound come to both through a relay that each of them reaches so."""
    await talk(*pair)
    for person in pair:
        own, _other, way = await person.page.evaluate(SELECTED)
        assert (own, way) == ("relay", transport)
        figures = await person.page.evaluate(FIGURES)
        assert figures["path"] == f"relay_{transport}"
        assert person.faults == []


async def starts_anew(desk: Desk, variables: dict[str, str], pair: Iterable[Person]) -> None:
    """The desk with other settings, and both pages with it; the call goes on."""
    desk.stop(signal.SIGKILL)
    desk.variables = variables
    desk.start()
    for person in pair:
        await person.page.reload()
        person.faults.clear()
