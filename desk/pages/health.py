"""Whether the desk is alive, and whether it can work."""

from aiohttp import web
from sqlalchemy import text

from desk.keys import DATABASE


async def alive(_request: web.Request) -> web.Response:
    """GET /healthz: the process answers."""
    return web.json_response({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """GET /readyz: the database answers too."""
    async with request.app[DATABASE].reading() as session:
        await session.execute(text("SELECT 1"))
    return web.json_response({"status": "ready"})
