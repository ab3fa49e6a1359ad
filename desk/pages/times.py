""" "Cari Jadwal Lain": free and full days, the times of one of them, and moving a meeting there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ValidationError

from desk.access.rows import access_row
from desk.access.tables import Access
from desk.accounts.tables import Role
from desk.asks import Ask, Done, View
from desk.directory.roles import role_names
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.problems import Problem
from desk.reshown import Reshown
from desk.schedule import booking
from desk.schedule.calendar import place_of, read_calendar
from desk.schedule.offers import Day, free_days, free_times
from desk.schedule.plan import read_plan
from desk.schedule.refusals import NoFreeTime, SlotTaken, not_offered
from desk.schedule.tables import Meeting
from desk.schedule.terms import Terms, soonest, terms_of
from desk.times import weekdays
from signaling.server import Signaling

EARLIEST = "earliest"
STAFF_SEES = timedelta(days=28)
A_WEEK = 7

Booked = tuple[Meeting, Access]


async def times(ask: Ask[Booked]) -> View:
    """GET /meetings/{id}/times and, for staff, GET /schedule/meetings/{id}."""
    return await _view(ask, ask.request.query.get("day", ""))


class Choice(BaseModel):
    """The start of a slot, or "earliest"."""

    starts_at: str = ""

    def moment(self) -> datetime | None:
        """The moment that was chosen; None is the earliest. Raises the Problem not_offered."""
        if self.starts_at == EARLIEST:
            return None
        try:
            return _Moment(at=self.starts_at).at.astimezone(UTC)
        except (ValidationError, OverflowError):
            raise not_offered() from None


class _Moment(BaseModel):
    at: AwareDatetime


async def move(ask: Ask[Booked]) -> Done:
    """POST to the same addresses: the meeting's new time."""
    meeting, access = ask.thing
    by_staff = ask.identity.role is not Role.APPLICANT
    chosen, before_at = ask.body(Choice), meeting.starts_at
    try:
        await booking.move(
            ask.session, ask.settings, meeting, access, chosen.moment(), ask.now,
            ask.identity.id, by_staff=by_staff,
        )  # fmt: skip
    except (SlotTaken, NoFreeTime) as full:
        raise Reshown(full, await _view(ask, _day_of(ask, chosen.starts_at), full)) from None
    except Problem as refused:
        if refused.code != "not_offered":
            raise
        raise Reshown(refused, await _view(ask, "", refused)) from None
    templates = ask.request.app[TEMPLATES]
    await tell(
        ask.session, templates, ask.settings, Kind.MOVED, access,
        now=ask.now, meeting=meeting, before_at=before_at,
    )  # fmt: skip
    app = ask.request.app

    def wake(_signaling: Signaling) -> None:
        app[MAIL_WAITS].set()

    url = "/schedule/unplaced" if by_staff else f"/meetings/{meeting.id}"
    at = meeting.starts_at.isoformat()
    return Done({"meeting": meeting.id, "starts_at": at, "url": url}, url, wake)


def _day_of(ask: Ask[Any], starts_at: str) -> str:
    try:
        return str(datetime.fromisoformat(starts_at).astimezone(ask.settings.zone).date())
    except (ValueError, OverflowError):
        return ""


async def moving(ask: Ask[Any], meeting: Meeting, access: Access) -> dict[str, Any]:
    """Whether its applicant may move a meeting, until when, how often, or why not."""
    terms = await _terms(ask, meeting, access)
    return {
        "may": terms.refusal is None,
        "refusal": terms.refusal.detail if terms.refusal else None,
        "last_day": terms.last_day,
        "moves_left": terms.moves_left,
        "needs_time": terms.needs_time,
    }


async def _terms(ask: Ask[Any], meeting: Meeting, access: Access) -> Terms:
    calendar = await read_calendar(ask.session)
    today = ask.now.astimezone(ask.settings.zone).date()
    return terms_of(calendar, ask.settings, meeting, access, today)


async def _view(ask: Ask[Booked], wanted: str, refused: Problem | None = None) -> View:
    meeting, access = ask.thing
    by_staff = ask.identity.role is not Role.APPLICANT
    terms = await _terms(ask, meeting, access)
    plan, place = await read_plan(ask.session, ask.settings, ask.now), place_of(access)
    last = terms.today + STAFF_SEES if by_staff else max(terms.last_day, terms.today)
    since = soonest(ask.settings, ask.now, by_staff=by_staff)
    days = await free_days(ask.session, plan, place, terms.today, last, since)
    free = [one.day for one in days if one.free]
    chosen = _chosen(wanted, free)
    offered = await free_times(ask.session, plan, place, chosen, since) if chosen else []
    data = {
        "meeting": {
            "id": meeting.id,
            "starts_at": meeting.starts_at,
            "zone": ZoneInfo(access.timezone),
        },
        "access": access_row(access, await role_names(ask.session), meeting),
        "moving": await moving(ask, meeting, access),
        "days": [one._asdict() for one in days],
        "chosen": chosen,
        "times": [one._asdict() for one in offered if not meeting.sits_at(one.starts_at)],
    }
    base = f"/schedule/meetings/{meeting.id}" if by_staff else f"/meetings/{meeting.id}/times"
    page_only = {
        "weeks": weeks_of(days),
        "base": base,
        "by_staff": by_staff,
        "weekdays": weekdays(),
        "error": refused.detail if refused else None,
    }
    return View("times.html", data, page_only)


def _chosen(wanted: str, free: list[date]) -> date | None:
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        day = None
    if day in free:
        return day
    return free[0] if free else None


def weeks_of(days: list[Day]) -> list[list[Day | None]]:
    """The days in rows from Monday to Sunday, with None where a week begins or ends outside."""
    before = [None] * days[0].day.weekday()
    cells: list[Day | None] = [*before, *days]
    cells += [None] * (-len(cells) % A_WEEK)
    return [cells[start : start + A_WEEK] for start in range(0, len(cells), A_WEEK)]
