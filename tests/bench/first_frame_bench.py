"""From the verifier's click to the first frame of the other side, on both sides."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Page, expect

from tests.bench.browsers import demonstration
from tests.bench.result import Result, compared
from tests.bench.servers import Server, bare_call_server
from tests.bench.servers import running as started
from tests.browser.conftest import Person, sign_in
from tests.browser.test_path import joins

ROUNDS = 15
WARM_UP_ROUNDS = 2
NOWHERE = "about:blank"
TOO_LONG_S = 30

# Both moments are told to this process as they come; navigation keeps nothing.
WATCH = """
addEventListener("click", () => window.tell("clicked", Date.now()), true);
new MutationObserver((_changes, watching) => {
  const video = document.querySelector("video[data-remote]");
  if (!video) return;
  watching.disconnect();
  video.requestVideoFrameCallback(() => window.tell("shown", Date.now()));
}).observe(document, { childList: true, subtree: true });
"""
RETURN = """
async () => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(`${location.pathname}/end`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token,
    },
    body: JSON.stringify({outcome: "returned"}),
  });
  if (!answer.ok) throw new Error(`not returned: ${answer.status}`);
}
"""

Round = Callable[[], Awaitable[float]]


@dataclass
class Side:
    """One of the two pages, and the moments that it told: milliseconds since 1970, by name."""

    page: Page
    _moments: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    @classmethod
    async def of(cls, person: Person) -> "Side":
        """Watch this person's page from its next navigation on."""
        side = cls(person.page)
        await person.context.expose_function("tell", side._tell)
        await person.context.add_init_script(WATCH)
        return side

    async def moment(self, name: str) -> float:
        """Wait for the moment of that name. Raises TimeoutError."""
        return await asyncio.wait_for(self._future(name), TOO_LONG_S)

    def forget(self) -> None:
        """A new round begins."""
        self._moments.clear()

    def _tell(self, name: str, at_ms: float) -> None:
        future = self._future(name)
        if not future.done():
            future.set_result(at_ms)

    def _future(self, name: str) -> asyncio.Future[float]:
        return self._moments.setdefault(name, asyncio.get_running_loop().create_future())


async def first_frame() -> list[Result]:
    """Milliseconds; against bare pages that navigate too, and against bare pages that stay."""
    bare = bare_call_server()
    async with started(bare), demonstration() as (desk, browser):
        applicant = await sign_in(browser, desk, "pemohon1@demo.test")
        verifier = await sign_in(browser, desk, "verifikator1@demo.test")
        await joins(applicant)
        pair = [await Side.of(person) for person in (applicant, verifier)]
        waiting, at_desk = applicant.page.url, f"{desk.url}/desk"
        ways: dict[str, Round] = {
            "ours": lambda: _through_the_desk(pair, waiting, at_desk),
            "navigating": lambda: _bare(pair, bare, ""),
            "staying": lambda: _bare(pair, bare, "?stay"),
        }
        times = await _interleaved(ways)
    return [
        compared(times["ours"], times[way], unit="ms", baseline=f"bare pages, {way}", case=way)
        for way in ("navigating", "staying")
    ]


async def _interleaved(ways: dict[str, Round]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        for way in random.sample(sorted(ways), len(ways)):
            passed_ms = await ways[way]()
            if number >= WARM_UP_ROUNDS:
                times[way].append(passed_ms)
    return times


async def _through_the_desk(pair: list[Side], waiting: str, at_desk: str) -> float:
    applicant, verifier = (side.page for side in pair)
    await applicant.goto(waiting)
    await verifier.goto(at_desk)
    await expect(applicant.locator("[data-connection=connected]")).to_be_visible()
    await expect(applicant.locator("[data-media=video].is-ready")).to_be_visible()
    await verifier.get_by_role("button", name="Layani pemohon berikutnya").click()
    passed_ms = await _until_both_see(pair)
    await verifier.evaluate(RETURN)
    await applicant.wait_for_url(re.compile("/waiting/"))
    await _rest(pair)
    return passed_ms


async def _bare(pair: list[Side], server: Server, query: str) -> float:
    applicant, verifier = (side.page for side in pair)
    await applicant.goto(f"{server.base}/waiting{query}")
    await verifier.goto(f"{server.base}/desk{query}")
    await verifier.get_by_role("button").click()
    passed_ms = await _until_both_see(pair)
    await _rest(pair)
    return passed_ms


async def _until_both_see(pair: list[Side]) -> float:
    shown = [await side.moment("shown") for side in pair]
    return max(shown) - await pair[1].moment("clicked")


async def _rest(pair: list[Side]) -> None:
    # Cameras and encoders of one way must not take time from the next.
    for side in pair:
        await side.page.goto(NOWHERE)
        side.forget()
