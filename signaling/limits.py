"""How much a client may say, and how deeply nested: the limits of the sockets in one place.

All of it is decided on the text, before anything is built from it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

LARGEST_MESSAGE_BYTES = 64 * 1024
DEEPEST = 8
MESSAGES_EACH_S = 20.0
MESSAGES_AT_ONCE = 40
# Whatever else the transport carries: an answer to a ping every 25 s, and the upgrade.
SIGNS_EACH_S = 1.0
SIGNS_AT_ONCE = 10
MOST_CANDIDATES = 30
MOST_UNREAD = 200
MOST_UNREAD_BYTES = 1 << 20
MOST_SOCKETS = 20
SLOWEST_READER_S = 10.0
SLOWEST_POST_S = 20.0
SLOWEST_UPGRADE_S = 10.0
LONGEST_OUTSIDE_S = 10.0

Seconds = Callable[[], float]

# An unfinished string goes on to the end: no text is looked at more than once.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
PACKET = re.compile(
    r"(?P<kind>[0-6])(?:[0-9]+-)?(?:(?P<namespace>/[^,?]*)(?:\?[^,]*)?(?:,|$))?"
    r"(?P<ack>[0-9]{1,16}(?![0-9]))?(?P<json>.*)",
    re.DOTALL,
)


class TokenBucket:
    """Lets `at_once` pass, and `each_s` a second after that; `seconds` is a monotonic clock."""

    def __init__(self, each_s: float, at_once: int, seconds: Seconds) -> None:
        """It begins full."""
        self._each_s, self._at_once, self._seconds = each_s, at_once, seconds
        self._left, self._at = float(at_once), seconds()

    def take(self) -> bool:
        """Whether one more may pass."""
        now = self._seconds()
        self._left = min(self._at_once, self._left + (now - self._at) * self._each_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Head(NamedTuple):
    """What a Socket.IO packet says before its JSON, and the JSON, unread."""

    kind: int
    namespace: str
    ack: int | None
    json: str


def head_of(packet: object) -> Head | None:
    """The head of a packet, or None for what is no text or no packet."""
    found = PACKET.fullmatch(packet) if isinstance(packet, str) else None
    if found is None:
        return None
    ack = int(found["ack"]) if found["ack"] else None
    return Head(int(found["kind"]), found["namespace"] or "/", ack, found["json"])


def is_too_deep(json: str) -> bool:
    """Whether lists and objects are nested more than `DEEPEST` levels."""
    depth = 0
    for token in TOKEN.finditer(json):
        if token[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif token[0] in "]}":
            depth -= 1
    return False


class Candidates:
    """Counts the candidates that a page gives for its description."""

    def __init__(self) -> None:
        """None yet."""
        self._count = 0

    def begin(self) -> None:
        """A new description: it may have candidates of its own."""
        self._count = 0

    def one_more(self) -> bool:
        """Whether there may be one more."""
        self._count += 1
        return self._count <= MOST_CANDIDATES
