"""What a field that searches while somebody types is answered: JSON, whoever asks."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from desk.answers import PRIVATE, dump
from desk.asks import Ask, parse
from desk.directory.agencies import search_agencies, search_units
from desk.directory.tables import LONGEST_NAME, AgencyKind
from desk.keys import LIMITS
from desk.limits import SEARCHES_OF_AN_ACCOUNT


class Search(BaseModel):
    """What was typed until now."""

    q: str = Field(default="", max_length=LONGEST_NAME)


class AgencySearch(Search):
    """Agencies of one kind, or of all."""

    kind: AgencyKind | None = None


async def agencies(ask: Ask[None]) -> web.StreamResponse:
    """GET /agencies?kind=&q=: agencies that are offered, at most twenty."""
    await _count(ask)
    # A choice of which nothing is chosen yet sends an empty text.
    sent = {name: value for name, value in ask.request.query.items() if value}
    asked = parse(AgencySearch, sent)
    return _answer(
        {"id": one.id, "name": one.name, "kind": one.kind.value, "timezone": one.timezone}
        for one in await search_agencies(ask.session, asked.kind, asked.q)
    )


async def units(ask: Ask[None]) -> web.StreamResponse:
    """GET /agencies/{id}/units?q=: units of an agency, at most twenty; an unknown one has none."""
    await _count(ask)
    asked = parse(Search, ask.request.query)
    return _answer(
        {"id": one.id, "name": one.name, "has_address": one.address is not None}
        for one in await search_units(ask.session, ask.request.match_info["id"], asked.q)
    )


async def _count(ask: Ask[None]) -> None:
    await ask.request.app[LIMITS].demand(SEARCHES_OF_AN_ACCOUNT, ask.identity.id)


def _answer(found: Any) -> web.Response:
    return web.json_response({"found": list(found)}, dumps=dump, headers=PRIVATE)
