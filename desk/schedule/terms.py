"""Until when, and how often, an applicant may move a meeting; staff may always."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.access.tables import Access
from desk.problems import Problem
from desk.schedule.calendar import Calendar, place_of
from desk.schedule.refusals import by_hand, no_moves_left, too_late_to_move
from desk.schedule.tables import Meeting
from desk.settings import Settings

NO_SHOWS_BY_HAND = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one meeting on one day.

    Whoever `needs_time` (did not come, or lost the time to a closed day) chooses anew without
    using up a move, and gets the earliest time even where it lies after `last_day`.
    """

    today: date
    last_day: date
    limit: int
    moves_left: int
    no_shows: int
    needs_time: bool

    @property
    def refusal(self) -> Problem | None:
        """Why the applicant may not move it, if so."""
        if self.no_shows >= NO_SHOWS_BY_HAND:
            return by_hand(self.no_shows)
        if self.needs_time:
            return None
        if not self.moves_left:
            return no_moves_left(self.limit)
        return too_late_to_move(self.last_day) if self.today > self.last_day else None


def soonest(settings: Settings, now: datetime, *, by_staff: bool = False) -> datetime:
    """When what is booked now may begin: people need notice, unless staff agree with them."""
    return now if by_staff else now + timedelta(minutes=settings.notice_minutes)


def terms_of(
    calendar: Calendar, settings: Settings, meeting: Meeting, access: Access, today: date
) -> Terms:
    """The terms: working days count where the unit is, from the sending on."""
    since = (meeting.movable_from_at or access.submitted_at).astimezone(ZoneInfo(access.timezone))
    return Terms(
        today=today,
        last_day=calendar.add_working_days(
            since.date(), settings.reschedule_days, place_of(access)
        ),
        limit=settings.reschedule_limit,
        moves_left=max(0, settings.reschedule_limit - meeting.moves),
        no_shows=meeting.no_shows,
        needs_time=bool(meeting.no_show_at or meeting.cancelled_at),
    )
