"""Taking a role away, and whoever has it."""

import pytest
from sqlalchemy import select

from desk.accounts import changing
from desk.accounts.changing import NoSuchAccount
from desk.accounts.tables import Role
from tests.scenes import count, enter, in_call, is_problem, on_duty, value
from tests.support import PASSWORD, RunningDesk
from waiting_room.order import OrderClass
from waiting_room.tables import Call, CallOutcome, Shift, ShiftState, Ticket, TicketState


async def change_role(desk: RunningDesk, email: str, role: Role) -> bool:
    async with desk.database.writing() as session:
        return await changing.change_role(session, email, desk.clock.now(), role)


async def disable(desk: RunningDesk, email: str) -> bool:
    async with desk.database.writing() as session:
        return await changing.disable(session, email, desk.clock.now())


async def test_a_verifier_whose_role_goes_in_mid_call_leaves_everything_in_order(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    verifier = (await scene.verifier.read("/desk"))[0]
    assert verifier == 200
    async with desk.database.reading() as session:
        call = (await session.execute(select(Call))).scalar_one()
    email = await value(desk.database, "SELECT email FROM account WHERE id = :id", id=call.verifier)
    assert await change_role(desk, email, Role.SUPERVISOR)
    async with desk.database.reading() as session:
        call = (await session.execute(select(Call))).scalar_one()
        ticket = (await session.execute(select(Ticket))).scalar_one()
        shift = await session.get_one(Shift, call.verifier)
    assert call.outcome is CallOutcome.VERIFIER_GONE
    assert (ticket.state, ticket.order_class) == (TicketState.WAITING, OrderClass.RETURNED)
    assert shift.state is ShiftState.OFF
    verdict = {"decision": "approved"}
    is_problem(await scene.verifier.act(f"{scene.page}/verdict", verdict), 401, "not_signed_in")
    assert await count(desk.database, "verdict") == 0
    assert await count(desk.database, "audit_entry", "act = 'role_changed'") == 1


async def test_the_same_role_again_changes_nothing(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    assert not await change_role(desk, account.email, Role.VERIFIER)
    assert (await verifier.read("/desk"))[0] == 200
    assert await count(desk.database, "audit_entry", "act = 'role_changed'") == 0


async def test_whoever_is_disabled_is_out_until_they_are_enabled(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    assert await disable(desk, account.email)
    assert not await disable(desk, account.email)
    is_problem(await verifier.read("/desk"), 401, "not_signed_in")
    visitor = desk.visitor()
    await visitor.open("/signin")
    status, _page = await visitor.send("/signin", email=account.email, password=PASSWORD)
    assert status == 401
    async with desk.database.writing() as session:
        assert await changing.enable(session, account.email, desk.clock.now())
        assert not await changing.enable(session, account.email, desk.clock.now())
    assert (await (await desk.signed_in(account)).read("/desk"))[0] == 200


async def test_an_old_session_is_not_revived(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    await disable(desk, account.email)
    async with desk.database.writing() as session:
        await changing.enable(session, account.email, desk.clock.now())
    is_problem(await verifier.read("/desk"), 401, "not_signed_in")


async def test_nobody_has_that_address(desk: RunningDesk) -> None:
    with pytest.raises(NoSuchAccount):
        await disable(desk, "nobody@contoh.test")


async def test_a_waiting_applicant_who_is_disabled_hears_nothing_more(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    assert (await visitor.act(f"/meetings/{applicant.meeting.id}/join"))[0] == 200
    await disable(desk, applicant.account.email)
    is_problem(await visitor.act(f"/meetings/{applicant.meeting.id}/join"), 401, "not_signed_in")
