"""The page of notices: what somebody was told, by day, and marking it as read."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from desk.asks import Ask, Done, View
from desk.directory.roles import RoleNames, role_names
from desk.notices.kinds import Facts
from desk.notices.notice_words import words_of
from desk.notices.notices import count_unread, mark_read, newest_notices
from desk.notices.tables import Notice

SHOWN = 100


async def notices(ask: Ask[None]) -> View:
    """GET /notices: the newest first."""
    # One more than is shown tells whether there are more.
    found = await newest_notices(ask.session, ask.identity.id, SHOWN + 1)
    names = await role_names(ask.session)
    rows = [_shown(ask, notice, names) for notice in found[:SHOWN]]
    data = {
        "notices": rows,
        "unread": await count_unread(ask.session, ask.identity.id),
        "is_cut": len(found) > SHOWN,
        "shown": SHOWN,
    }
    days = [list(day) for _date, day in groupby(rows, key=_day)]
    return View("notices.html", data, {"days": days})


def _day(row: dict[str, Any]) -> object:
    return row["created_at"].astimezone(row["zone"]).date()


def _shown(ask: Ask[None], notice: Notice, names: RoleNames) -> dict[str, Any]:
    facts = Facts.model_validate(notice.facts)
    words = words_of(notice.kind, facts, notice.created_at, ask.settings.zone)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "subject": words.subject,
        "sentence": words.sentence,
        "icon": words.icon,
        "role_name": names.of(facts.role),
        "unit": facts.unit,
        "zone": ZoneInfo(facts.zone),
        "path": notice.path,
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }


async def read(ask: Ask[Notice]) -> Done:
    """POST /notices/{id}/read: marks it, and leads to where it is acted on."""
    await mark_read(ask.session, ask.identity.id, ask.now, ask.thing.id)
    return Done({"url": ask.thing.path}, ask.thing.path)


async def read_all(ask: Ask[None]) -> Done:
    """POST /notices/read: marks all as read."""
    marked = await mark_read(ask.session, ask.identity.id, ask.now)
    return Done({"marked": marked, "url": "/notices"}, "/notices")
