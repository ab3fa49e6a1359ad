"""Cameras and microphones before and in a call: tried, refused, busy, taken, unplugged, healed."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, Desk, Person, sign_in
from tests.browser.microphones import microphones, with_pulseaudio
from tests.browser.test_path import both_see_each_other, joins, takes_next

FAKE_DEVICES = "--use-fake-device-for-media-stream"
ALL_IS_ALLOWED = "--use-fake-ui-for-media-stream"
SENDING = """
() => window.peers.at(-1).getSenders().map(({ track }) => track && [track.kind, track.label])
"""
# What a browser says while another program has the camera, until `window.free` is set.
BUSY = """
const open = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = function (wish) {
  if (wish.video && !window.free) throw new DOMException("in use", "NotReadableError");
  return open.call(this, wish);
};
"""
# A phone call takes a microphone: the browser mutes its track, and says so.
TAKEN = """
(muted) => {
  const track = window.peers.at(-1).getSenders().find((one) => one.track.kind === "audio").track;
  Object.defineProperty(track, "muted", { configurable: true, get: () => muted });
  track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
}
"""


async def opens_meeting(person: Person) -> Page:
    """From the dashboard to the page of the booked meeting."""
    page = person.page
    await page.locator('a[href^="/meetings/"]').first.click()
    await page.wait_for_url(re.compile("/meetings/"))
    return page


async def test_devices_and_connection_are_tried_before_the_meeting(
    browser: Browser, demo: Desk
) -> None:
    person = await sign_in(browser, demo, "pemohon1@demo.test")
    await person.context.grant_permissions(["camera", "microphone", "clipboard-write"])
    page = await opens_meeting(person)
    for words in ("Kamera berfungsi", "Mikrofon berfungsi", "Koneksi baik"):
        await expect(page.get_by_text(words)).to_be_visible()
    await expect(page.locator("[data-level] .is-lit").first).to_be_attached()
    picture = page.locator("video[data-check-video]")
    assert await picture.evaluate("video => video.srcObject.getVideoTracks().length") == 1

    await page.get_by_role("button", name="Ganti perangkat").click()
    dialog = page.get_by_role("dialog", name="Perangkat")
    await expect(dialog.get_by_label("Mikrofon").get_by_role("option").first).to_be_attached()
    await dialog.get_by_label("Mikrofon").select_option(index=1)
    await dialog.get_by_role("button", name="Selesai").click()
    await page.get_by_role("button", name="Tes suara").click()
    await page.get_by_role("button", name="Tidak", exact=True).click()
    await expect(page.get_by_text("Naikkan volume")).to_be_visible()

    await page.get_by_text("Rincian koneksi").click()
    for step, result in (("server", "terjangkau"), ("socket", "terjangkau"), ("delay", "ms")):
        await expect(page.locator(f"[data-step={step}]")).to_contain_text(result)
    await expect(page.locator("[data-step=rate]")).to_contain_text("bit/s")
    await expect(page.locator("[data-step=relay_tls]")).to_contain_text("tidak dipakai")
    await page.get_by_role("button", name="Salin laporan").click()
    await expect(page.get_by_text("Laporan disalin")).to_be_visible()
    report = await page.get_by_label("Laporan pemeriksaan perangkat").input_value()
    for words in ("Mozilla/5.0", "Kamera berfungsi", "Koneksi baik", "Naikkan volume"):
        assert words in report
    assert person.faults == []


async def test_the_chosen_microphone_is_that_of_the_call(browser: Browser, demo: Desk) -> None:
    applicant = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(applicant)
    page = applicant.page
    await page.get_by_role("button", name="Ubah").click()
    check = page.get_by_role("dialog", name="Periksa kamera dan mikrofon")
    await expect(check.get_by_text("Koneksi baik")).to_be_visible()
    await check.get_by_role("button", name="Ganti perangkat").click()
    dialog = page.get_by_role("dialog", name="Perangkat", exact=True)
    await dialog.get_by_label("Mikrofon").select_option("Fake Audio Input 2")
    await dialog.get_by_role("button", name="Selesai").click()
    await check.get_by_role("button", name="Selesai").click()
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    assert ["audio", "Fake Audio Input 2"] in await page.evaluate(SENDING)
    await leaves(applicant)
    assert applicant.faults == verifier.faults == []


async def leaves(applicant: Person) -> None:
    """Out of the call, so that the next test begins with an empty line."""
    await applicant.page.get_by_role("button", name="Keluar dari panggilan").click()
    await applicant.page.get_by_role("button", name="Ya, keluar").click()
    await applicant.page.wait_for_url(re.compile("/meetings/"))


async def test_what_was_refused_is_explained_and_comes_when_allowed(
    asking: Browser, demo: Desk
) -> None:
    person = await sign_in(asking, demo, "pemohon2@demo.test")
    await allows(person, "microphone")
    page = await opens_meeting(person)
    await page.get_by_role("button", name="Mulai periksa").click()
    await expect(page.get_by_text("Izin kamera ditolak")).to_be_visible()
    await expect(page.get_by_text("Klik ikon di sebelah kiri alamat")).to_be_visible()
    await expect(page.get_by_text("Mikrofon berfungsi")).to_be_visible()
    await allows(person, "camera", "microphone")
    await expect(page.get_by_text("Kamera berfungsi")).to_be_visible()
    await expect(page.get_by_text("Klik ikon di sebelah kiri alamat")).to_be_hidden()


async def allows(person: Person, *names: str) -> None:
    """These alone, as somebody sets it in the browser while the page is open."""
    await person.context.clear_permissions()
    await person.context.grant_permissions(names)


async def test_a_camera_no_longer_allowed_is_said_to_both_and_healed(
    asking: Browser, demo: Desk
) -> None:
    applicant = await sign_in(asking, demo, "pemohon3@demo.test")
    verifier = await sign_in(asking, demo, "verifikator2@demo.test")
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    await allows(applicant, "microphone")
    await expect(applicant.page.get_by_text("Izin kamera ditolak.")).to_be_visible()
    await expect(verifier.page.get_by_text("Pemohon tidak mengirim gambar")).to_be_visible()
    await allows(applicant, "camera", "microphone")
    await expect(verifier.page.get_by_text("Pemohon tidak mengirim gambar")).to_be_hidden()
    await expect(applicant.page.get_by_text("Izin kamera ditolak.")).to_be_hidden()
    await verifier.sees_the_other()
    await leaves(applicant)


async def test_a_busy_camera_and_a_taken_microphone_come_back_by_themselves(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon4@demo.test")
    verifier = await sign_in(browser, demo, "verifikator3@demo.test")
    await applicant.context.add_init_script(BUSY)
    await joins(applicant)
    await expect(applicant.page.get_by_text("sedang dipakai aplikasi lain")).to_be_visible()
    await takes_next(verifier, applicant)
    page, other = applicant.page, verifier.page
    await expect(page.get_by_text("Aplikasi lain sedang memakai kamera Anda.")).to_be_visible()
    await expect(other.get_by_text("Pemohon tidak mengirim gambar")).to_be_visible()
    await page.evaluate("window.free = true")
    await expect(other.get_by_text("Pemohon tidak mengirim gambar")).to_be_hidden()
    await verifier.sees_the_other()

    await page.evaluate(TAKEN, True)
    await expect(page.get_by_text("Panggilan telepon atau aplikasi lain mengambil")).to_be_visible()
    await expect(other.get_by_text("Pemohon tidak mengirim suara")).to_be_visible()
    await page.evaluate(TAKEN, False)
    await expect(other.get_by_text("Pemohon tidak mengirim suara")).to_be_hidden()
    await page.get_by_role("button", name="Bisukan mikrofon").click()
    await expect(other.get_by_text("Mikrofon pemohon mati")).to_be_visible()
    await leaves(applicant)


@with_pulseaudio
async def test_an_unplugged_microphone_gives_way_to_another(
    browser: Browser, demo: Desk, tmp_path: Path
) -> None:
    """A real sound server, and no camera at all: who has none is heard all the same."""
    verifier = await sign_in(browser, demo, "verifikator4@demo.test")
    with microphones(tmp_path / "pulse") as plugs:
        plugs.plug("Meja")
        async with without(FAKE_DEVICES, **plugs.environment) as bare:
            applicant = await sign_in(bare, demo, "pemohon5@demo.test")
            await joins(applicant)
            await takes_next(verifier, applicant)
            page, other = applicant.page, verifier.page
            await expect(page.get_by_text("Tidak ada kamera yang ditemukan.")).to_be_visible()
            await expect(other.get_by_text("Pemohon tidak mengirim gambar")).to_be_visible()
            await expect(other.locator("[data-remote-muted]")).to_be_hidden()

            await page.get_by_role("button", name="Perangkat").first.click()
            await page.get_by_role("combobox", name="Mikrofon").select_option("Meja")
            await page.get_by_role("button", name="Selesai").click()
            await page.wait_for_function(f"({SENDING})().some((one) => one?.[1] === 'Meja')")
            plugs.plug("Telinga")
            plugs.unplug("Meja")
            await expect(page.get_by_text("kini dipakai:")).to_be_visible()
            plugs.unplug("Telinga")
            await expect(other.get_by_text("Pemohon tidak mengirim suara")).to_be_visible()
            await expect(page.get_by_text("Tidak ada kamera dan mikrofon")).to_be_visible()
            plugs.plug("Saku")
            await expect(other.get_by_text("Pemohon tidak mengirim suara")).to_be_hidden()
            await leaves(applicant)


@asynccontextmanager
async def without(flag: str, **environment: str) -> AsyncIterator[Browser]:
    """A Chromium without this one of the flags."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[one for one in FLAGS if one != flag],
            env={**os.environ, **environment},
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def asking() -> AsyncIterator[Browser]:
    """A Chromium that allows what was allowed, and nothing else."""
    async with without(ALL_IS_ALLOWED) as launched:
        yield launched
