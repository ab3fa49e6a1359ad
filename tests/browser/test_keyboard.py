"""The whole way by the keyboard alone: from the sign-in to the verdict, by Tab, Enter and Space."""

import re

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Desk

MOST_STEPS = 80
# What has the focus, as a screen reader names it; where nothing shows it, nobody sees it.
FOCUSED = """
() => {
  const at = document.activeElement;
  if (at === document.body) return ["", true];
  const label = at.labels?.[0]?.innerText ?? at.closest("label")?.innerText;
  const name = at.getAttribute("aria-label") ?? label ?? at.innerText ?? "";
  const style = getComputedStyle(at);
  const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [name.replace(/\\s+/g, " ").trim(), shown];
}
"""


async def tab_to(page: Page, name: str) -> None:
    """Move on with Tab until that name has the focus, and shows it."""
    seen = []
    for _step in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        found, is_shown = await page.evaluate(FOCUSED)
        seen.append(found)
        if name in found:
            assert is_shown, f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"Tab never comes to {name}: {seen}")


async def choose(page: Page, name: str) -> None:
    """Move on in a group of choices with the arrows, as keyboards do there."""
    for _step in range(MOST_STEPS):
        await page.keyboard.press("ArrowDown")
        found, is_shown = await page.evaluate(FOCUSED)
        if name in found:
            assert is_shown, f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"the arrows never come to {name}")


async def press(page: Page, name: str, key: str = "Enter") -> None:
    await tab_to(page, name)
    await page.keyboard.press(key)


async def signs_in(browser: Browser, desk: Desk, email: str) -> Page:
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, permissions=["camera", "microphone"]
    )
    page = await context.new_page()
    await page.goto(f"{desk.url}/signin")
    await tab_to(page, "Email")
    await page.keyboard.type(email)
    await tab_to(page, "Kata sandi")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/signin" not in url)
    return page


async def test_the_keyboard_alone_is_enough(browser: Browser, demo: Desk) -> None:
    applicant = await signs_in(browser, demo, "pemohon1@demo.test")
    await press(applicant, "Buka jadwal")
    await applicant.wait_for_url(re.compile("/meetings/"))
    await press(applicant, "Gabung Rapat")
    await applicant.wait_for_url(re.compile("/waiting/"))

    verifier = await signs_in(browser, demo, "verifikator1@demo.test")
    await press(verifier, "Layani pemohon berikutnya")
    await verifier.wait_for_url(re.compile("/calls/"))
    await applicant.wait_for_url(re.compile("/calls/"))
    await press(applicant, "Bisukan mikrofon", "Space")
    await expect(applicant.get_by_role("button", name="Bunyikan mikrofon")).to_be_visible()
    await tab_to(applicant, "Tulis pesan")
    await applicant.keyboard.type("Selamat pagi")
    await applicant.keyboard.press("Enter")
    await expect(verifier.get_by_text("Selamat pagi")).to_be_visible()

    await press(verifier, "Tolak")
    await tab_to(verifier, "Surat Tugas sudah tidak berlaku")
    await choose(verifier, "Penanda tangan tidak berwenang")
    await tab_to(verifier, "Penjelasan untuk pemohon")
    await verifier.keyboard.type("Mintalah tanda tangan Kepala Dinas.")
    await press(verifier, "Tolak dan kirim email")
    await verifier.wait_for_url(re.compile("/desk$"))
    await applicant.wait_for_url(re.compile("/organisation$"))
