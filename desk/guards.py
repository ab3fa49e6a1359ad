"""What stands before every request: how often one may ask, and a log of what was refused."""

from aiohttp import web
from aiohttp.typedefs import Handler

from desk.accounts.sessions import token_digest
from desk.authority import Denied
from desk.cookies import session_token
from desk.dispatch import who_asks
from desk.keys import DENIALS, DRAINING, LIMITS
from desk.limits import OF_A_SESSION, OF_AN_ADDRESS, network_of
from desk.problems import restarting

STATIC = "/static/"
SOCKETS = "/socket.io/"
# Asked by machines, also while the database is away.
PROBES = ("/healthz", "/readyz")


@web.middleware
async def doors_close(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Once the desk is shutting down no socket is opened: nobody would close it in time."""
    if request.path == SOCKETS and request.app[DRAINING].is_set():
        raise restarting()
    return await handler(request)


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count a request for its session, or for its address where nobody is signed in.

    A cookie counts only if it is that of a session: anybody can invent them.
    """
    if request.path.startswith(STATIC):
        return await handler(request)
    limits, token = request.app[LIMITS], session_token(request)
    if token and request.path not in PROBES and await who_asks(request):
        await limits.demand(OF_A_SESSION, token_digest(token))
    else:
        await limits.demand(OF_AN_ADDRESS, network_of(request.remote))
    return await handler(request)


@web.middleware
async def denials_kept(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log whom the authority has refused, after the transaction of the refused act."""
    try:
        return await handler(request)
    except Denied as denied:
        await request.app[DENIALS].keep(denied.denial, request.path)
        raise
