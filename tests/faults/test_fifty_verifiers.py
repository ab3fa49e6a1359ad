"""Fifty verifiers at once on a line of a thousand: each served once, and nobody passed over."""

import asyncio
import time
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import insert

from tests.hall import Hall
from waiting_room.errors import LineEmpty
from waiting_room.order import OrderClass
from waiting_room.tables import Call, CallOutcome, Ticket, TicketState, new_id

WAITING, VERIFIERS = 1_000, 50


class Take(NamedTuple):
    """Who was taken: their number in the line, and from when until when it was being done."""

    number: int
    since_s: float
    until_s: float


async def _line_up(hall: Hall) -> None:
    """The applicant `n` is the n-th; they have come in another order."""
    now = hall.clock.now()
    tickets = [
        {"id": new_id(), "applicant": str(number), "meeting": "-", "state": TicketState.WAITING,
         "order_class": int(OrderClass.BOOKED), "order_at": now + timedelta(seconds=number),
         "joined_at": now, "waiting_since_at": now}
        for number in sorted(range(WAITING), key=lambda number: number * 37 % WAITING)
    ]  # fmt: skip
    async with hall.database.writing() as session:
        await session.execute(insert(Ticket), tickets)


async def _serve_until_empty(hall: Hall, verifier: str) -> list[Take]:
    takes: list[Take] = []
    while True:
        since_s = time.monotonic()
        try:
            ticket, call = await hall.take(verifier)
        except LineEmpty:
            return takes
        takes.append(Take(int(ticket.applicant), since_s, time.monotonic()))
        await hall.finish(call.id, verifier)


def _passed_over(takes: list[Take]) -> list[tuple[int, int]]:
    """Who was taken though, before it began, somebody behind them had been taken already."""
    by_end = sorted(takes, key=lambda take: take.until_s)
    found, done, furthest = [], 0, -1
    for take in sorted(takes, key=lambda take: take.since_s):
        while by_end[done].until_s < take.since_s:
            furthest = max(furthest, by_end[done].number)
            done += 1
        if take.number < furthest:
            found.append((take.number, furthest))
    return found


def test_the_check_finds_who_was_passed_over() -> None:
    assert _passed_over([Take(0, 0, 2), Take(1, 1, 3), Take(2, 4, 5)]) == []
    assert _passed_over([Take(1, 0, 1), Take(0, 0.5, 2)]) == []
    assert _passed_over([Take(1, 0, 1), Take(0, 2, 3)]) == [(0, 1)]


async def test_a_thousand_are_served_once_and_in_order(hall: Hall) -> None:
    await _line_up(hall)
    verifiers = [f"verifier {number}" for number in range(VERIFIERS)]
    await hall.start(*verifiers)
    served = await asyncio.gather(*(_serve_until_empty(hall, one) for one in verifiers))
    takes = [take for theirs in served for take in theirs]
    assert sorted(take.number for take in takes) == list(range(WAITING))
    assert _passed_over(takes) == []
    calls: list[Call] = await hall.all(Call)
    assert len({call.ticket for call in calls}) == len(calls) == WAITING
    assert {call.outcome for call in calls} == {CallOutcome.APPROVED}
