"""What Lighthouse finds in the waiting room, its speed aside: that is for `make bench`."""

from pathlib import Path

from playwright.async_api import Browser

from tests.browser.conftest import Desk, sign_in
from tests.browser.lighthouse import scores
from tests.browser.test_path import joins

LOOKED_AT = ("accessibility", "best-practices")
AT_LEAST = 95


async def test_the_waiting_room_scores_well(browser: Browser, demo: Desk, tmp_path: Path) -> None:
    person = await sign_in(browser, demo, "pemohon1@demo.test")
    await joins(person)
    url, cookies = person.page.url, await person.context.cookies()
    await person.page.goto("about:blank")
    reached, missed = await scores(url, cookies, tmp_path, LOOKED_AT)
    assert min(reached.values()) >= AT_LEAST, (reached, missed)
