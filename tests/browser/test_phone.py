"""The whole path on the smallest phone, by touch: upright, on its side, with both cameras."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, WATCH_PEERS, Desk, Person, sign_in
from tests.browser.test_path import both_see_each_other, passes_steps, says, takes_next

UPRIGHT: ViewportSize = {"width": 360, "height": 640}
ON_ITS_SIDE: ViewportSize = {"width": 640, "height": 360}
FAKE_DEVICES = "--use-fake-device-for-media-stream"
TAP_MIN = 44
# What sticks out of the window sideways, or is too small for a finger; links inside of sentences
# are as large as their words.
MISFITS = """
(least) => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const small = [...document.querySelectorAll("button, a.btn, select, input:not([type=hidden])")]
    .filter((one) => shown(one) && !one.closest(".visually-hidden"))
    .map((one) => [one.innerText || one.ariaLabel || one.name, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && Math.min(box.width, box.height) < least - 0.5)
    .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
  return wide > 0 ? [`${wide} px too wide`, ...small] : small;
}
"""
OUTSIDE = """
() => [...document.querySelectorAll(".call-bar button")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight;
  }).map((one) => one.innerText)
"""
SENT = """
() => window.peers.at(-1).getSenders().find(({ track }) => track?.kind === "video")
  ?.track.label
"""
AREA = "(video) => { const box = video.getBoundingClientRect(); return box.width * box.height; }"


@pytest_asyncio.fixture(loop_scope="session")
async def many_cameras() -> AsyncIterator[Browser]:
    """A Chromium with more than one camera, as phones have them."""
    flags = [flag for flag in FLAGS if flag != FAKE_DEVICES]
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*flags, f"{FAKE_DEVICES}=device-count=3"]
        )
        yield launched
        await launched.close()


async def by_touch(browser: Browser, desk: Desk, email: str) -> Person:
    """Somebody with a phone, signed in by taps alone."""
    context = await browser.new_context(
        viewport=UPRIGHT,
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        permissions=["camera", "microphone"],
    )
    await context.add_init_script(WATCH_PEERS)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{desk.url}/signin")
    await fits(page)
    await page.get_by_label("Email").tap()
    await page.keyboard.type(email)
    await page.get_by_label("Kata sandi", exact=True).tap()
    await page.keyboard.type(PASSWORD)
    await page.get_by_role("button", name="Masuk", exact=True).tap()
    await page.wait_for_url(lambda url: "/signin" not in url)
    return Person(page, context, faults)


async def fits(page: Page, *, sideways: bool = True) -> None:
    """Nothing is cut off and everything can be hit, upright and on its side."""
    assert await page.evaluate(MISFITS, TAP_MIN) == [], page.url
    if sideways:
        await page.set_viewport_size(ON_ITS_SIDE)
        assert await page.evaluate(MISFITS, TAP_MIN) == [], f"{page.url} on its side"
        await page.set_viewport_size(UPRIGHT)


async def test_the_whole_path_by_touch(many_cameras: Browser, browser: Browser, demo: Desk) -> None:
    phone = await by_touch(many_cameras, demo, "pemohon1@demo.test")
    page = phone.page
    await fits(page)
    await page.get_by_role("link", name="Buka jadwal").first.tap()
    await page.wait_for_url(re.compile("/meetings/"))
    await expect(page.get_by_text("Koneksi baik")).to_be_visible()
    await fits(page)
    await page.get_by_role("button", name="Gabung Rapat").tap()
    await page.wait_for_url(re.compile("/waiting/"))
    await expect(page.get_by_text("Kamera siap")).to_be_visible()
    await fits(page)

    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await takes_next(verifier, phone)
    await both_see_each_other(phone, verifier)
    await the_call_fits(page)
    await the_picture_that_matters_is_large(phone, verifier)
    await the_camera_can_be_turned(phone, verifier)

    await page.get_by_role("button", name="Pesan").tap()
    await says(page, "Selamat pagi")
    await expect(verifier.page.get_by_text("Selamat pagi")).to_be_visible()
    await page.get_by_role("button", name="Keluar dari panggilan").tap()
    await page.get_by_role("button", name="Ya, keluar").tap()
    await page.wait_for_url(re.compile("/meetings/"))
    assert phone.faults == []


async def the_call_fits(page: Page) -> None:
    for size in (ON_ITS_SIDE, UPRIGHT):
        await page.set_viewport_size(size)
        assert await page.evaluate(MISFITS, TAP_MIN) == [], size
        assert await page.evaluate(OUTSIDE) == [], size
        scroll = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
        assert await page.evaluate(scroll) <= 0


async def the_picture_that_matters_is_large(phone: Person, verifier: Person) -> None:
    own, remote = phone.page.locator("video[data-local]"), phone.page.locator("video[data-remote]")
    assert await remote.evaluate(AREA) > await own.evaluate(AREA)
    await passes_steps(verifier.page, 2)
    await expect(phone.page.get_by_role("heading", name="Arahkan KTP ke kamera")).to_be_visible()
    assert await own.evaluate(AREA) > await remote.evaluate(AREA)
    await expect(phone.page.locator(".guide")).to_be_visible()
    await phone.page.get_by_role("button", name="Tukar gambar").tap()
    assert await remote.evaluate(AREA) > await own.evaluate(AREA)


async def the_camera_can_be_turned(phone: Person, verifier: Person) -> None:
    """The second of Chromium's pretended cameras sees depth, which no call can send."""
    page = phone.page
    for camera in ("fake_device_1", "fake_device_2", "fake_device_0"):
        await page.get_by_role("button", name="Balik kamera").tap()
        await page.wait_for_function(f"(camera) => ({SENT})() === camera", arg=camera)
        if camera != "fake_device_1":
            await verifier.sees_the_other()
