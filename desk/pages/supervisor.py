"""The supervisor's board."""

from typing import Any

from sqlalchemy import select

from desk import call_quality
from desk.accounts.tables import Account, Role
from desk.asks import Ask, View
from desk.call_quality import CallQuality
from desk.notices.outbox import count_unsent
from desk.schedule.calendar import year_to_warn_of
from desk.settings import Settings
from desk.times import day_span
from signaling.messages import MOST_BARS
from waiting_room import standing
from waiting_room.figures import read_figures
from waiting_room.service import ServiceLevel

SIDES = ("applicant", "verifier")
FIGURES = ("bars", "loss_percent", "rtt_ms", "rate_kbps", "path", "sound_only")


async def board(ask: Ask[None]) -> View:
    """GET /supervisor: the figures of this moment and of today."""
    day = day_span(ask.now, ask.settings.zone)
    figures = await read_figures(ask.session, ask.now, day, ask.settings.service_level_s)
    data = {
        "waiting": figures.waiting,
        "longest_since_at": figures.longest_since_at,
        "over_target": figures.over_target,
        "verifiers": {state.value: count for state, count in figures.verifiers.items()},
        "calls": await _calls(ask),
        **figures.today._asdict(),
        "service_level": _service_level(figures.service_level, ask.settings),
        "mails": (await count_unsent(ask.session))._asdict(),
    }
    # Who can do something about it is told on the page that they see each day.
    is_theirs = ask.identity.role is Role.ADMINISTRATOR
    missing = year_to_warn_of(ask.now.astimezone(ask.settings.zone).date())
    return View("supervisor.html", {"figures": data}, {"leave_missing": is_theirs and missing})


def _service_level(level: ServiceLevel, settings: Settings) -> dict[str, Any]:
    return {
        "share": level.share,
        "in_time": level.in_time,
        "counted": level.counted,
        "within_s": settings.service_level_s,
        "target_percent": settings.service_level_percent,
    }


async def _calls(ask: Ask[None]) -> list[dict[str, Any]]:
    """The calls in progress, the weakest connection first."""
    calls = await standing.open_calls(ask.session)
    ids = {call.verifier for call, _ticket in calls} | {ticket.applicant for _call, ticket in calls}
    people = {
        person.id: person
        for person in (
            await ask.session.execute(select(Account).where(Account.id.in_(ids)))
        ).scalars()
    }
    found = await call_quality.of_calls(ask.session, [call.id for call, _ticket in calls], ask.now)
    rows = []
    for call, ticket in calls:
        sides = {side: found.get((call.id, side)) for side in SIDES}
        rows.append(
            {
                "id": call.id,
                "verifier_name": people[call.verifier].name,
                "desk_number": people[call.verifier].desk_number,
                "applicant_name": people[ticket.applicant].name,
                "started_at": call.started_at,
                "bars": call_quality.fewest_bars(sides.values()),
                "recent": call_quality.worst_of(sides.values()),
                "quality": {side: _quality(quality) for side, quality in sides.items()},
            }
        )
    return sorted(rows, key=_fewest_bars)  # which leaves the longest first among equals


def _quality(side: CallQuality | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {name: getattr(side, name) for name in FIGURES}


def _fewest_bars(row: dict[str, Any]) -> int:
    return MOST_BARS if row["bars"] is None else row["bars"]
