"""What pages show of a call's connection, and of what each side sends."""

import re

from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk, sign_in
from tests.browser.test_path import both_see_each_other, joins, takes_next


async def test_the_connection_is_shown_to_both_and_to_the_supervisor(
    browser: Browser, demo: Desk
) -> None:
    board = await sign_in(browser, demo, "pengawas@demo.test")
    applicant = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    for side in (applicant, verifier):
        sign = side.page.locator("[data-quality]")
        await expect(sign).to_have_text(re.compile("Baik|Cukup|Lemah"))
        await expect(sign.locator("[data-bars]")).to_have_class(re.compile("b[1-4]"))
    figures = verifier.page.locator("[data-figures]")
    await expect(figures).to_have_text(re.compile(r"^\d+ × \d+, \d+ ms$"))

    row = board.page.locator("tbody[data-call]")
    await expect(row).to_have_count(1)
    detail = row.locator("[data-detail]")
    await expect(detail).to_have_text(re.compile("Baik|Cukup|Lemah"))
    await expect(row.locator("[data-side=applicant]")).to_be_hidden()
    await detail.click()
    for name in ("applicant", "verifier"):
        told = row.locator(f"[data-side={name}]")
        await expect(told).to_contain_text(re.compile(r"hilang.*kbit/s.*UDP langsung", re.DOTALL))
    await expect(row.locator("polyline").first).to_have_attribute("points", re.compile(r"59,\d+"))
    assert board.faults == []


async def test_what_the_other_side_switched_off_is_said_after_a_reload_too(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon2@demo.test")
    verifier = await sign_in(browser, demo, "verifikator2@demo.test")
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    await verifier.page.get_by_role("button", name="Bisukan mikrofon").click()
    await verifier.page.get_by_role("button", name="Matikan kamera").click()
    for _once_more in range(2):
        await expect(applicant.page.get_by_text("Kamera verifikator mati")).to_be_visible()
        await expect(applicant.page.get_by_text("Mikrofon verifikator mati")).to_be_visible()
        await applicant.page.reload()
    await verifier.page.get_by_role("button", name="Nyalakan kamera").click()
    await verifier.page.get_by_role("button", name="Bunyikan mikrofon").click()
    await expect(applicant.page.get_by_text("Kamera verifikator mati")).to_be_hidden()
    await expect(applicant.page.get_by_text("Mikrofon verifikator mati")).to_be_hidden()
    await applicant.sees_the_other()
    assert applicant.faults == verifier.faults == []
