"""A recording is played: both sides move, in step, and come to where one wants them."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.axe import violations
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.looks import DESKTOP, PHONE, SMALLEST, WALL, Look
from tests.recorded import Leg, Recorded, recorded
from tests.scenes import value
from tests.support import PASSWORD, RunningDesk, on_sqlite

pytestmark = [on_sqlite, pytest.mark.asyncio(loop_scope="function")]
# Both sides last until 4.5 s; one begins half a second after the other.
LEGS = (
    Leg("applicant", 1, seconds=2),
    Leg("applicant", 2, seconds=2, after_s=2.5),
    Leg("verifier", seconds=4, after_s=0.5),
)
MOST_APART_S = 0.1
FRAMES = """
() => [...document.querySelectorAll("video")].map(
  (one) => one.getVideoPlaybackQuality().totalVideoFrames)
"""
PLACES = '() => [...document.querySelectorAll("video")].map((one) => one.currentTime)'
ARE_AT = """
(at) => [...document.querySelectorAll("video")].every(
  (one) => !one.seeking && one.readyState > 1 && Math.abs(one.currentTime - at) < 0.1)
"""
READY = '() => [...document.querySelectorAll("video")].every((one) => one.readyState > 2)'


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium that needs no camera."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
async def recording(desk: RunningDesk) -> Recorded:
    return await recorded(desk, LEGS)


@pytest.fixture
async def page(browser: Browser, recording: Recorded) -> AsyncIterator[Page]:
    """The page of a view that the call's verifier has opened by the form."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    url = recording.desk.settings.public_url
    await page.goto(f"{url}/signin?next={recording.page}")
    await page.get_by_label("Email").fill(recording.call.verifier_account.email)
    await page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Masuk", exact=True).click()
    await page.get_by_label("Alasan menayangkan").fill("Keberatan pemohon")
    await page.get_by_role("button", name="Putar rekaman").click()
    await page.wait_for_url(re.compile("/views/"))
    yield page
    await context.close()


async def test_both_sides_are_played_in_step_and_come_to_where_one_wants_them(
    page: Page, recording: Recorded, looks: Look
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await page.wait_for_function(READY)
    bar = page.get_by_label("Posisi")
    await expect(bar).to_have_attribute("aria-valuetext", "0.00 dari 0.04")
    before = await page.evaluate(FRAMES)
    await page.get_by_role("button", name="Putar", exact=True).click()
    await page.wait_for_function(
        f"(before) => ({FRAMES})().every((n, i) => n > before[i] + 5)", arg=before
    )
    applicant, verifier = await page.evaluate(PLACES)
    assert abs(applicant - verifier) < MOST_APART_S
    await page.get_by_role("button", name="Jeda", exact=True).click()
    assert await violations(page) == []
    await looks(page, "recording-view", WALL, DESKTOP, PHONE, SMALLEST)

    # By the bar and the keyboard, then by what happened then.
    await bar.fill("3200")
    await page.wait_for_function(ARE_AT, arg=3.2)
    await bar.press("Home")
    await page.wait_for_function(ARE_AT, arg=0)
    await page.get_by_role("button", name="0.02", exact=True).click()
    await page.wait_for_function(ARE_AT, arg=2)
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Jeda", exact=True)).to_be_visible()
    assert faults == []

    await page.get_by_role("link", name="Keterangan rekaman").click()
    await expect(page.get_by_text("Keberatan pemohon", exact=True)).to_be_visible()
    assert await violations(page) == []
    await looks(page, "recording", WALL, PHONE)
    await page.get_by_role("link", name="Rekaman", exact=True).click()
    assert await violations(page) == []
    await looks(page, "recordings", DESKTOP, PHONE)
    closed_at = "SELECT closed_at FROM recording_view"
    assert await value(recording.desk.database, closed_at) is not None
