"""The demonstration with a watch on its event loop.

    python -m tests.bench.watched_desk

For each line on standard input it prints the longest time since the last one, in milliseconds of
work of the loop's own thread, for which the loop was held.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator

from aiohttp import web

from desk.app import build_app
from desk.clock import SystemClock
from desk.database import Database
from desk.demo.load import load_demonstration
from desk.opening import with_database
from desk.serving import keep_for_good
from desk.settings import read_settings, with_secret_key

BEAT_S = 0.001


class Watch:
    """Beats each millisecond, unless something holds the loop."""

    longest_s = 0.0

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(BEAT_S)
            self.longest_s = max(self.longest_s, time.thread_time() - began)

    async def answer(self) -> None:
        """Tell the longest, and begin anew, whenever somebody asks."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while await reader.readline():
            print(f"{1000 * self.longest_s:.2f}", flush=True)
            self.longest_s = 0.0

    async def context(self, _app: web.Application) -> AsyncIterator[None]:
        """Beat and answer as long as the desk runs."""
        tasks = [asyncio.create_task(work()) for work in (self.beat, self.answer)]
        yield
        for task in tasks:
            task.cancel()


def main() -> None:
    """Serve where the environment says."""
    settings = with_secret_key(read_settings(), may_make=True)

    async def prepare(database: Database) -> int:
        await load_demonstration(database, settings, SystemClock().now())
        return 0

    with_database(settings, prepare)
    app = build_app(settings)
    app.on_startup.append(keep_for_good)
    app.cleanup_ctx.append(Watch().context)
    web.run_app(app, host=settings.host, port=settings.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
