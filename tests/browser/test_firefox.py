"""A call between Firefox and Chromium, either of them on either side; it is recorded."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Desk, Person, sign_in
from tests.browser.firefox import Both, both, with_firefox
from tests.browser.recorded import (
    WITHOUT_UDP,
    agrees,
    call_of,
    ends,
    know_of_it,
    recording_of,
    records_by_itself,
)
from tests.browser.test_path import both_see_each_other, joins, passes_steps, says, takes_next

pytestmark = [with_firefox, pytest.mark.asyncio(loop_scope="module")]

STAYS = "window.stays = true"
HAS_STAYED = "window.stays === true"
CONNECTIONS = "window.peers.length"
NETWORK_CHANGES = "dispatchEvent(new Event('offline'))"
LOUDNESS = """
async () => {
  const reports = [...(await window.peers.at(-1).getStats()).values()];
  return reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio").audioLevel;
}
"""
# How often the other side has answered a check of the path, with no media to be seen.
ANSWERS = """
async () => {
  const reports = [...(await window.peers.at(-1).getStats()).values()];
  return reports.reduce((sum, one) => sum + (one.responsesReceived ?? 0), 0);
}
"""
NO_DEVICES = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotFoundError"); };
"""
# The browser itself refuses then, with an error of its own kind.
NO_SUCH_CAMERA = """
const media = navigator.mediaDevices;
const open = media.getUserMedia.bind(media);
media.getUserMedia = ({ video, audio }) =>
  open({ audio, video: video && { ...video, deviceId: { exact: "unplugged" } } });
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def launched(film: Path) -> AsyncIterator[Both]:
    async with both(film) as browsers:
        yield browsers


@pytest_asyncio.fixture(loop_scope="module")
async def browsers(launched: Both) -> AsyncIterator[Both]:
    yield launched
    await launched.forget()


async def until(page: Page, script: str, wanted: object) -> None:
    """Wait until the script answers what is wanted."""
    for _try in range(400):
        if (now := await page.evaluate(script)) == wanted:
            return
        await page.wait_for_timeout(50)
    raise AssertionError(f"{script} stays {now}")


async def talk(one: Person, other: Person) -> None:
    """Picture and sound come, both ways."""
    await both_see_each_other(one, other)
    for person in (one, other):
        await person.hears_the_other()


@pytest.mark.parametrize(("side", "number"), [("applicant", 4), ("verifier", 5)])
async def test_a_whole_call(side: str, number: int, browsers: Both, demo: Desk) -> None:
    applies, verifies = browsers.with_firefox_as(side)
    applicant = await sign_in(applies, demo, f"pemohon{number}@demo.test")
    verifier = await sign_in(verifies, demo, "verifikator1@demo.test")
    fox, other = (applicant, verifier) if side == "applicant" else (verifier, applicant)
    await joins(applicant)
    await expect(applicant.page.locator("[data-place]")).to_have_text("1")
    await agrees(applicant)
    await fox.page.evaluate(STAYS)
    await takes_next(verifier, applicant)
    await talk(applicant, verifier)
    await know_of_it(applicant, verifier)
    call = call_of(verifier)

    await says(applicant.page, "Selamat pagi")
    await expect(verifier.page.locator("[data-chat-log]")).to_contain_text("Selamat pagi")
    await says(verifier.page, "Pagi juga")
    await expect(applicant.page.locator("[data-chat-log]")).to_contain_text("Pagi juga")

    await fox.page.get_by_role("button", name="Bisukan mikrofon").click()
    await expect(fox.page.get_by_role("button", name="Bunyikan mikrofon")).to_be_visible()
    await until(other.page, LOUDNESS, 0)
    await fox.page.get_by_role("button", name="Bunyikan mikrofon").click()
    await other.hears_the_other()

    await fox.page.evaluate(NETWORK_CHANGES)
    await until(fox.page, CONNECTIONS, 2)
    await talk(applicant, verifier)

    if side == "applicant":
        assert await fox.page.evaluate(HAS_STAYED)
    await fox.page.reload()
    await talk(applicant, verifier)

    await passes_steps(verifier.page)
    await verifier.page.get_by_role("button", name="Setujui", exact=True).click()
    await verifier.page.get_by_role("button", name="Setujui dan kirim email").click()
    await verifier.page.wait_for_url(re.compile("/desk$"))
    await applicant.page.wait_for_url(re.compile(r":\d+/$"))
    await expect(applicant.page.get_by_text("Disetujui").first).to_be_visible()
    for seen in (await recording_of(verifier, demo, call)).values():
        assert len(seen.pictures_s) > 10
        assert len(seen.sounds_s) > 50
    assert fox.faults == []
    assert other.faults == []


async def test_silence_is_no_lost_path(browsers: Both, demo: Desk) -> None:
    applicant = await sign_in(browsers.chromium, demo, "pemohon3@demo.test")
    verifier = await sign_in(browsers.firefox, demo, "verifikator3@demo.test")
    await applicant.context.add_init_script(NO_DEVICES)
    await verifier.context.add_init_script(NO_SUCH_CAMERA)
    await joins(applicant)
    await takes_next(verifier, applicant)
    page = verifier.page
    await expect(page.get_by_text("Tidak ada kamera yang ditemukan.")).to_be_visible()
    await applicant.hears_the_other()
    await until(page, f"async () => await ({ANSWERS})() > {await page.evaluate(ANSWERS)}", True)
    assert await page.evaluate(CONNECTIONS) == 1
    assert verifier.faults == []


async def test_without_udp_firefox_records_by_itself(browsers: Both, demo: Desk) -> None:
    applicant = await sign_in(browsers.firefox, demo, "pemohon2@demo.test")
    verifier = await sign_in(browsers.chromium, demo, "verifikator2@demo.test")
    await applicant.context.add_init_script(WITHOUT_UDP)
    await joins(applicant)
    await agrees(applicant)
    await records_by_itself(applicant, verifier, 3)
    call = call_of(verifier)
    await ends(verifier)
    seen = (await recording_of(verifier, demo, call, "applicant"))["applicant"]
    assert max(after - before for before, after in pairwise(seen.pictures_s)) < 0.9
    assert len(seen.sounds_s) > 50
