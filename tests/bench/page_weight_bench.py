"""What the pages of the path weigh on the wire: themselves, and all that they load."""

import re

from playwright.async_api import Page

from tests.bench.browsers import demonstration
from tests.bench.result import Result, alone
from tests.browser.conftest import sign_in
from tests.browser.test_path import joins, takes_next

# Bodies as they came over the wire. A file that the browser had already counts all the same.
WEIGHT = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name }) => !new URL(name).pathname.startsWith("/documents/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
"""


async def page_weight() -> list[Result]:
    """Compressed kilobytes (1,000 bytes) of the waiting room and of both sides' call page."""
    async with demonstration() as (desk, browser):
        applicant = await sign_in(browser, desk, "pemohon1@demo.test")
        verifier = await sign_in(browser, desk, "verifikator1@demo.test")
        await joins(applicant)
        waiting = await _weighed(applicant.page, "waiting room")
        await takes_next(verifier, applicant)
        return [
            waiting,
            await _weighed(applicant.page, "call page, applicant"),
            await _weighed(verifier.page, "call page, verifier"),
        ]


async def _weighed(page: Page, case: str) -> Result:
    await page.wait_for_url(re.compile("/waiting/|/calls/"))
    # Who came by a passage has the page before it in the account as well.
    await page.reload()
    await page.wait_for_load_state("networkidle")
    return alone([await page.evaluate(WEIGHT) / 1000], unit="kB", case=case, digits=1)
