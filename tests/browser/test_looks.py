"""Every page at 1280 and 390 px (the board at 1920 too), light and dark.

What a machine can see is asserted: nothing runs out of the window sideways, and staff screens do
not scroll. With `--pictures FOLDER` the pages' pictures go there, to be held beside the drawings.
"""

import re

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk, Person, sign_in
from tests.browser.looks import DESKTOP, PHONE, SMALLEST, WALL, Look
from tests.browser.test_path import joins, passes_steps, says, takes_next


@pytest_asyncio.fixture(loop_scope="session")
async def waiting(browser: Browser, demo: Desk) -> list[Person]:
    """Four applicants in the line, the next one first."""
    people = [await sign_in(browser, demo, f"pemohon{n}@demo.test") for n in range(1, 5)]
    for person in people:
        await joins(person)
    await expect(people[3].page.locator("[data-waiting]")).to_contain_text("4")
    places = {
        int(await person.page.locator("[data-place]").inner_text()): person for person in people
    }
    return [places[place] for place in sorted(places)]


async def test_every_page_looks_right(
    browser: Browser, demo: Desk, waiting: list[Person], looks: Look
) -> None:
    everywhere = (DESKTOP, PHONE, SMALLEST)
    stranger = await browser.new_context()
    page = await stranger.new_page()
    await page.goto(f"{demo.url}/signin")
    await looks(page, "09-masuk", *everywhere)

    guest = await sign_in(browser, demo, "pemohon7@demo.test")
    await looks(guest.page, "08-beranda", *everywhere)
    await guest.page.locator('a[href^="/meetings/"]').first.click()
    await guest.page.wait_for_url(re.compile("/meetings/"))
    await looks(guest.page, "01-rapat", *everywhere)
    await guest.page.goto(f"{demo.url}/meetings/unknown")
    await looks(guest.page, "problem", *everywhere)
    await looks(waiting[3].page, "02-ruang-tunggu", *everywhere)

    board = await sign_in(browser, demo, "pengawas@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await looks(verifier.page, "04-meja", DESKTOP, WALL, scrolls=False)
    await takes_next(verifier, waiting[0])
    await waiting[0].sees_the_other()
    await verifier.sees_the_other()
    await passes_steps(verifier.page, 4)
    await says(verifier.page, "Sedikit lebih dekat, lalu tahan.")
    await verifier.page.get_by_label("Catatan").fill("Nomor surat dibaca lancar.")
    await looks(verifier.page, "05-panggilan-verifikator", DESKTOP, WALL, scrolls=False)
    await looks(waiting[0].page, "03-panggilan-pemohon", *everywhere, scrolls=False)
    await looks(board.page, "07-dasbor", WALL, scrolls=False)
    await looks(board.page, "07-dasbor", DESKTOP, PHONE)

    await verifier.page.get_by_role("button", name="Tolak", exact=True).click()
    await verifier.page.get_by_label("Penanda tangan tidak berwenang").check()
    await verifier.page.get_by_label("Penjelasan untuk pemohon").fill(
        "Surat Tugas perlu ditandatangani Kepala Dinas."
    )
    await looks(verifier.page, "06-tolak", DESKTOP, WALL, scrolls=False)
    await verifier.page.get_by_role("button", name="Tolak dan kirim email").click()
    await waiting[0].page.wait_for_url(re.compile("/organisation$"))
    await looks(waiting[0].page, "08-organisasi", *everywhere)
    await waiting[0].page.get_by_role("button", name="Ajukan kembali").click()
    await waiting[0].page.wait_for_url(re.compile("/access/drafts/"))
    await looks(waiting[0].page, "08-ajukan-kembali", *everywhere)
