"""A server that tells everybody what it is told to tell, through python-socketio.

    python -m tests.bench.news_server direct|stock PORT

`direct` is made as the desk makes its own; `stock` is the library as it comes, which pings as often
as the desk and compresses as little.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import socketio
from aiohttp import web

from signaling.closed_server import ClosedServer, Sweep
from signaling.rooms import LINE
from signaling.server import PATH, socket_server
from tests.bench.loop_watch import LoopWatch

HOST = "127.0.0.1"
NAMESPACE = "/waiting"
PING_S = 10


class Everybody(socketio.AsyncNamespace):  # type: ignore[misc]
    """Lets everybody in, and into the room of the line."""

    async def on_connect(self, sid: str, _environ: Any, _auth: Any) -> None:
        """Come in."""
        await self.enter_room(sid, LINE)


def direct(app: web.Application, base: str) -> socketio.AsyncServer:
    """The desk's; it also looks once a second at all its sockets, as in the desk."""
    server = socket_server(base, time.monotonic, is_direct=True)
    app.cleanup_ctx.append(lambda _app: _sweeping(server))
    return server


async def _sweeping(server: ClosedServer) -> AsyncIterator[None]:
    sweeping = asyncio.create_task(Sweep(server).run())
    yield
    sweeping.cancel()


def stock(_app: web.Application, base: str) -> socketio.AsyncServer:
    """The library's."""
    return socketio.AsyncServer(
        async_mode="aiohttp",
        cors_allowed_origins=[base],
        ping_interval=PING_S,
        ping_timeout=PING_S,
        http_compression=False,
    )


def main() -> None:
    """Serve on the loopback address."""
    make, port = {"direct": direct, "stock": stock}[sys.argv[1]], int(sys.argv[2])
    app = web.Application()
    server = make(app, f"http://{HOST}:{port}")
    server.register_namespace(Everybody(NAMESPACE))
    server.attach(app, socketio_path=PATH)

    async def tell(request: web.Request) -> web.Response:
        """POST /tell: the body, to all."""
        await server.emit("line", await request.json(), room=LINE, namespace=NAMESPACE)
        return web.Response()

    app.router.add_post("/tell", tell)
    app.add_routes(LoopWatch().routes())
    web.run_app(app, host=HOST, port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
