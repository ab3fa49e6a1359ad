"""The difference between two orders, as every page in the line applies it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from signaling.line_news import moves
from tests.support import MORNING
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
