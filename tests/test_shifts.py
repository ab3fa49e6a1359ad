"""Shifts: what a verifier may choose, and what only the line may do."""

import pytest

from tests.hall import Hall
from waiting_room import shifts, standing
from waiting_room.errors import NoSuchChange
from waiting_room.tables import Shift, ShiftState


async def test_a_shift_begins_ready_and_only_once(hall: Hall) -> None:
    began_at = hall.clock.now()
    async with hall.database.writing() as session:
        assert await shifts.start(session, "vera", began_at)
    hall.clock.forward(minutes=1)
    async with hall.database.writing() as session:
        assert not await shifts.start(session, "vera", hall.clock.now())
    (shift,) = await hall.all(Shift)
    assert (shift.state, shift.since_at) == (ShiftState.READY, began_at)


async def test_signing_in_again_does_not_end_a_break(hall: Hall) -> None:
    await hall.start("vera")
    await hall.choose("vera", ShiftState.ON_BREAK, "prayer")
    await hall.start("vera")
    assert await hall.state_of("vera") is ShiftState.ON_BREAK


async def test_a_new_shift_after_the_last_one_was_over(hall: Hall) -> None:
    await hall.start("vera")
    await hall.choose("vera", ShiftState.ON_BREAK, "rest")
    await hall.choose("vera", ShiftState.OFF)
    hall.clock.forward(hours=20)
    await hall.start("vera")
    (shift,) = await hall.all(Shift)
    assert (shift.state, shift.reason) == (ShiftState.READY, None)
    assert shift.since_at == hall.clock.now()


async def test_choosing_the_same_state_keeps_its_beginning(hall: Hall) -> None:
    await hall.start("vera")
    await hall.choose("vera", ShiftState.ON_BREAK, "rest")
    began_at = hall.clock.now()
    hall.clock.forward(minutes=4)
    await hall.choose("vera", ShiftState.ON_BREAK, "rest")
    assert (await hall.all(Shift))[0].since_at == began_at
    await hall.choose("vera", ShiftState.ON_BREAK, "technical")
    (shift,) = await hall.all(Shift)
    assert (shift.reason, shift.since_at) == ("technical", hall.clock.now())


@pytest.mark.parametrize("state", shifts.CHOOSABLE)
async def test_nothing_can_be_chosen_in_mid_call(hall: Hall, state: ShiftState) -> None:
    await hall.join("ani")
    await hall.start("vera")
    await hall.take("vera")
    with pytest.raises(NoSuchChange):
        await hall.choose("vera", state)
    assert await hall.state_of("vera") is ShiftState.IN_CALL


@pytest.mark.parametrize("state", [ShiftState.IN_CALL, ShiftState.WRAP_UP])
async def test_the_lines_own_states_cannot_be_chosen(hall: Hall, state: ShiftState) -> None:
    await hall.start("vera")
    with pytest.raises(NoSuchChange):
        await hall.choose("vera", state)
    assert await hall.state_of("vera") is ShiftState.READY


async def test_who_never_started_has_nothing_to_choose(hall: Hall) -> None:
    with pytest.raises(NoSuchChange):
        await hall.choose("vera", ShiftState.READY)
    assert await hall.all(Shift) == []


async def test_after_the_wrap_up_every_choice_is_open(hall: Hall) -> None:
    for number, state in enumerate(shifts.CHOOSABLE):
        verifier = f"verifier {number}"
        await hall.join(f"applicant {number}")
        await hall.start(verifier)
        _, call = await hall.take(verifier)
        await hall.finish(call.id, verifier)
        await hall.choose(verifier, state)
        assert await hall.state_of(verifier) is state


async def test_every_state_is_counted_at_zero_too(hall: Hall) -> None:
    async with hall.database.reading() as session:
        assert await standing.shifts_by_state(session) == dict.fromkeys(ShiftState, 0)
    await hall.start("vera", "wati", "yuni")
    await hall.choose("wati", ShiftState.ON_BREAK, "rest")
    async with hall.database.reading() as session:
        counted = await standing.shifts_by_state(session)
        assert await standing.on_duty(session) == 2
    assert (counted[ShiftState.READY], counted[ShiftState.ON_BREAK]) == (2, 1)
    assert sum(counted.values()) == 3
