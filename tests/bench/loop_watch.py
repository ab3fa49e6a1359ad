"""What a server that is measured tells of itself: its CPU time, and how long its loop was held.

Held is counted by the work of the loop's own thread: on a shared machine the clock on the wall
would count what others do, too.
"""

import asyncio
import time

from aiohttp import web

BEAT_S = 0.001


class LoopWatch:
    """Beats each millisecond while it is asked to, unless something holds the loop."""

    def __init__(self) -> None:
        """It does not beat yet."""
        self._beating: asyncio.Task[None] | None = None
        self._longest_s = 0.0

    def routes(self) -> list[web.RouteDef]:
        """Where it is asked."""
        return [
            web.get("/cpu", self.cpu),
            web.post("/beat", self.begin),
            web.get("/held", self.end),
        ]

    async def cpu(self, _request: web.Request) -> web.Response:
        """GET /cpu: milliseconds of CPU that this process has used."""
        return web.Response(text=str(time.process_time() * 1000))

    async def begin(self, _request: web.Request) -> web.Response:
        """POST /beat: from now on."""
        self._longest_s = 0.0
        self._beating = asyncio.create_task(self._beat())
        return web.Response()

    async def end(self, _request: web.Request) -> web.Response:
        """GET /held: the most milliseconds of work between two beats; there is none after."""
        # What holds the loop now is counted by the beat that comes after it.
        await asyncio.sleep(2 * BEAT_S)
        if self._beating:
            self._beating.cancel()
        return web.Response(text=str(self._longest_s * 1000))

    async def _beat(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(BEAT_S)
            self._longest_s = max(self._longest_s, time.thread_time() - began)
