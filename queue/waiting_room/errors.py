"""What the line refuses, each with a stable word that outsiders may rely on."""


class LineError(Exception):
    """Base of all refusals; nothing was changed when one is raised."""

    code = "line_error"


class LineEmpty(LineError):
    """Nobody waits."""

    code = "line_empty"


class NotReady(LineError):
    """The verifier is on a break or off duty."""

    code = "not_ready"


class AlreadyInCall(LineError):
    """The verifier already serves somebody; `call` says in which call."""

    code = "already_in_call"

    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.call = call


class NotYourCall(LineError):
    """The call is not open, or not this verifier's; `outcome` says how it ended, if it has."""

    code = "not_your_call"

    def __init__(self, outcome: str | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class NotWaiting(LineError):
    """The ticket does not stand in the line (any more)."""

    code = "not_waiting"


class NoSuchChange(LineError):
    """A verifier's state cannot change this way now (in mid-call, for instance)."""

    code = "no_such_change"
