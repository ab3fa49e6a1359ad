"""What may be forgotten is forgotten, and nothing sooner."""

from desk.housekeeping import ANSWERS_ARE_KEPT, Housekeeping
from tests.scenes import count, enter
from tests.support import RunningDesk


async def test_an_answer_is_kept_for_a_day(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    path = f"/meetings/{applicant.meeting.id}/join"
    status, answer = await visitor.act(path, key="one")
    housekeeping = Housekeeping(desk.clock, desk.database)
    desk.clock.forward(seconds=ANSWERS_ARE_KEPT.total_seconds())
    await housekeeping.tidy()
    assert (status, await count(desk.database, "given_answer")) == (200, 1)
    desk.clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await count(desk.database, "given_answer") == 0
    assert await count(desk.database, "ticket", f"id = '{answer['ticket']}'") == 1
