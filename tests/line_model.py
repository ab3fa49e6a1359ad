"""What the line ought to do, in lists and dictionaries: the model that the state machine trusts."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.hall import LATE_AFTER
from waiting_room.tables import ShiftState

RETURNED, BOOKED, LATE = range(3)


@dataclass
class Model:
    """Tickets by applicant with their keys, open calls, shifts. A refusal is its class's name."""

    key_of: dict[str, tuple[int, datetime, datetime, str]] = field(default_factory=dict)
    open_calls: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # call: verifier, applicant
    shifts: dict[str, ShiftState] = field(default_factory=dict)
    in_call: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # joining, ticket

    @property
    def order(self) -> list[str]:
        return sorted(self.key_of, key=lambda applicant: self.key_of[applicant])

    def ticket_of(self, applicant: str) -> str | None:
        if applicant in self.key_of:
            return self.key_of[applicant][3]
        return self.in_call[applicant][1] if applicant in self.in_call else None

    def join(self, applicant: str, ticket: str, booked_at: datetime, now: datetime) -> None:
        late = now > booked_at + LATE_AFTER
        self.key_of[applicant] = (
            (LATE, now, now, ticket) if late else (BOOKED, booked_at, now, ticket)
        )

    def leave(self, ticket: str) -> str | None:
        for applicant, key in self.key_of.items():
            if key[3] == ticket:
                del self.key_of[applicant]
                return None
        return "NotWaiting"

    def may_take(self, verifier: str) -> str | None:
        state = self.shifts.get(verifier)
        if state is ShiftState.IN_CALL:
            return "AlreadyInCall"
        if state not in {ShiftState.READY, ShiftState.WRAP_UP}:
            return "NotReady"
        return None if self.key_of else "LineEmpty"

    def take(self, verifier: str, call: str) -> str:
        """The applicant who must have been given."""
        applicant = self.order[0]
        _, _, joined_at, ticket = self.key_of.pop(applicant)
        self.in_call[applicant] = (joined_at, ticket)
        self.open_calls[call] = (verifier, applicant)
        self.shifts[verifier] = ShiftState.IN_CALL
        return applicant

    def end(self, call: str, verifier: str, now: datetime | None = None) -> str | None:
        """Finish, or with a time: hand back."""
        if call not in self.open_calls or self.open_calls[call][0] != verifier:
            return "NotYourCall"
        _, applicant = self.open_calls.pop(call)
        joined_at, ticket = self.in_call.pop(applicant)
        self.shifts[verifier] = ShiftState.WRAP_UP
        if now:
            self.key_of[applicant] = (RETURNED, now, joined_at, ticket)
        return None

    def choose(self, verifier: str, state: ShiftState) -> str | None:
        if self.shifts.get(verifier) in {None, ShiftState.IN_CALL}:
            return "NoSuchChange"
        self.shifts[verifier] = state
        return None

    def start(self, verifier: str) -> None:
        if self.shifts.get(verifier) in {None, ShiftState.OFF}:
            self.shifts[verifier] = ShiftState.READY
