"""The line's news: the difference between two orders, as every page applies it, and its reading."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from desk.house import DeskHouse
from desk.keys import DENIALS, SIGNALING
from signaling.line_news import LineNews, moves
from tests.scenes import joined
from tests.support import MORNING, RunningDesk
from waiting_room.standing import Stand

KEYS = st.tuples(st.integers(0, 2), st.integers(0, 5))
ORDERS = st.dictionaries(st.integers(0, 40).map(str), KEYS, max_size=30)


def _order(keys: dict[str, tuple[int, int]]) -> list[Stand]:
    """A line is always ordered by key and then by ticket: whoever stays, stays in order."""
    stands = [
        Stand(ticket, order_class, MORNING + timedelta(minutes=minutes), False, True)
        for ticket, (order_class, minutes) in keys.items()
    ]
    return sorted(stands, key=lambda one: (one.order_class, one.order_at, one.ticket))


def _new_position(position: int, changes: list[tuple[int, int]]) -> int | None:
    """What a page does with the changes: None when it was itself that went."""
    for where, change in changes:
        if change < 0 and where == position:
            return None
        if change < 0 and where < position:
            position -= 1
        if change > 0 and where <= position:
            position += 1
    return position


@given(before=ORDERS, after=ORDERS)
def test_everybody_who_stays_finds_the_true_place(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    old, new = _order(before), _order(after)
    changes = moves(old, new)
    for position, stand in enumerate(old, 1):
        expected = new.index(stand) + 1 if stand in new else None
        assert _new_position(position, changes) == expected


@given(before=ORDERS, after=ORDERS)
def test_the_changes_turn_one_length_into_the_other(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    changes = moves(_order(before), _order(after))
    assert len(before) + sum(change for _, change in changes) == len(after)


@given(keys=ORDERS)
def test_nothing_moved_is_nothing_told(keys: dict[str, tuple[int, int]]) -> None:
    assert moves(_order(keys), _order(keys)) == []


@given(keys=ORDERS.filter(bool), data=st.data())
def test_who_is_handed_back_goes_and_comes(
    keys: dict[str, tuple[int, int]], data: st.DataObject
) -> None:
    ticket = data.draw(st.sampled_from(sorted(keys)))
    old = _order(keys)
    new = _order(keys | {ticket: (0, -1)})
    position = next(place for place, stand in enumerate(old, 1) if stand.ticket == ticket)
    assert moves(old, new) == [(position, -1), (1, 1)]


def test_one_taken_and_one_joined() -> None:
    old = _order({"a": (1, 0), "b": (1, 1), "c": (1, 3)})
    new = _order({"b": (1, 1), "d": (1, 2), "c": (1, 3)})
    assert moves(old, new) == [(1, -1), (2, 1)]


class LateHouse(DeskHouse):
    """A house whose first reading takes its time to end."""

    def __init__(self, desk: RunningDesk) -> None:
        super().__init__(desk.settings, desk.clock, desk.database, desk.app[DENIALS])
        self.has_read, self.may_end = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with super().reading() as session:
            yield session
        if not self.has_read.is_set():
            self.has_read.set()
            await self.may_end.wait()


async def test_a_reading_never_comes_after_one_that_began_later(desk: RunningDesk) -> None:
    house = LateHouse(desk)
    news = LineNews(desk.app[SIGNALING].server, house)
    news.longest_silence_s = 0.01
    before = asyncio.create_task(news.tell())
    await house.has_read.wait()
    newcomer = await joined(desk)
    after = asyncio.create_task(news.tell())
    # It waits for the one before it; read beside that one, it would be told by now.
    await asyncio.wait({after}, timeout=0.3)
    house.may_end.set()
    await asyncio.gather(before, after)
    assert await news.place_of(newcomer.ticket)
