"""The audit log, replayed: which way each ticket went, and whom each take went past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from desk.audit import SYSTEM, AuditEntry, Did
from tests.faults.records import Key, Records, key_of
from tests.faults.sightings import Sightings, Span
from waiting_room.order import OrderClass
from waiting_room.tables import TicketState

NOWHERE = "nowhere"
WAITING, SET_ASIDE, IN_CALL = TicketState.WAITING, TicketState.SET_ASIDE, TicketState.IN_CALL


class Move(NamedTuple):
    """What an act does to a ticket."""

    before: tuple[str, ...]
    after: str


MOVES = {
    Did.JOINED: Move((NOWHERE,), WAITING),
    Did.LEFT: Move((WAITING, SET_ASIDE), TicketState.LEFT),
    Did.SET_ASIDE: Move((WAITING,), SET_ASIDE),
    Did.CAME_BACK: Move((SET_ASIDE,), WAITING),
    Did.TAKEN: Move((WAITING,), IN_CALL),
    Did.APPROVED: Move((IN_CALL,), TicketState.SERVED),
    Did.REJECTED: Move((IN_CALL,), TicketState.SERVED),
    Did.MARKED_ABSENT: Move((IN_CALL,), TicketState.ABSENT),
    Did.CALL_LEFT: Move((IN_CALL,), TicketState.LEFT),
    Did.CALL_RETURNED: Move((IN_CALL,), WAITING),
    Did.LEASE_LAPSED: Move((IN_CALL,), WAITING),
}


class Found(NamedTuple):
    """A violation, under the invariant's name."""

    invariant: str
    what: str


@dataclass
class Way:
    """Where a ticket stands while the log is replayed."""

    state: str
    key: Key
    in_line_since: datetime


class Replay:
    """Walks the log once."""

    def __init__(self, records: Records, seen: Sightings, away_after: timedelta) -> None:
        """Nobody has joined yet."""
        self._records, self._seen, self._away_after = records, seen, away_after
        self._ways: dict[str, Way] = {}
        self._serving: dict[str, str] = {}
        self._touched: dict[str, list[Span]] = {}
        for entry in records.entries:
            if entry.act in MOVES:
                span = seen.span_of(entry.actor, entry.at)
                self._touched.setdefault(records.ticket_of(entry), []).append(span)

    def violations(self) -> Iterator[Found]:
        """Everything that I1, I2 and I4 forbid."""
        for entry in self._records.entries:
            if entry.act in MOVES:
                yield from self._follow(entry, self._records.ticket_of(entry))
        for ticket in self._records.tickets.values():
            way = self._ways.get(ticket.id)
            told = way.state if way else NOWHERE
            if told != ticket.state:
                yield Found("I1", f"ticket {ticket.id} is {ticket.state}; the log says {told}")
            elif way and way.key != key_of(ticket):
                yield Found("I4", f"ticket {ticket.id} has {key_of(ticket)}, was given {way.key}")

    def _follow(self, entry: AuditEntry, ticket: str) -> Iterator[Found]:
        move, way = MOVES[Did(entry.act)], self._ways.get(ticket)
        state = way.state if way else NOWHERE
        if state not in move.before or ticket not in self._records.tickets:
            yield Found("I1", f"entry {entry.id}: {entry.act} of ticket {ticket!r}, {state}")
            return
        if entry.act == Did.TAKEN:
            yield from self._taken(entry, ticket)
        if way is None:
            self._ways[ticket] = self._joined(entry, ticket)
            return
        was, way.state = way.state, move.after
        if was == IN_CALL:
            self._serving = {who: one for who, one in self._serving.items() if one != ticket}
            if move.after == WAITING:
                way.key = (OrderClass.RETURNED, entry.at, *way.key[2:])
                # Who was lost in the call may have been away before: only an open page tells.
                is_lost = entry.actor == SYSTEM
                way.in_line_since = entry.at - self._away_after if is_lost else entry.at

    def _joined(self, entry: AuditEntry, ticket: str) -> Way:
        group = OrderClass(entry.detail["order"])
        booked = self._records.meetings[self._records.tickets[ticket].meeting].starts_at
        order_at = booked if group is OrderClass.BOOKED else entry.at
        return Way(WAITING, (group, order_at, entry.at, ticket), entry.at)

    def _taken(self, entry: AuditEntry, ticket: str) -> Iterator[Found]:
        if served := self._serving.get(entry.actor):
            yield Found("I2", f"entry {entry.id}: {entry.actor} takes {ticket}, serves {served}")
        self._serving[entry.actor] = ticket
        passed = [
            other
            for other, way in self._ways.items()
            if way.state == WAITING
            and way.key < self._ways[ticket].key
            and self._could_be_taken(other, way.in_line_since, entry)
        ]
        if passed:
            yield Found(
                "I4",
                f"entry {entry.id}: {ticket} was taken before {len(passed)} others, "
                f"one of them {passed[0]}",
            )

    def _could_be_taken(self, ticket: str, in_line_since: datetime, take: AuditEntry) -> bool:
        """Whether nothing excuses that this one, who stood in front, was passed over."""
        applicant = self._records.tickets[ticket].applicant
        if not self._seen.was_surely_here(applicant, take.at, in_line_since, self._away_after):
            return False
        if self._records.has_one_writer:
            return True
        # Many write at once: a take skips whoever another transaction holds just then.
        span = self._seen.span_of(take.actor, take.at)
        touched = any(span.meets(other) for other in self._touched[ticket])
        return not touched and not self._seen.anything_lost_in(span)
