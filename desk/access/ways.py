"""Where the way goes on when a call is over."""

from signaling.messages import Side
from waiting_room.tables import CallOutcome

APPLICANTS_WAY = {
    CallOutcome.APPROVED: "/",
    CallOutcome.REJECTED: "/organisation",
    CallOutcome.ABSENT: "/",
    CallOutcome.LEFT: "/",
}


def ways_on(outcome: CallOutcome, ticket: str) -> dict[Side, str]:
    """Each side's next page; whoever was not served waits again."""
    return {"applicant": APPLICANTS_WAY.get(outcome, f"/waiting/{ticket}"), "verifier": "/desk"}
