"""What happened in a fault test, as its clients saw it: one line of JSON for each event.

The clients write down what they sent and what they were answered, the mail sink what it accepted,
and whoever kills the server when. `invariants.py` holds the database against it afterwards.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self


class Kind(StrEnum):
    """What can happen. `LOST` is a request whose answer never came."""

    STARTING = "starting"
    STARTED = "started"
    KILLED = "killed"
    SENT = "sent"
    ANSWERED = "answered"
    LOST = "lost"
    OPENED = "opened"
    CLOSED = "closed"
    MAILED = "mailed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `client` is an account's id; `OPENED` and `CLOSED` are of its waiting room."""

    at: datetime
    kind: Kind
    client: str = ""
    request: int = 0
    about: dict[str, Any] = field(default_factory=dict)

    def as_line(self) -> str:
        """The event as JSON."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, sort_keys=True)

    @classmethod
    def of_line(cls, line: str) -> Self:
        """The event of a line."""
        read = json.loads(line)
        return cls(**read | {"at": datetime.fromisoformat(read["at"]), "kind": Kind(read["kind"])})


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its answer; `status` is None where the answer was lost."""

    client: str
    act: str
    path: str
    sent: dict[str, Any]
    sent_at: datetime
    until: datetime
    status: int | None
    answer: dict[str, Any]


class History:
    """The events in order. A new one keeps a file beside it, line by line."""

    def __init__(self, now: Callable[[], datetime], path: Path | None = None) -> None:
        """Write to `path`, where it is given, at the moments that `now` tells."""
        self.events: list[Event] = []
        self.in_flight: dict[int, str] = {}
        self.lost_requests: set[int] = set()
        self.answers = 0
        self.path = path
        self._now = now
        self._file = path.open("w") if path else None
        self._requests = 0

    @classmethod
    def read(cls, path: Path, now: Callable[[], datetime]) -> Self:
        """The history that a file tells."""
        history = cls(now)
        history.events = [Event.of_line(line) for line in path.read_text().splitlines()]
        return history

    def add(self, kind: Kind, client: str = "", request: int = 0, **about: Any) -> None:
        """Write down what has just happened."""
        event = Event(self._now(), kind, client, request, about)
        self.events.append(event)
        if self._file:
            print(event.as_line(), file=self._file, flush=True)

    def sent(self, client: str, act: str, path: str, sent: dict[str, Any]) -> int:
        """A request goes out: its number."""
        self._requests += 1
        self.in_flight[self._requests] = act
        self.add(Kind.SENT, client, self._requests, act=act, path=path, sent=sent)
        return self._requests

    def answered(self, client: str, request: int, status: int, answer: Any) -> None:
        """Its answer came."""
        del self.in_flight[request]
        self.answers += 1
        self.add(Kind.ANSWERED, client, request, status=status, answer=answer or {})

    def lost(self, client: str, request: int) -> None:
        """Its answer will never come."""
        del self.in_flight[request]
        self.lost_requests.add(request)
        self.add(Kind.LOST, client, request)

    def of(self, *kinds: Kind) -> Iterator[Event]:
        """The events of these kinds."""
        return (event for event in self.events if event.kind in kinds)

    def requests(self) -> list[Request]:
        """Every request that is no longer in flight, in the order of sending."""
        ends = {event.request: event for event in self.of(Kind.ANSWERED, Kind.LOST)}
        return [
            Request(
                begun.client, begun.about["act"], begun.about["path"], begun.about["sent"],
                begun.at, ends[begun.request].at, ends[begun.request].about.get("status"),
                ends[begun.request].about.get("answer", {}),
            )
            for begun in self.of(Kind.SENT)
            if begun.request in ends
        ]  # fmt: skip

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
