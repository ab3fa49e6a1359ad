#!/usr/bin/env python3
"""Firefox for Playwright, which drives it by WebDriver BiDi: a program to be started in its place.

Playwright prepares each new context with commands of `emulation` that a Firefox of long support
does not know yet, whether a test asks for them or not, and gives up. So this program starts
Firefox, listens where Firefox should, passes every message on, and answers those commands for it.
"""

import asyncio
import json
import os
import re
import shutil
import sys

from aiohttp import ClientSession, ClientWebSocketResponse, web

PROGRAM = "DESK_TEST_FIREFOX"  # Firefox itself
TRUSTED = "DESK_TEST_TRUSTED"  # a folder with certificates, as certutil makes it; may be missing
PROFILE = "--profile"
HOST = "127.0.0.1"
READY = "WebDriver BiDi listening on "
LISTENS = re.compile(rf"{READY}(ws://\S+)".encode())
UNKNOWN = "unknown command"


async def main(arguments: list[str]) -> int:
    """Run Firefox with these arguments until it ends; its exit status."""
    if trusted := os.environ.get(TRUSTED):
        profile = arguments[arguments.index(PROFILE) + 1]
        shutil.copytree(trusted, profile, dirs_exist_ok=True)
    firefox = await asyncio.create_subprocess_exec(
        os.environ[PROGRAM], *arguments, stderr=asyncio.subprocess.PIPE
    )
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        if found := LISTENS.search(line):
            await listen_before(found[1].decode(), firefox)
        else:
            sys.stderr.write(line.decode(errors="replace"))
    return await firefox.wait()


async def listen_before(address: str, firefox: asyncio.subprocess.Process) -> None:
    """Take the one connection that Firefox would take at its address, which ends with it."""

    async def answer(request: web.Request) -> web.WebSocketResponse:
        playwright = web.WebSocketResponse(max_msg_size=0)
        await playwright.prepare(request)
        async with (
            ClientSession() as session,
            session.ws_connect(address + request.path, max_msg_size=0) as browser,
        ):
            await pass_on(playwright, browser)
        firefox.terminate()
        return playwright

    app = web.Application()
    app.router.add_get("/session", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    print(f"{READY}ws://{HOST}:{runner.addresses[0][1]}", file=sys.stderr)


async def pass_on(playwright: web.WebSocketResponse, browser: ClientWebSocketResponse) -> None:
    """Both ways, until one of the two goes."""
    emulations: set[int] = set()

    async def commands() -> None:
        async for message in playwright:
            command = json.loads(message.data)
            if command["method"].startswith("emulation."):
                emulations.add(command["id"])
            await browser.send_str(message.data)
        await browser.close()

    async def answers() -> None:
        async for message in browser:
            answer = message.data
            if UNKNOWN in answer and (said := json.loads(answer)).get("id") in emulations:
                answer = json.dumps({"type": "success", "id": said["id"], "result": {}})
            await playwright.send_str(answer)
        await playwright.close()

    await asyncio.gather(commands(), answers())


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
