"""How fast the waiting room is on a telephone, by Lighthouse's own score."""

import tempfile
from pathlib import Path

from tests.bench.browsers import demonstration
from tests.bench.result import Result, alone
from tests.browser.conftest import sign_in
from tests.browser.lighthouse import scores
from tests.browser.test_path import joins

ROUNDS = 5


async def lighthouse() -> Result:
    """Points of 100 for performance, with the profile of a phone on a slow network."""
    async with demonstration() as (desk, browser):
        person = await sign_in(browser, desk, "pemohon1@demo.test")
        await joins(person)
        url, cookies = person.page.url, await person.context.cookies()
        await person.page.goto("about:blank")
        points = []
        for _round in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                reached, _missed = await scores(url, cookies, Path(folder))
            points.append(reached["performance"])
    return alone(points, unit="points of 100", case="waiting room, phone", digits=0)
