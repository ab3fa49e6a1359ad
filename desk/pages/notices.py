"""The page of notices: what somebody was told, by day, and marking it as read."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from desk.access.reasons import reasons_by_code, sentence_of
from desk.access.tables import Reason
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
    told = [(one, Facts.model_validate(one.facts)) for one in found[:SHOWN]]
    codes = {facts.reason for _notice, facts in told if facts.reason}
    reasons = await reasons_by_code(ask.session, codes)
    names = await role_names(ask.session)
    rows = [_shown(ask, notice, facts, reasons, names) for notice, facts in told]
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


def _shown(
    ask: Ask[None],
    notice: Notice,
    facts: Facts,
    reasons: Mapping[str, Reason],
    names: RoleNames,
) -> dict[str, Any]:
    reason = reasons.get(facts.reason or "")
    words = words_of(notice.kind, facts, notice.created_at, ask.settings.zone)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "subject": words.subject,
        "sentence": f"{sentence_of(reason) if reason else ''} {words.sentence}".strip(),
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
