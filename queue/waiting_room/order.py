"""The order of the line: the one place where it is decided who comes before whom.

A class and a key are written on the ticket when it joins, and stay until a technical failure
returns it. Lower comes first:

    class                  key (order_at)
    0  RETURNED            when the call broke off: back at the head, the earliest first
    1  BOOKED              the booked time, then the moment of joining
    2  LATE                the moment of joining (joined more than `late_after` past the time)

Equal keys are ordered by joining and then by id, so that the order is total and every reader of
the line sees the same one.
"""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from waiting_room.tables import Ticket


class OrderClass(IntEnum):
    """Which group of the line a ticket stands in."""

    RETURNED = 0
    BOOKED = 1
    LATE = 2


class OrderKey(NamedTuple):
    """What is written on a ticket to give it its place."""

    order_class: OrderClass
    order_at: datetime


LINE_ORDER = (Ticket.order_class, Ticket.order_at, Ticket.joined_at, Ticket.id)


def key_on_joining(booked_at: datetime, now: datetime, late_after: timedelta) -> OrderKey:
    """The key of somebody who joins `now` for a meeting booked at `booked_at`."""
    if now > booked_at + late_after:
        return OrderKey(OrderClass.LATE, now)
    return OrderKey(OrderClass.BOOKED, booked_at)


def key_on_return(now: datetime) -> OrderKey:
    """The key of somebody whose call broke off `now`: before all who have not been called yet."""
    return OrderKey(OrderClass.RETURNED, now)
