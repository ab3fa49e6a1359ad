"""What may be forgotten is forgotten, and nothing sooner."""

from sqlalchemy import update

from desk.housekeeping import ANSWERS_ARE_KEPT, Housekeeping
from desk.keys import DOCUMENTS
from tests.scenes import count, enter, value
from tests.support import RunningDesk
from waiting_room.tables import Ticket, TicketState


async def test_an_answer_is_kept_for_a_day(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    path = f"/meetings/{applicant.meeting.id}/join"
    status, answer = await visitor.act(path, key="one")
    housekeeping = Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    desk.clock.forward(seconds=ANSWERS_ARE_KEPT.total_seconds())
    await housekeeping.tidy()
    assert (status, await count(desk.database, "given_answer")) == (200, 1)
    desk.clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await count(desk.database, "given_answer") == 0
    assert await count(desk.database, "ticket", f"id = '{answer['ticket']}'") == 1


async def test_a_place_nobody_came_back_to_ends_with_its_day(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    _status, answer = await visitor.act(f"/meetings/{applicant.meeting.id}/join")
    async with desk.database.writing() as session:
        await session.execute(update(Ticket).values(state=TicketState.SET_ASIDE))
    housekeeping = Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    state = f"SELECT state FROM ticket WHERE id = '{answer['ticket']}'"
    desk.clock.forward(hours=15)  # 23.00 WIB
    await housekeeping.tidy()
    assert await value(desk.database, state) == "set_aside"
    desk.clock.forward(hours=1)
    await housekeeping.tidy()
    assert await value(desk.database, state) == "left"
    assert await count(desk.database, "audit_entry", "act = 'left'") == 1
