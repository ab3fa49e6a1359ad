"""The recorder's end of its connection to the desk."""

import asyncio
from pathlib import Path

from aiohttp import web

from media import control
from media.desk_link import DeskLink

STEPS = 60
PATIENCE_S = 5.0  # a bound for hanging tests, never a measure


class LettingGo:
    """A desk that greets a recorder, and lets go of it once it is told to."""

    def __init__(self) -> None:
        self.has_greeted, self.lets_go = asyncio.Event(), asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_str(control.Greeting(nonce="n" * 22).model_dump_json())
        await ws.receive_str()
        self.has_greeted.set()
        await self.lets_go.wait()
        await ws.close()
        return ws


async def test_a_recorder_that_loses_its_desk_ends_in_whatever_moment_it_is_told_to(
    tmp_path: Path,
) -> None:
    desk = LettingGo()
    app = web.Application()
    app.router.add_get(control.PATH, desk.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "desk")).start()
    for steps in range(STEPS):
        desk.has_greeted.clear()
        desk.lets_go.clear()
        link = DeskLink(tmp_path / "desk", b"key", "r1", tmp_path, 2)
        serving = asyncio.create_task(link.run())
        await desk.has_greeted.wait()
        desk.lets_go.set()
        for _step in range(steps):
            await asyncio.sleep(0)
        serving.cancel()
        ended, _waiting = await asyncio.wait({serving}, timeout=PATIENCE_S)
        assert ended, f"not after {steps} steps"
    await runner.cleanup()
