"""The baseline: a bare aiohttp WebSocket server that sends what it is told to send.

    python -m tests.bench.bare_server PORT [OPENS_AT]

It greets each client with the place that the client's path names, as the desk would write it, and
opens its port at the moment OPENS_AT (seconds since 1970).
"""

import sys
import time

from aiohttp import web

from tests.bench.loop_watch import LoopWatch

SOCKETS = web.AppKey("SOCKETS", set[web.WebSocketResponse])
PLACE = '42/waiting,["place",{{"ticket":"{ticket}","position":{position},"version":{version}}}]'
VERSION = '{"epoch":"bare","count":0}'


async def listen(request: web.Request) -> web.WebSocketResponse:
    """GET /{ticket}/{position}: the place, and whatever is told from then on."""
    ws = web.WebSocketResponse(compress=False)
    await ws.prepare(request)
    request.app[SOCKETS].add(ws)
    await ws.send_str(PLACE.format(**request.match_info, version=VERSION))
    async for _message in ws:
        pass
    request.app[SOCKETS].discard(ws)
    return ws


async def tell(request: web.Request) -> web.Response:
    """POST /tell: the body, to all."""
    text = await request.text()
    for ws in request.app[SOCKETS].copy():
        await ws.send_str(text)
    return web.Response()


def main() -> None:
    """Serve on the loopback address."""
    app = web.Application()
    app[SOCKETS] = set()
    app.router.add_get("/{ticket}/{position}", listen)
    app.router.add_post("/tell", tell)
    app.add_routes(LoopWatch().routes())
    for opens_at in sys.argv[2:]:
        time.sleep(max(0.0, float(opens_at) - time.time()))
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
