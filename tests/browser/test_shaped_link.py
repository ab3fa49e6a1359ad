"""Calls across a shaped link: what is heard and seen on four networks, and paths that are lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Person, sign_in
from tests.browser.portrait import write_portrait
from tests.browser.test_path import both_see_each_other, joins, takes_next
from tests.browser.test_relays import SELECTED
from tests.link.namespaces import Link, with_namespaces
from tests.link.stage import across
from tests.relay import with_coturn

pytestmark = [with_namespaces, with_coturn, pytest.mark.asyncio(loop_scope="module")]

# Samples of sound that were made up for lost ones, where there was something to be heard; and all.
HEARD = """
async () => {
  const reports = [...(await window.peers.at(-1).getStats()).values()];
  const sound = reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  return [sound.concealedSamples - sound.silentConcealedSamples, sound.totalSamplesReceived];
}
"""
HAS_HEARD = f"async (samples) => (await ({HEARD})())[1] >= samples"
PICTURES_SENT = """
async () => {
  const reports = [...(await window.peers.at(-1).getStats()).values()];
  return reports.find(({ type, kind }) => type === "outbound-rtp" && kind === "video").framesSent;
}
"""
# What the other side wants to get sound as: the first of its audio section's formats.
WANTS_SOUND_AS = """
() => {
  const { sdp } = window.peers.at(-1).remoteDescription;
  const [, format] = sdp.match(/m=audio \\d+ \\S+ (\\d+)/);
  return sdp.match(new RegExp(`a=rtpmap:${format} ([^/]+)/`))[1];
}
"""
WINDOW_SAMPLES = 4 * 48_000
# What a network does to a call when it comes passes; then sound is understood, or it never is.
WINDOWS = 8
UNDERSTOOD = 0.05
SETTLES_MS, RETURNS_MS = 60_000, 120_000


@dataclass(frozen=True)
class Call:
    """Two people in a call, the applicant behind the link."""

    link: Link
    applicant: Person
    verifier: Person

    @property
    def both(self) -> tuple[Person, Person]:
        return self.applicant, self.verifier


@pytest.fixture(scope="module")
def large_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As large as cameras send: how much fits through is what these tests are about."""
    path = tmp_path_factory.mktemp("large") / "portrait.y4m"
    write_portrait(path)
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def call(large_film: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Call]:
    """One call for all, which outlives whatever is done to the link."""
    async with across(tmp_path_factory.mktemp("link"), large_film) as stage:
        applicant = await sign_in(stage.far, stage, "pemohon1@demo.test")
        verifier = await sign_in(stage.near, stage, "verifikator1@demo.test")
        await joins(applicant)
        await takes_next(verifier, applicant)
        await both_see_each_other(applicant, verifier)
        yield Call(stage.link, applicant, verifier)


async def understand_each_other(call: Call) -> None:
    """Wait for a window of sound in which less than a twentieth was made up, on both sides."""
    for _window in range(WINDOWS):
        shares = await concealed_shares(call)
        if max(shares) < UNDERSTOOD:
            return
    raise AssertionError(f"of the last window {shares} was made up")


async def concealed_shares(call: Call) -> list[float]:
    """The share that was made up of what each side hears from now on, for one window."""
    before = [await person.page.evaluate(HEARD) for person in call.both]
    for person, (_concealed, samples) in zip(call.both, before, strict=True):
        until = samples + WINDOW_SAMPLES
        await person.until(HAS_HEARD, until)
    after = [await person.page.evaluate(HEARD) for person in call.both]
    return [(c2 - c1) / (s2 - s1) for (c1, s1), (c2, s2) in zip(before, after, strict=True)]


async def test_sound_is_sent_twice(call: Call) -> None:
    assert [await person.page.evaluate(WANTS_SOUND_AS) for person in call.both] == ["red", "red"]


async def test_people_see_and_understand_each_other_on_each_network(call: Call) -> None:
    for profile in ("4G", "3G", "400k"):
        call.link.be(profile)
        await understand_each_other(call)
        await both_see_each_other(*call.both)


async def test_where_no_picture_fits_sound_goes_alone_until_one_fits_again(call: Call) -> None:
    call.link.be("120k")
    for person in call.both:
        note = person.page.locator("[data-sound-only]")
        await expect(note).to_contain_text("untuk sementara hanya suara", timeout=SETTLES_MS)
    await understand_each_other(call)
    sent = [await person.page.evaluate(PICTURES_SENT) for person in call.both]
    await concealed_shares(call)
    assert [await person.page.evaluate(PICTURES_SENT) for person in call.both] == sent

    call.link.be("4G")
    for person in call.both:
        note = person.page.locator("[data-sound-only]")
        await expect(note).to_be_hidden(timeout=RETURNS_MS)
    await both_see_each_other(*call.both)


async def test_a_lost_path_is_said_and_another_found(call: Call) -> None:
    where = call.applicant.page.url
    call.link.be("4G")
    call.link.leave("wifi")
    await is_said_to_be_lost(call)
    call.link.join("mobile")
    await is_back(call)

    call.link.block_udp()
    await is_said_to_be_lost(call)
    for person in call.both:
        await expect(person.page.get_by_text("Mencari jalur lain")).to_be_visible()
    await is_back(call)
    assert (await call.applicant.page.evaluate(SELECTED))[::2] == ["relay", "tcp"]
    assert [person.page.url for person in call.both] == [where, where]
    call.link.free_udp()


async def is_said_to_be_lost(call: Call) -> None:
    for person in call.both:
        await expect(person.page.get_by_text("Terputus", exact=True)).to_be_visible()


async def is_back(call: Call) -> None:
    await both_see_each_other(*call.both)
    for person in call.both:
        await expect(person.page.get_by_text("Terputus", exact=True)).to_be_hidden()
        await expect(person.page.locator("[data-call-note]")).to_be_hidden()
