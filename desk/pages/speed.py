"""How fast the way to the desk is: bytes that a page times, down and up. Nothing is kept."""

import secrets

from aiohttp import web

from desk import authority
from desk.answers import PRIVATE, dump
from desk.asks import in_time
from desk.authority import Action
from desk.dispatch import who_asks
from desk.keys import LIMITS
from desk.limits import SPEED_OF_AN_ACCOUNT

# Enough to see a slow start pass, little enough for somebody who pays for each megabyte.
SAMPLE_BYTES = 200_000
# Random, so that nothing on the way makes it smaller.
SAMPLE = secrets.token_bytes(SAMPLE_BYTES)


async def download(request: web.Request) -> web.Response:
    """GET /speed: a sample of SAMPLE_BYTES."""
    await _demand(request)
    return web.Response(body=SAMPLE, content_type="application/octet-stream", headers=PRIVATE)


async def upload(request: web.Request) -> web.Response:
    """POST /speed: any bytes; the answer says how many came."""
    await _demand(request)
    body = await in_time(request, request.read())
    return web.json_response({"received_bytes": len(body)}, dumps=dump, headers=PRIVATE)


async def _demand(request: web.Request) -> None:
    identity = authority.demand_role(await who_asks(request), Action.MEASURE_SPEED)
    await request.app[LIMITS].demand(SPEED_OF_AN_ACCOUNT, identity.id)
