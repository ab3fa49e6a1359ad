"""The description of everything that can be asked of the desk, for machines."""

from aiohttp import web

from desk.keys import DESCRIPTION


async def openapi(request: web.Request) -> web.Response:
    """GET /openapi.json: OpenAPI 3.1, made out of the route table."""
    return web.Response(body=request.app[DESCRIPTION](), content_type="application/json")
