"""The baseline of a call: pages that do what a call needs, and nothing else.

    python -m tests.bench.bare_call PORT

`/waiting` and `/desk` are led to `/call` by the verifier's click; with `?stay` they do the same in
place. The server relays between the two sides and knows nothing of people, lines or records.
"""

import sys

from aiohttp import WSMsgType, web

from tests.bench.bare_pages import PAGE

SEATS = web.AppKey("SEATS", dict[str, web.WebSocketResponse])
OTHER = {"applicant": "verifier", "verifier": "applicant", "waiting": "desk", "desk": "waiting"}


async def show(_request: web.Request) -> web.Response:
    """GET any page: the same script, which looks at its own path."""
    return web.Response(text=PAGE, content_type="text/html")


async def take(request: web.Request) -> web.Response:
    """POST /take: the one who waits is told to go."""
    await request.app[SEATS]["waiting"].send_str("go")
    return web.Response()


async def relay(request: web.Request) -> web.WebSocketResponse:
    """GET /socket/{seat}: both sides learn that both are there, then hear each other."""
    ws, seats, seat = web.WebSocketResponse(compress=False), request.app[SEATS], ""
    await ws.prepare(request)
    seat = request.match_info["seat"]
    seats[seat] = ws
    if seat in {"applicant", "verifier"} and OTHER[seat] in seats:
        for side in (seat, OTHER[seat]):
            await seats[side].send_str("met")
    async for message in ws:
        if message.type is WSMsgType.TEXT and (other := seats.get(OTHER[seat])):
            await other.send_str(message.data)
    if seats.get(seat) is ws:
        del seats[seat]
    return ws


def main() -> None:
    """Serve on the loopback address."""
    app = web.Application()
    app[SEATS] = {}
    app.router.add_get("/socket/{seat}", relay)
    app.router.add_post("/take", take)
    app.router.add_get("/{page}", show)
    app.router.add_get("/call/{side}", show)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
