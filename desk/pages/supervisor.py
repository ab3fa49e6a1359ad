"""The supervisor's board."""

from typing import Any

from sqlalchemy import select

from desk.accounts.tables import Account
from desk.asks import Ask, View
from desk.notices.outbox import count_unsent
from desk.settings import Settings
from desk.times import day_span
from waiting_room import standing
from waiting_room.figures import read_figures
from waiting_room.service import ServiceLevel


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
    return View("supervisor.html", {"figures": data})


def _service_level(level: ServiceLevel, settings: Settings) -> dict[str, Any]:
    return {
        "share": level.share,
        "in_time": level.in_time,
        "counted": level.counted,
        "within_s": settings.service_level_s,
        "target_percent": settings.service_level_percent,
    }


async def _calls(ask: Ask[None]) -> list[dict[str, Any]]:
    calls = await standing.open_calls(ask.session)
    ids = {call.verifier for call, _ticket in calls} | {ticket.applicant for _call, ticket in calls}
    people = {
        person.id: person
        for person in (
            await ask.session.execute(select(Account).where(Account.id.in_(ids)))
        ).scalars()
    }
    return [
        {
            "verifier_name": people[call.verifier].name,
            "desk_number": people[call.verifier].desk_number,
            "applicant_name": people[ticket.applicant].name,
            "started_at": call.started_at,
        }
        for call, ticket in calls
    ]
