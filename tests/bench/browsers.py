"""A demonstration and a browser for benchmarks of what people see."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, Desk, running
from tests.browser.portrait import write_portrait
from tests.sink import Sink
from tests.support import free_port

FILM_RATE = 30  # pictures a second, as cameras give


@asynccontextmanager
async def demonstration(**variables: str) -> AsyncIterator[tuple[Desk, Browser]]:
    """The demonstration with these DESK_ variables, and a Chromium with a camera."""
    sink = Sink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running(Path(folder), sink, **variables) as desk,
        ):
            film = Path(folder) / "portrait.y4m"
            write_portrait(film, rate=FILM_RATE)
            flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
            async with async_playwright() as playwright:
                chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
                yield desk, chromium
                await chromium.close()
    finally:
        controller.stop()
