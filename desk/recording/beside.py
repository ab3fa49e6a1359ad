"""The recorder that a demonstration starts beside its server, and starts again if it dies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from desk.finishing import finished
from desk.keys import SETTINGS
from desk.settings import Settings

AGAIN_AFTER_S = 0.5
ENDS_WITHIN_S = 8.0


async def beside(app: web.Application) -> AsyncIterator[None]:
    """A cleanup context with a recorder in a process of its own."""
    keeping = asyncio.create_task(_keep(app[SETTINGS]))
    yield
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def _keep(settings: Settings) -> None:
    while True:
        process = await finished(_start(settings))
        try:
            await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        await asyncio.sleep(AGAIN_AFTER_S)


def _variables(settings: Settings) -> dict[str, str]:
    """What the server was told, by whatever way; the key is not shown in a list of processes."""
    told = settings.model_dump(mode="json", include=settings.model_fields_set | {"secret_key"})
    return {f"DESK_{name.upper()}": str(value) for name, value in told.items()}


async def _start(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "desk",
        "record",
        "--beside",
        stdin=asyncio.subprocess.PIPE,
        env=os.environ | _variables(settings),
        # Ctrl-C is for the server, which then ends its recorder.
        start_new_session=True,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
