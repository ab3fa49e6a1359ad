"""From a cut path to the first new frame, on both sides of a call across a shaped link."""

import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path

from tests.bench.result import Result, alone
from tests.browser.conftest import Person, sign_in
from tests.browser.portrait import write_portrait
from tests.browser.test_path import both_see_each_other, joins, takes_next
from tests.link.namespaces import Link, missing
from tests.link.stage import Stage, across

ROUNDS = 15
WARM_UP_ROUNDS = 1
MOVED = "after a change of network"
BLOCKED = "after UDP was blocked in mid-call"
SAID = "after UDP was blocked, until both pages say so"

# When each frame of the other side came and was shown, and when the page said that the path is
# lost: in milliseconds since 1970, which this process counts alike.
WATCH = """
window.came = [];
window.said = [];
new MutationObserver((_changes, watching) => {
  const video = document.querySelector("video[data-remote]");
  const lost = document.querySelector("[data-connection=lost]");
  if (!video || !lost) return;
  watching.disconnect();
  const keep = (_now, { receiveTime }) => {
    window.came.push({ at: performance.timeOrigin + receiveTime, shown: Date.now() });
    video.requestVideoFrameCallback(keep);
  };
  video.requestVideoFrameCallback(keep);
  const say = () => lost.hidden || window.said.push(Date.now());
  new MutationObserver(say).observe(lost, { attributes: true });
}).observe(document, { childList: true, subtree: true });
"""
FORGET = "window.came.length = window.said.length = 0"
# Both ends of the path that is used, as this page has them.
ENDS = """
async () => {
  const reports = await window.peers.at(-1).getStats();
  const transport = [...reports.values()].find(({ type }) => type === "transport");
  const pair = reports.get(transport.selectedCandidatePairId);
  const ends = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => reports.get(id));
  return ends.map((end) => `${end?.candidateType} ${end?.address}`).join(", ");
}
"""
IS_ANOTHER = f"async (ends) => await ({ENDS})() !== ends"
# The browsers go back to a path without a relay by themselves.
IS_DIRECT = f"async () => !(await ({ENDS})()).includes('relay')"
HAS_COME = "([sinceMs, frames]) => window.came.filter(({ at }) => at > sinceMs).length >= frames"
# Seconds from the cut until the frame was shown that came after the longest gap.
RESUMED = """
(cutMs) => {
  const after = window.came.filter(({ at }) => at > cutMs);
  const gaps = after.map(({ at }, index) => at - (index ? after[index - 1].at : cutMs));
  return (after[gaps.indexOf(Math.max(...gaps))].shown - cutMs) / 1000;
}
"""
# Seconds from the cut until the page said so; null where it showed a new frame before it had to.
SAID_AFTER = """
(cutMs) => {
  const at = window.said.find((one) => one > cutMs);
  return at === undefined ? null : (at - cutMs) / 1000;
}
"""
FRAMES = 60

Pair = tuple[Person, Person]
Times = dict[str, list[float]]


async def call_recovery() -> list[Result]:
    """Raises SystemExit where no namespaces can be made."""
    if reason := missing():
        raise SystemExit(f"call_recovery: {reason}")
    times: Times = {case: [] for case in (MOVED, BLOCKED, SAID)}
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "portrait.y4m"
        write_portrait(film)
        async with across(Path(folder), film) as stage:
            await _rounds(await _in_call(stage), stage.link, times)
    return [
        alone(taken_s[WARM_UP_ROUNDS:], unit="s", case=case, digits=2)
        for case, taken_s in times.items()
    ]


async def _in_call(stage: Stage) -> Pair:
    applicant = await sign_in(stage.far, stage, "pemohon1@demo.test")
    verifier = await sign_in(stage.near, stage, "verifikator1@demo.test")
    for person in (applicant, verifier):
        await person.context.add_init_script(WATCH)
        await person.page.reload()
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    return applicant, verifier


async def _rounds(pair: Pair, link: Link, times: Times) -> None:
    moves = cycle([("wifi", "mobile"), ("mobile", "wifi")])
    for _ in range(WARM_UP_ROUNDS + ROUNDS):
        for case in random.sample((MOVED, BLOCKED), 2):
            await _until_steady(pair)
            if case is MOVED:
                _cut_ms, taken_s = await _recovered(pair, partial(link.move, *next(moves)))
            else:
                cut_ms, taken_s = await _recovered(pair, link.block_udp)
                said_s = [await person.page.evaluate(SAID_AFTER, cut_ms) for person in pair]
                times[SAID].append(max(one or taken_s for one in said_s))
                link.free_udp()
            times[case].append(taken_s)


async def _until_steady(pair: Pair) -> None:
    for person in pair:
        await person.until(IS_DIRECT)
    await _frames_come(pair)
    if not all([await person.page.evaluate(IS_DIRECT) for person in pair]):
        await _until_steady(pair)
    for person in pair:
        await person.page.evaluate(FORGET)


async def _frames_come(pair: Pair) -> None:
    since_ms = _now_ms()
    for person in pair:
        await person.until(HAS_COME, [since_ms, FRAMES])


async def _recovered(pair: Pair, cut: Callable[[], None]) -> tuple[float, float]:
    """The moment of the cut in milliseconds since 1970, and the seconds until both see again."""
    applicant, _verifier = pair
    ends = await applicant.page.evaluate(ENDS)
    cut_ms = _now_ms()
    cut()
    await applicant.until(IS_ANOTHER, ends)
    await _frames_come(pair)
    return cut_ms, max([float(await person.page.evaluate(RESUMED, cut_ms)) for person in pair])


def _now_ms() -> float:
    return time.time() * 1000
