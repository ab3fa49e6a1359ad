"""Booked times: when the waiting room opens and closes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.times import day_span


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """When one can join: from `opens_at` until, but not at, `closes_at`."""

    opens_at: datetime
    closes_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether one can join at `moment`."""
        return self.opens_at <= moment < self.closes_at


def open_span(meeting: Meeting, zone: ZoneInfo, settings: Settings) -> OpenSpan:
    """From `join_before_minutes` before the booked time to the end of its day in its zone."""
    return OpenSpan(
        meeting.starts_at - timedelta(minutes=settings.join_before_minutes),
        day_span(meeting.starts_at, zone)[1],
    )
