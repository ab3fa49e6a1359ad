"""The names of Socket.IO rooms; built nowhere else, and never taken from a client."""

LINE = "line"
LOAD = "load"


def ticket_room(ticket: str) -> str:
    """The sockets of one applicant in the waiting room."""
    return f"ticket:{ticket}"


def session_room(session: str) -> str:
    """The sockets that one session has open."""
    return f"session:{session}"
