"""The bytes that a page times: enough of them, never the same on the way, and not without end."""

import gzip

from desk.limits import LARGEST_BODY_BYTES, SPEED_OF_AN_ACCOUNT
from desk.pages.speed import SAMPLE_BYTES
from tests.scenes import enter, is_problem, nothing_changes
from tests.support import RunningDesk, Visitor


async def visitor_of(desk: RunningDesk) -> Visitor:
    return await enter(desk, (await desk.people.applicant()).account)


async def send(visitor: Visitor, body: bytes) -> tuple[int, object]:
    headers = {"X-CSRF-Token": visitor.csrf, "Accept": "application/json"}
    async with visitor.http.post(f"{visitor.base}/speed", data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_sample_comes_whole_and_cannot_be_made_smaller(desk: RunningDesk) -> None:
    visitor = await visitor_of(desk)
    async with visitor.http.get(f"{visitor.base}/speed") as answer:
        sample = await answer.read()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in answer.headers
    assert len(sample) == SAMPLE_BYTES
    assert len(gzip.compress(sample)) > SAMPLE_BYTES * 0.99


async def test_what_is_sent_is_counted_and_kept_nowhere(desk: RunningDesk) -> None:
    visitor = await visitor_of(desk)
    async with nothing_changes(desk):
        assert await send(visitor, bytes(50_000)) == (200, {"received_bytes": 50_000})
        assert await send(visitor, b"") == (200, {"received_bytes": 0})
        status, _problem = await send(visitor, bytes(LARGEST_BODY_BYTES + 1))
        assert status == 413


async def test_nobody_measures_all_day(desk: RunningDesk) -> None:
    visitor, other = await visitor_of(desk), await visitor_of(desk)
    for _times in range(SPEED_OF_AN_ACCOUNT.amount):
        assert (await send(visitor, b"a"))[0] == 200
    is_problem(await send(visitor, b"a"), 429, "too_many_requests")
    assert (await send(other, b"a"))[0] == 200
