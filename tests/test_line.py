"""The line: joining, leaving, taking, handing back, finishing, one at a time and all at once."""

import asyncio
from itertools import chain

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.hall import Hall
from tests.support import on_sqlite
from waiting_room.errors import AlreadyInCall, LineEmpty, NotReady, NotWaiting, NotYourCall
from waiting_room.order import OrderClass
from waiting_room.tables import Call, CallOutcome, Shift, ShiftState, Ticket, TicketState, new_id


async def test_a_second_join_gives_the_first_ticket(hall: Hall) -> None:
    first, is_new = await hall.join("ani")
    hall.clock.forward(minutes=3)
    second, is_new_again = await hall.join("ani", booked_in_s=900)
    assert (is_new, is_new_again) == (True, False)
    assert second.id == first.id
    assert second.joined_at == first.joined_at
    assert await hall.order() == ["ani"]


async def test_who_is_in_a_call_keeps_that_ticket_on_joining(hall: Hall) -> None:
    first, _ = await hall.join("ani")
    await hall.start("vera")
    await hall.take("vera")
    assert (await hall.join("ani"))[0].id == first.id
    assert await hall.order() == []


async def test_many_joins_at_once_give_one_ticket(hall: Hall) -> None:
    # Several, one after the other: at first the connections are only being opened.
    for number in range(1, 6):
        joins = await asyncio.gather(*(hall.join(f"applicant {number}") for _ in range(10)))
        assert len({ticket.id for ticket, _ in joins}) == 1
        assert [is_new for _, is_new in joins].count(True) == 1
        assert len(await hall.all(Ticket)) == number


async def test_a_new_ticket_after_leaving(hall: Hall) -> None:
    first, _ = await hall.join("ani")
    await hall.leave(first.id)
    second, is_new = await hall.join("ani")
    assert is_new
    assert second.id != first.id


async def test_only_a_waiting_ticket_can_leave(hall: Hall) -> None:
    ticket, _ = await hall.join("ani")
    await hall.start("vera")
    _, call = await hall.take("vera")
    with pytest.raises(NotWaiting):
        await hall.leave(ticket.id)
    await hall.finish(call.id, "vera")
    for unknown in (ticket.id, new_id(), ""):
        with pytest.raises(NotWaiting):
            await hall.leave(unknown)
    (kept,) = await hall.all(Ticket)
    assert kept.state is TicketState.SERVED


async def test_take_gives_the_head_and_opens_the_call(hall: Hall) -> None:
    await hall.join("second", booked_in_s=600)
    head, _ = await hall.join("first", booked_in_s=300)
    await hall.start("vera")
    hall.clock.forward(seconds=90)
    ticket, call = await hall.take("vera")
    assert (ticket.id, ticket.state) == (head.id, TicketState.IN_CALL)
    assert ticket.first_called_at == hall.clock.now()
    assert (call.ticket, call.verifier, call.ended_at) == (head.id, "vera", None)
    assert (call.waited_s, call.is_first, call.started_at) == (90, True, hall.clock.now())
    assert await hall.state_of("vera") is ShiftState.IN_CALL
    assert await hall.order() == ["second"]


async def test_a_second_take_names_the_open_call_and_takes_nobody(hall: Hall) -> None:
    await hall.join("ani")
    await hall.join("budi", booked_in_s=60)
    await hall.start("vera")
    _, call = await hall.take("vera")
    with pytest.raises(AlreadyInCall) as refusal:
        await hall.take("vera")
    assert refusal.value.call == call.id
    assert await hall.order() == ["budi"]


@pytest.mark.parametrize("state", [ShiftState.ON_BREAK, ShiftState.OFF])
async def test_who_is_not_on_duty_takes_nobody(hall: Hall, state: ShiftState) -> None:
    await hall.join("ani")
    await hall.start("vera")
    await hall.choose("vera", state)
    with pytest.raises(NotReady):
        await hall.take("vera")
    with pytest.raises(NotReady):
        await hall.take("somebody who never started")
    assert await hall.order() == ["ani"]
    assert await hall.all(Call) == []


async def test_an_empty_line_changes_nothing(hall: Hall) -> None:
    await hall.start("vera")
    since_at = hall.clock.now()
    hall.clock.forward(minutes=1)
    with pytest.raises(LineEmpty):
        await hall.take("vera")
    (shift,) = await hall.all(Shift)
    assert (shift.state, shift.since_at) == (ShiftState.READY, since_at)
    assert await hall.all(Call) == []


