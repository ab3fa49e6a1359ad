"""Calls through a real coturn, by UDP, TCP and TLS, and their recording; and when it dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk, Person, chromium, running, sign_in
from tests.browser.firefox import trust, with_certutil
from tests.browser.recorded import agrees, both_are_written, know_of_it
from tests.browser.test_path import both_see_each_other, joins, takes_next
from tests.relay import SECRET, Relay, relay, with_coturn
from tests.sink import Sink

pytestmark = with_coturn

# The pair of candidates that a page's packets take: what its own one is, and how it reaches its
# relay. The transport names it; older Firefox marks it instead, which all of them do.
SELECTED = """
async (which) => {
  const reports = await window[which ?? "peers"].at(-1).getStats();
  const all = [...reports.values()];
  const { selectedCandidatePairId: id } = all.find(({ type }) => type === "transport") ?? {};
  const pair = id ? reports.get(id) : all.find(({ selected }) => selected);
  const [own, other] = [pair.localCandidateId, pair.remoteCandidateId].map((id) => reports.get(id));
  return [own.candidateType, other.candidateType, own.relayProtocol];
}
"""


ANSWERED = "window.legs.at(-1).remoteDescription.sdp"


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with relay(tmp_path_factory.mktemp("relay") / "coturn") as started:
        yield started


async def in_call(
    browser: Browser,
    desk: Desk,
    number: int,
    verifiers: Browser | None = None,
    *,
    is_recorded: bool = False,
) -> tuple[Person, Person]:
    """An applicant and a verifier, maybe in another browser, who see each other."""
    applicant, verifier = await asyncio.gather(
        sign_in(browser, desk, f"pemohon{number}@demo.test"),
        sign_in(verifiers or browser, desk, f"verifikator{number}@demo.test"),
    )
    await joins(applicant)
    if is_recorded:
        await agrees(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    if is_recorded:
        await know_of_it(applicant, verifier)
    return applicant, verifier


@pytest.fixture
def trusting_home(coturn: Relay, tmp_path: Path) -> Path:
    """A home whose Chromium trusts the relay's certificate."""
    trust(coturn.authority, tmp_path / "home")
    return tmp_path / "home"


@pytest_asyncio.fixture(loop_scope="session")
async def trusting_browser(film: Path, trusting_home: Path) -> AsyncIterator[Browser]:
    async with chromium(film, HOME=str(trusting_home)) as launched:
        yield launched


@with_certutil
async def test_media_goes_through_the_relay_by_tls(
    trusting_browser: Browser, coturn: Relay, sink: Sink, tmp_path: Path
) -> None:
    settings = {
        "DESK_TURN_URL": coturn.tls_url,
        "DESK_TURN_SECRET": SECRET,
        "DESK_RELAY_ONLY": "1",
    }
    with running(tmp_path / "desk", sink, **settings) as desk:
        for person in await in_call(trusting_browser, desk, 1):
            assert await person.page.evaluate(SELECTED) == ["relay", "relay", "tls"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_media_and_its_recording_go_through_the_relay_alone(
    transport: str, browser: Browser, coturn: Relay, sink: Sink, tmp_path: Path
) -> None:
    settings = {
        "DESK_TURN_URL": coturn.url_by(transport),
        "DESK_TURN_SECRET": SECRET,
        "DESK_RELAY_ONLY": "1",
    }
    with running(tmp_path / "desk", sink, **settings) as desk:
        for person in await in_call(browser, desk, 1, is_recorded=True):
            assert await person.page.evaluate(SELECTED) == ["relay", "relay", transport]
            own, _recorders, way = await person.page.evaluate(SELECTED, "legs")
            assert (own, way) == ("relay", transport)
            # The recorder is behind the relay as well, should nobody reach it directly.
            assert " typ relay " in await person.page.evaluate(ANSWERED)
            assert person.faults == []
        await both_are_written(person, desk, 1)


async def test_a_dead_relay_is_said_and_the_call_kept(
    browser: Browser, sink: Sink, tmp_path: Path
) -> None:
    with relay(tmp_path / "coturn") as mortal:
        settings = {
            "DESK_TURN_URL": mortal.url,
            "DESK_TURN_SECRET": SECRET,
            "DESK_RELAY_ONLY": "1",
        }
        with running(tmp_path / "desk", sink, **settings) as desk:
            pair = await in_call(browser, desk, 1)
            mortal.server.kill()
            mortal.server.wait()
            for person in pair:
                await expect(person.page.get_by_text("Mencari jalur lain")).to_be_visible()
                await expect(person.page.get_by_text("Terputus", exact=True)).to_be_visible()
                status = await person.page.evaluate(
                    "fetch(location, {headers: {Accept: 'application/json'}}).then((a) => a.json())"
                )
                assert status["state"] == "open"
