"""The whole way in English: chosen once at the sign-in, remembered, and nowhere too long to fit."""

import re

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import PASSWORD, Desk, Person
from tests.browser.looks import DESKTOP, PHONE, SMALLEST, WALL, Look

EVERYWHERE = (DESKTOP, PHONE, SMALLEST)


async def chooses_english(page: Page) -> None:
    """By the button, which says it in English."""
    await page.get_by_role("button", name="English", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def signs_in(browser: Browser, desk: Desk, email: str) -> Person:
    """In English from the first page on."""
    context = await browser.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{desk.url}/signin")
    await chooses_english(page)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    return Person(page, context, faults)


async def joins(person: Person) -> None:
    """From the dashboard into the waiting room."""
    await person.page.locator('a[href^="/meetings/"]').first.click()
    await person.page.get_by_role("button", name="Join meeting").click()
    await expect(person.page.get_by_role("heading", name="Waiting room")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="session")
async def waiting(browser: Browser, demo: Desk) -> list[Person]:
    """Three applicants in the line, the next one first."""
    people = []
    for number in range(11, 14):
        people.append(await signs_in(browser, demo, f"pemohon{number}@demo.test"))
        await joins(people[-1])
    for person in people:
        await expect(person.page.locator("[data-waiting]")).to_have_text("3 people waiting")
    places = {
        int(await person.page.locator("[data-place]").inner_text()): person for person in people
    }
    return [places[place] for place in sorted(places)]


async def test_the_switch_works_where_one_is(browser: Browser, demo: Desk) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{demo.url}/signin?next=/organisation")
    await page.get_by_role("button", name="English", exact=True).click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert page.url == f"{demo.url}/signin?next=/organisation"

    applicant = await signs_in(browser, demo, "pemohon15@demo.test")
    await joins(applicant)
    page = applicant.page
    await expect(page.locator("[data-connection=connected]")).to_be_visible()
    here, place = page.url, await page.locator("[data-place]").inner_text()
    await page.get_by_role("button", name="Bahasa Indonesia").click()
    await expect(page.get_by_role("heading", name="Ruang Tunggu")).to_be_visible()
    assert page.url == here
    await expect(page.locator("[data-place]")).to_have_text(place)
    # Who stays in line would be taken by the next test.
    await page.get_by_role("button", name="Keluar dari antrean").click()
    await page.get_by_role("button", name="Ya, keluar").click()

    for email, path in (("verifikator2@demo.test", "desk"), ("admin@demo.test", "supervisor")):
        page = (await signs_in(browser, demo, email)).page
        await page.get_by_role("button", name="Bahasa Indonesia").click()
        await expect(page.locator("html")).to_have_attribute("lang", "id")
        assert page.url == f"{demo.url}/{path}"
    assert applicant.faults == []


async def test_every_page_fits_in_english(
    browser: Browser, demo: Desk, waiting: list[Person], looks: Look
) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{demo.url}/signin")
    await chooses_english(page)
    await looks(page, "en-09-masuk", *EVERYWHERE)
    assert await violations(page) == []

    guest = (await signs_in(browser, demo, "pemohon14@demo.test")).page
    await looks(guest, "en-08-beranda", *EVERYWHERE)
    await guest.locator('a[href^="/meetings/"]').first.click()
    await expect(guest.locator("[data-left]")).to_have_text(re.compile(r"^in \d+ minutes?$"))
    await looks(guest, "en-01-rapat", *EVERYWHERE)
    await guest.goto(f"{demo.url}/meetings/unknown")
    await looks(guest, "en-problem", *EVERYWHERE)

    first, second, third = (person.page for person in waiting)
    await expect(first.get_by_text("You are next.")).to_be_visible()
    await expect(second.locator("[data-ahead]")).to_have_text("1 person ahead of you")
    await expect(third.locator("[data-ahead]")).to_have_text("2 people ahead of you")
    await looks(third, "en-02-ruang-tunggu", *EVERYWHERE)
    assert await violations(third) == []

    board = (await signs_in(browser, demo, "pengawas@demo.test")).page
    verifier = await signs_in(browser, demo, "verifikator1@demo.test")
    page = verifier.page
    await expect(page.locator("[data-waiting]")).to_have_text(
        re.compile(r"^3 waiting, longest wait (\d+ minutes? )?\d+ seconds?$")
    )
    await looks(page, "en-04-meja", DESKTOP, WALL, scrolls=False)
    await looks(page, "en-04-meja", PHONE)
    await page.get_by_role("button", name="Take next applicant").click()
    await page.wait_for_url(re.compile("/calls/"))
    await first.wait_for_url(re.compile("/calls/"))
    for done in range(6):
        await expect(page.locator("[data-checklist-count]")).to_have_text(f"{done} of 7")
        await page.get_by_role("button", name="Pass", exact=True).click()
    await looks(page, "en-05-panggilan-verifikator", DESKTOP, WALL, scrolls=False)
    await looks(first, "en-03-panggilan-pemohon", *EVERYWHERE, scrolls=False)
    await looks(board, "en-07-dasbor", WALL, scrolls=False)
    await looks(board, "en-07-dasbor", DESKTOP, PHONE)
    assert await violations(board) == []
    await board.goto(f"{demo.url}/mails")
    await looks(board, "en-emails", DESKTOP, PHONE)

    await page.get_by_role("button", name="Reject", exact=True).click()
    await page.get_by_label("Signer not authorised").check()
    await page.get_by_label("Explanation for the applicant").fill(
        "The head of the office has to sign the letter."
    )
    await expect(page.locator("dialog[open] [data-mail-subject]")).to_have_text(
        "Your access is rejected: what to do next"
    )
    await looks(page, "en-06-tolak", DESKTOP, WALL, scrolls=False)
    await page.get_by_role("button", name="Reject and send e-mail").click()
    await first.wait_for_url(re.compile("/organisation$"))
    await looks(first, "en-08-organisasi", *EVERYWHERE)
    await first.get_by_role("button", name="Apply again").click()
    await first.wait_for_url(re.compile("/access/drafts/"))
    await looks(first, "en-08-ajukan-kembali", *EVERYWHERE)
    assert [person.faults for person in (*waiting, verifier)] == [[]] * 4
