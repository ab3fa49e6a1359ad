"""What a history tells of moments: whose page was open when, and what went on at the same time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tests.faults.history import History, Kind, Request

# Presence is written once a second; on a busy machine it waits as long as requests do.
LAG = timedelta(seconds=3)


class Span(NamedTuple):
    """From when until when."""

    since: datetime
    until: datetime

    def meets(self, other: "Span") -> bool:
        """Whether both have a moment in common."""
        return self.since <= other.until and other.since <= self.until


class Sightings:
    """The same history, asked by person and moment."""

    def __init__(self, history: History) -> None:
        """Read it once."""
        self._requests: dict[str, list[Request]] = {}
        for request in history.requests():
            self._requests.setdefault(request.client, []).append(request)
        self._lost = [
            Span(one.sent_at, one.until)
            for one in history.requests()
            if one.status is None or one.status >= 500
        ]
        self._pages = _pages(history)
        waits = [one.until - one.sent_at for one in history.requests() if one.status]
        self._lag = LAG + max(waits, default=timedelta())

    def span_of(self, actor: str, at: datetime) -> Span:
        """The request of `actor` under way at that moment; the background's work has none."""
        for one in self._requests.get(actor, []):
            if one.sent_at <= at <= one.until:
                return Span(one.sent_at, one.until)
        return Span(at - LAG, at + LAG)

    def anything_lost_in(self, span: Span) -> bool:
        """Whether something under way then may have held a ticket that it never got."""
        return any(lost.meets(span) for lost in self._lost)

    def was_surely_here(
        self, applicant: str, at: datetime, in_line_since: datetime, away_after: timedelta
    ) -> bool:
        """Whether the desk could not have counted the applicant as away for so long at `at`."""
        seen = in_line_since
        for page in self._pages.get(applicant, []):
            if page.since + self._lag <= at:
                seen = max(seen, min(page.until, at))
        return at - seen < away_after - self._lag


def _pages(history: History) -> dict[str, list[Span]]:
    pages: dict[str, list[Span]] = {}
    since: dict[str, datetime] = {}
    last = history.events[-1].at if history.events else None
    for event in history.of(Kind.OPENED, Kind.CLOSED, Kind.KILLED):
        if event.kind is Kind.OPENED:
            since[event.client] = event.at
            continue
        gone = list(since) if event.kind is Kind.KILLED else [event.client]
        for client in gone:
            if begun := since.pop(client, None):
                pages.setdefault(client, []).append(Span(begun, event.at))
    for client, begun in since.items():
        pages.setdefault(client, []).append(Span(begun, last or begun))
    return pages
