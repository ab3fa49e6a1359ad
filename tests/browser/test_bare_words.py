"""What the scripts of a page write comes out of the catalogue too: pages as they stand after it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from yarl import URL

from desk import words
from desk.accounts.tables import Account, Role
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.language import Language
from tests.browser.conftest import chromium
from tests.post import write_mail
from tests.scenes import enter, in_call, on_duty
from tests.support import RunningDesk, Visitor, on_sqlite
from tests.untranslated import Reader, bare_words, data_of, pseudo_english

pytestmark = pytest.mark.asyncio(loop_scope="function")  # that of the desk, which runs in it
DEVICES = "navigator.mediaDevices.enumerateDevices().then((all) => all.map(({label}) => label))"


@pytest.fixture(autouse=True)
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word of the English catalogue carries a mark."""
    monkeypatch.setitem(words.CATALOGUES, Language.ENGLISH, pseudo_english())


@pytest.fixture
async def browser(film: Path) -> AsyncIterator[Browser]:
    """In this loop."""
    async with chromium(film) as launched:
        yield launched


async def opened(
    browser: Browser, desk: RunningDesk, account: Account | None, visitor: Visitor | None = None
) -> Page:
    """The home page in a browser of their own, in English."""
    context = await browser.new_context(permissions=["camera", "microphone"])
    cookies = {"desk_language": "en"}
    if account:
        jar = (visitor or await enter(desk, account)).http.cookie_jar
        cookies["desk_session"] = jar.filter_cookies(URL(desk.settings.public_url))[
            "desk_session"
        ].value
    await give_cookies(context, desk, cookies)
    page = await context.new_page()
    await page.goto(desk.settings.public_url)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    return page


async def give_cookies(context: BrowserContext, desk: RunningDesk, cookies: dict[str, str]) -> None:
    url = desk.settings.public_url
    await context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )


async def says_no_bare_word(desk: RunningDesk, page: Page) -> None:
    """Whatever stands on the page now, shown or not yet."""
    data = await data_of(desk.database, desk.settings) + await page.evaluate(DEVICES)
    assert bare_words(Reader(await page.content()).texts, data) == [], page.url


async def waiting(browser: Browser, desk: RunningDesk) -> Page:
    """The waiting room of the next in a line of two, whose pages were all looked at."""
    pages = []
    letter = surat_tugas(letter_facts(APPLICANTS[0], desk.clock.now().date()))
    for _one in range(2):
        who = await desk.people.applicant()
        await desk.people.document(who.access, letter, desk.settings)
        visitor = await enter(desk, who.account)
        assert (await visitor.act("/language", {"language": "en"}))[0] == 200
        page = await opened(browser, desk, who.account, visitor)
        await page.goto(f"{desk.settings.public_url}/meetings/{who.meeting.id}")
        await expect(page.locator("[data-left]")).to_be_visible()
        await says_no_bare_word(desk, page)
        await page.locator("[data-join] button").click()
        await expect(page.locator("[data-connection=connected]")).to_be_visible()
        await expect(page.locator("[data-media=video]")).to_contain_text("ready")
        pages.append(page)
        desk.clock.forward(seconds=1)
    for page in pages:
        await expect(page.locator("[data-waiting]")).to_contain_text("2")
        await says_no_bare_word(desk, page)
    return pages[0]


async def takes_next(browser: Browser, desk: RunningDesk, applicant: Page) -> Page:
    """The call's page of a verifier, connected on both sides."""
    account, visitor = await on_duty(desk)
    page = await opened(browser, desk, account, visitor)
    await expect(page.locator("[data-freshness]")).to_be_visible()
    await says_no_bare_word(desk, page)
    await page.locator("[data-take] button").click()
    for side in (page, applicant):
        await side.wait_for_url(re.compile("/calls/"))
        await expect(side.locator("[data-connection=connected]")).to_be_visible()
    return page


@on_sqlite
async def test_no_script_writes_a_bare_word(browser: Browser, desk: RunningDesk) -> None:
    applicant = await waiting(browser, desk)
    page = await takes_next(browser, desk, applicant)
    await page.locator("[data-reveal=identity]").click()
    for _step in range(2):
        await page.locator("[data-pass]").click()
    await page.locator("[data-chat-form] input").fill("Halo.")
    await page.locator("[data-chat-form] button").click()
    await page.locator("[data-notes]").fill("Rapi.")
    await expect(page.locator("[data-notes-state]")).to_contain_text("⟦")
    await expect(applicant.locator("[data-chat-log]")).to_contain_text("Halo.")
    await page.locator("[data-reject]").click()
    await page.locator("[name=reason][value=OTHER]").check()
    await expect(page.locator("#reject-dialog [data-mail-subject]")).to_contain_text("⟦")
    for side in (page, applicant):
        await says_no_bare_word(desk, side)
    await page.locator("#reject-dialog [data-cancel]").click()
    await page.locator("[data-end]:visible").first.click()
    await page.locator("#end-dialog [data-send]").click()
    await page.wait_for_url(re.compile("/desk$"))
    await applicant.wait_for_url(re.compile("/waiting/"))
    await says_no_bare_word(desk, applicant)


@on_sqlite
async def test_nor_does_one_on_the_board_or_at_the_sign_in(
    browser: Browser, desk: RunningDesk
) -> None:
    await in_call(desk)
    await write_mail(desk.database, desk.clock, to="no address", failed_at=desk.clock.now())
    board = await opened(browser, desk, await desk.people.staff(Role.SUPERVISOR))
    await expect(board.locator("[data-freshness] [data-words]")).to_contain_text("⟦")
    await board.locator("[data-calls-table] [data-detail]").click()
    await says_no_bare_word(desk, board)
    stranger = await opened(browser, desk, None)
    await stranger.locator("[data-show-password]").click()
    await says_no_bare_word(desk, stranger)


@on_sqlite
async def test_a_bare_word_that_a_script_writes_is_found(
    browser: Browser, desk: RunningDesk
) -> None:
    page = await opened(browser, desk, None)
    await page.evaluate("document.querySelector('h1').textContent = 'Masuk'")
    with pytest.raises(AssertionError, match="Masuk"):
        await says_no_bare_word(desk, page)
