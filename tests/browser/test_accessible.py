"""Every page of the path: no violation that axe-core finds, in both themes, wide and narrow."""

import re
from typing import Literal

from playwright.async_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Desk, sign_in
from tests.browser.looks import OVERFLOW
from tests.browser.test_path import joins, passes_steps, says, takes_next

WIDE, NARROW, NARROWEST = (1280, 800), (390, 844), (320, 640)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def is_accessible(page: Page, *sizes: tuple[int, int]) -> None:
    """Nothing to be found at these sizes, by default both."""
    for width, height in sizes or (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            assert await violations(page) == [], f"{page.url} at {width} px, {theme}"
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


async def test_the_applicants_pages_before_the_call(browser: Browser, demo: Desk) -> None:
    stranger = await (await browser.new_context()).new_page()
    await stranger.goto(f"{demo.url}/signin")
    await is_accessible(stranger)
    await stranger.get_by_label("Email").fill("pemohon1@demo.test")
    await stranger.get_by_label("Kata sandi", exact=True).fill("wrong")
    await stranger.get_by_role("button", name="Masuk", exact=True).click()
    await is_accessible(stranger)

    person = await sign_in(browser, demo, "pemohon1@demo.test")
    page = person.page
    await is_accessible(page)
    for path in ("/organisation", "/meetings/unknown"):
        await page.goto(demo.url + path)
        await is_accessible(page)
    await page.goto(demo.url)
    await page.locator('a[href^="/meetings/"]').first.click()
    await page.wait_for_url(re.compile("/meetings/"))
    await is_accessible(page)
    await page.get_by_role("button", name="Gabung Rapat").click()
    await page.wait_for_url(re.compile("/waiting/"))
    await is_accessible(page)
    await page.get_by_role("link", name="Baca dan jawab").click()
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Nanti").click()
    await page.get_by_role("button", name="Keluar dari antrean").click()
    await is_accessible(page)
    # Who stays in line would be taken by the next test, for as long as the desk waits for them.
    await page.get_by_role("button", name="Ya, keluar").click()
    await page.wait_for_url(re.compile("/meetings/"))


async def test_the_staffs_pages_and_the_call(browser: Browser, demo: Desk) -> None:
    board = await sign_in(browser, demo, "pengawas@demo.test")
    applicant = await sign_in(browser, demo, "pemohon2@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(applicant)
    await is_accessible(verifier.page, WIDE)
    await takes_next(verifier, applicant)
    await verifier.sees_the_other()
    await passes_steps(verifier.page, 2)
    await says(verifier.page, "Sedikit lebih dekat, lalu tahan.")
    await is_accessible(verifier.page, WIDE)
    await is_accessible(applicant.page)
    await is_accessible(board.page)
    await applicant.page.get_by_role("button", name="Keluar").click()
    await is_accessible(applicant.page)
    await verifier.page.get_by_role("button", name="Tolak", exact=True).click()
    await is_accessible(verifier.page, WIDE)
    await board.page.goto(f"{demo.url}/mails")
    await is_accessible(board.page)


async def is_accessible_at_both_ends(page: Page) -> None:
    """Wide and dark, and as narrow and light as it gets; nothing runs out of the window."""
    ends: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = (
        (WIDE, "dark"),
        (NARROWEST, "light"),
    )
    for (width, height), theme in ends:
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert await violations(page) == [], f"{page.url} at {width} px, {theme}"
        assert await page.evaluate(OVERFLOW) <= 0, f"{page.url} runs out of {width} px"


async def test_the_way_to_a_meeting(browser: Browser, demo: Desk) -> None:
    stranger = await (await browser.new_context()).new_page()
    for path in ("/signup", "/forgot"):
        await stranger.goto(demo.url + path)
        await is_accessible_at_both_ends(stranger)
    page = (await sign_in(browser, demo, "pemohon3@demo.test")).page
    await is_accessible_at_both_ends(page)
    await page.locator('a[href^="/meetings/"]').first.click()
    await page.wait_for_url(re.compile("/meetings/"))
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Gabung Rapat").click()
    await page.wait_for_url(re.compile("/waiting/"))
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Keluar dari antrean").click()
    await page.get_by_role("button", name="Ya, keluar").click()
    await page.wait_for_url(re.compile("/meetings/"))
    meeting = page.url
    await page.goto(f"{meeting}/consent")
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Setuju dan Lanjutkan").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await is_accessible_at_both_ends(page)
    await page.goto(meeting)
    await page.get_by_role("button", name="Cari Jadwal Lain").click()
    await page.wait_for_url(re.compile("/times"))
    await is_accessible_at_both_ends(page)
    for path in (
        "/organisation", "/access", "/notices", "/account/password", "/profile", "/access/new",
    ):  # fmt: skip
        await page.goto(demo.url + path)
        await is_accessible_at_both_ends(page)
    await page.get_by_label("Role").select_option(label="Pejabat Pengadaan (PP)")
    await page.get_by_role("button", name="Hubungkan Akses").click()
    await page.get_by_role("button", name="Ajukan Akses").click()
    await page.wait_for_url(re.compile("check=1"))
    await is_accessible_at_both_ends(page)


async def test_the_administrators_pages(browser: Browser, demo: Desk) -> None:
    page = (await sign_in(browser, demo, "admin@demo.test")).page
    paths = (
        "/schedule", "/schedule/roster", "/schedule/unplaced", "/directory", "/roles", "/roles/PPK",
        "/reasons", "/reasons/OTHER", "/staff", "/mails?state=sent", "/mails/preview",
    )  # fmt: skip
    for path in paths:
        await page.goto(demo.url + path)
        await is_accessible_at_both_ends(page)


async def test_the_review_of_documents(browser: Browser, demo: Desk) -> None:
    page = (await sign_in(browser, demo, "verifikator2@demo.test")).page
    await page.goto(f"{demo.url}/reviews")
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Telaah berkas berikutnya").click()
    await page.wait_for_url(re.compile("/reviews/."))
    await is_accessible_at_both_ends(page)
    await page.get_by_role("button", name="Tolak", exact=True).click()
    await is_accessible_at_both_ends(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Kembalikan ke daftar").click()
    await page.wait_for_url(re.compile("/reviews$"))


async def test_a_planted_fault_is_found(browser: Browser, demo: Desk) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{demo.url}/signin")
    await page.evaluate("document.querySelector('label').remove()")
    assert [found.partition(":")[0] for found in await violations(page)] == ["label"]