async def test_handed_back_stands_at_the_head_and_is_not_first_served_again(hall: Hall) -> None:
    await hall.join("ani")
    await hall.start("vera", "wati")
    ticket, call = await hall.take("vera")
    first_called_at = ticket.first_called_at
    await hall.join("early", booked_in_s=-500)
    hall.clock.forward(minutes=2)
    assert await hall.hand_back(call.id, "vera") == ticket.id
    assert await hall.order() == ["ani", "early"]
    assert await hall.state_of("vera") is ShiftState.WRAP_UP
    hall.clock.forward(seconds=30)
    again, second = await hall.take("wati")
    assert (again.id, again.order_class) == (ticket.id, OrderClass.RETURNED)
    assert (second.is_first, second.waited_s) == (False, 30)
    assert again.first_called_at == first_called_at


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (CallOutcome.APPROVED, TicketState.SERVED),
        (CallOutcome.REJECTED, TicketState.SERVED),
        (CallOutcome.ABSENT, TicketState.ABSENT),
    ],
)
async def test_finishing_is_final(hall: Hall, outcome: CallOutcome, state: TicketState) -> None:
    await hall.join("ani")
    await hall.start("vera")
    ticket, call = await hall.take("vera")
    hall.clock.forward(minutes=5)
    await hall.finish(call.id, "vera", outcome)
    with pytest.raises(NotYourCall):
        await hall.hand_back(call.id, "vera")
    with pytest.raises(NotYourCall):
        await hall.finish(call.id, "vera")
    (kept,), (ended,) = await hall.all(Ticket), await hall.all(Call)
    assert (kept.id, kept.state, kept.ended_at) == (ticket.id, state, hall.clock.now())
    assert (ended.outcome, ended.ended_at) == (outcome, hall.clock.now())
    assert await hall.state_of("vera") is ShiftState.WRAP_UP


async def test_nobody_ends_a_call_that_is_not_theirs(hall: Hall) -> None:
    await hall.join("ani")
    await hall.start("vera", "wati")
    _, call = await hall.take("vera")
    for end in (hall.finish, hall.hand_back):
        for foreign, verifier in ((call.id, "wati"), (new_id(), "vera"), ("", "vera")):
            with pytest.raises(NotYourCall):
                await end(foreign, verifier)
    (kept,) = await hall.all(Call)
    assert kept.ended_at is None
    assert await hall.state_of("vera") is ShiftState.IN_CALL


async def test_who_wraps_up_may_take_the_next(hall: Hall) -> None:
    for applicant in ("ani", "budi"):
        await hall.join(applicant)
    await hall.start("vera")
    _, call = await hall.take("vera")
    await hall.finish(call.id, "vera")
    await hall.take("vera")
    assert await hall.state_of("vera") is ShiftState.IN_CALL


async def _serve_until_empty(hall: Hall, verifier: str) -> list[str]:
    """Whom this verifier was given, one after the other."""
    served: list[str] = []
    while True:
        try:
            ticket, call = await hall.take(verifier)
        except LineEmpty:
            return served
        await hall.finish(call.id, verifier)
        served.append(ticket.applicant)


async def _serve_all(hall: Hall) -> tuple[list[str], list[list[str]]]:
    """Fifty verifiers at once serve two hundred: the line as it was, and whom each was given."""
    for number in range(200):
        await hall.join(f"applicant {number}", booked_in_s=(number * 37) % 200)
    expected = await hall.order()
    verifiers = [f"verifier {number}" for number in range(50)]
    await hall.start(*verifiers)
    return expected, await asyncio.gather(*(_serve_until_empty(hall, one) for one in verifiers))


async def test_fifty_verifiers_at_once_serve_two_hundred_in_order(hall: Hall) -> None:
    expected, given = await _serve_all(hall)
    assert sorted(chain.from_iterable(given)) == sorted(expected)
    for served in given:
        assert served == sorted(served, key=expected.index)


@on_sqlite
async def test_of_many_at_once_one_writer_gives_each_the_head(hall: Hall) -> None:
    expected, _given = await _serve_all(hall)
    async with hall.database.reading() as session:
        taken = select(Ticket.applicant).join(Call, Call.ticket == Ticket.id)
        in_order = (await session.execute(taken.order_by(text("call.rowid")))).scalars()
        assert list(in_order) == expected


async def test_all_click_at_once_and_each_gets_one_of_the_first(hall: Hall) -> None:
    for number in range(60):
        await hall.join(f"applicant {number}", booked_in_s=number)
    verifiers = [f"verifier {number}" for number in range(50)]
    await hall.start(*verifiers)
    clicks = [hall.take(one) for one in verifiers for _ in range(2)]
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    taken = [answer for answer in answers if isinstance(answer, tuple)]
    assert len({call.verifier for _, call in taken}) == len(taken) == 50
    assert {t.applicant for t, _ in taken} == {f"applicant {number}" for number in range(50)}
    assert sum(isinstance(answer, AlreadyInCall) for answer in answers) == 50


@pytest.mark.parametrize("shared", ["ticket", "verifier"])
async def test_the_database_itself_refuses_a_second_open_call(hall: Hall, shared: str) -> None:
    other, _ = await hall.join("budi", booked_in_s=900)
    await hall.join("ani")
    await hall.start("vera")
    ticket, call = await hall.take("vera")
    planted = Call(
        ticket=ticket.id if shared == "ticket" else other.id,
        verifier="vera" if shared == "verifier" else "wati",
        is_first=True, waited_s=0, started_at=hall.clock.now(),
        applicant_seen_at=hall.clock.now(), verifier_seen_at=hall.clock.now(),
    )  # fmt: skip
    with pytest.raises(IntegrityError, match=rf"(call\.|uq_call_open_){shared}"):
        async with hall.database.writing() as session:
            session.add(planted)
    assert [one.id for one in await hall.all(Call)] == [call.id]
