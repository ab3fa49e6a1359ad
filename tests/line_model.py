"""What the line ought to do, in dictionaries: the model that the state machine trusts."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.hall import AS_SHIPPED, LATE_AFTER
from waiting_room.tables import CallOutcome, ShiftState

RETURNED, BOOKED, LATE = range(3)
AWAY_AFTER, HOLD, GRACE = AS_SHIPPED


@dataclass
class Held:
    """A ticket with its key; aside or in `call`, or else waiting; silent since then, or not."""

    applicant: str
    key: tuple[int, datetime, datetime]
    silent_at: datetime | None
    is_aside: bool = False
    call: str | None = None

    def is_away(self, now: datetime) -> bool:
        return self.is_aside or bool(self.silent_at and self.silent_at <= now - AWAY_AFTER)


@dataclass
class Talk:
    """An open call; when each side was seen (the applicant's time counts once they arrived)."""

    verifier: str
    ticket: str
    seen: dict[str, datetime]
    has_arrived: bool = False

    def outcome(self, now: datetime) -> CallOutcome | None:
        if self.seen["verifier"] < now - GRACE:
            return CallOutcome.VERIFIER_GONE
        lost = self.has_arrived and self.seen["applicant"] < now - GRACE
        return CallOutcome.APPLICANT_GONE if lost else None


@dataclass
class Model:
    """Live tickets, open calls, shifts; None or a missing key stands for a refusal."""

    tickets: dict[str, Held] = field(default_factory=dict)
    calls: dict[str, Talk] = field(default_factory=dict)
    shifts: dict[str, ShiftState] = field(default_factory=dict)

    def in_line(self) -> list[str]:
        held = [ticket for ticket, one in self.tickets.items() if one.call is None]
        return sorted(held, key=lambda ticket: self.tickets[ticket].key)

    def head(self, now: datetime) -> str | None:
        return next((one for one in self.in_line() if not self.tickets[one].is_away(now)), None)

    def join(self, applicant: str, ticket: str, booked_at: datetime, now: datetime) -> None:
        is_late = now > booked_at + LATE_AFTER
        key = (LATE, now, now) if is_late else (BOOKED, booked_at, now)
        self.tickets[ticket] = Held(applicant, key, now)

    def take(self, verifier: str, call: str, ticket: str, now: datetime) -> None:
        self.tickets[ticket].call = call
        self.calls[call] = Talk(verifier, ticket, {"applicant": now, "verifier": now})
        self.shifts[verifier] = ShiftState.IN_CALL

    def end(self, call: str) -> str:
        self.shifts[self.calls[call].verifier] = ShiftState.WRAP_UP
        return self.calls.pop(call).ticket

    def put_back(self, call: str, now: datetime, silent_at: datetime) -> None:
        one = self.tickets[self.end(call)]
        one.key, one.silent_at, one.call = (RETURNED, now, one.key[2]), silent_at, None

    def see(self, ticket: str) -> None:
        if ticket in self.tickets:
            self.tickets[ticket].silent_at, self.tickets[ticket].is_aside = None, False

    def miss(self, ticket: str, now: datetime) -> None:
        one = self.tickets.get(ticket)
        if one and one.call is None and one.silent_at is None:
            one.silent_at = now

    def reap(self, now: datetime) -> tuple[set[str], dict[str, CallOutcome]]:
        aside = {one for one in self.in_line() if not self.tickets[one].is_aside}
        aside = {one for one in aside if (self.tickets[one].silent_at or now) < now - HOLD}
        for ticket in aside:
            self.tickets[ticket].is_aside = True
        lost = {call: how for call, one in self.calls.items() if (how := one.outcome(now))}
        for call, how in lost.items():
            seen_at = self.calls[call].seen["applicant"]
            self.put_back(call, now, seen_at if how is CallOutcome.APPLICANT_GONE else now)
        return aside, lost
