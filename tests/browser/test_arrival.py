"""Into a call whose page takes its time: people see each other, and nothing said is lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import Desk, Person, sign_in
from tests.browser.looks import DESKTOP, PHONE, Look
from tests.browser.test_bad_day import leaves
from tests.browser.test_path import both_see_each_other, joins, says, takes_next

CALL_PAGE = re.compile(r"/calls/[^/]+$")
ARRIVING = ".arrival video"


@dataclass
class HeldPage:
    """The call's page of one person, which does not come before it is let go."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    @classmethod
    async def of(cls, page: Page, *, fails: bool = False) -> "HeldPage":
        held = cls(fails=fails)
        await page.route(CALL_PAGE, held.hold)
        return held

    async def hold(self, route: Route) -> None:
        if route.request.resource_type == "xhr":
            self.asked.set()
            await self.let_go.wait()
            if self.fails:
                await route.abort()
                return
        await route.continue_()


@pytest_asyncio.fixture(loop_scope="session")
async def pair(browser: Browser, demo: Desk) -> AsyncIterator[tuple[Person, Person]]:
    """An applicant who waits, and a verifier; their call is over afterwards."""
    applicant = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(applicant)
    yield applicant, verifier
    await leaves(applicant)


async def test_people_see_each_other_before_the_page_is_there(
    pair: tuple[Person, Person], looks: Look
) -> None:
    applicant, verifier = pair
    held = [await HeldPage.of(person.page) for person in pair]
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    for person in pair:
        await expect(person.page.locator(ARRIVING)).to_be_visible()
    await looks(applicant.page, "tiba-pemohon", DESKTOP, PHONE)
    await looks(verifier.page, "tiba-verifikator", DESKTOP)
    for one in held:
        one.let_go.set()
    await expect(verifier.page.get_by_role("button", name="Tolak", exact=True)).to_be_visible()
    await expect(applicant.page.get_by_role("button", name="Kamera")).to_be_visible()
    await both_see_each_other(applicant, verifier)
    assert applicant.faults == verifier.faults == []


async def test_what_is_said_meanwhile_is_there_when_the_page_is(
    pair: tuple[Person, Person],
) -> None:
    applicant, verifier = pair
    held = await HeldPage.of(applicant.page)
    await takes_next(verifier, applicant)
    await held.asked.wait()
    await says(verifier.page, "Selamat pagi")
    await verifier.page.get_by_role("button", name="Matikan kamera").click()
    await expect(verifier.page.get_by_role("button", name="Nyalakan kamera")).to_be_visible()
    held.let_go.set()
    await expect(applicant.page.locator("[data-chat-log]")).to_contain_text("Selamat pagi")
    await expect(applicant.page.get_by_text("Kamera verifikator mati")).to_be_visible()


async def test_a_socket_lost_before_the_page_came_is_no_loss(
    pair: tuple[Person, Person],
) -> None:
    applicant, verifier = pair
    held = await HeldPage.of(applicant.page)
    await takes_next(verifier, applicant)
    await held.asked.wait()
    await both_see_each_other(applicant, verifier)
    await applicant.context.set_offline(True)
    await expect(verifier.page.get_by_text("Koneksi pemohon terputus")).to_be_visible(
        timeout=40_000
    )
    await applicant.context.set_offline(False)
    held.let_go.set()
    await expect(applicant.page.locator("[data-call-note]")).to_be_hidden(timeout=20_000)
    await says(verifier.page, "Anda kembali")
    await expect(applicant.page.locator("[data-chat-log]")).to_contain_text("Anda kembali")
    await both_see_each_other(applicant, verifier)


async def test_where_the_page_does_not_come_the_browser_fetches_it(
    pair: tuple[Person, Person],
) -> None:
    applicant, verifier = pair
    held = await HeldPage.of(applicant.page, fails=True)
    held.let_go.set()
    await takes_next(verifier, applicant)
    await expect(applicant.page.get_by_role("button", name="Kamera")).to_be_visible()
    await both_see_each_other(applicant, verifier)
