"""Real browsers against the real server: `desk serve --demo` with a real SMTP sink behind it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.portrait import write_portrait
from tests.sink import Sink
from tests.support import free_port

CHROMIUM = os.environ.get("DESK_TEST_BROWSER", "/usr/bin/chromium")
PASSWORD = "verifikasi-demo"
START_TIMEOUT_S = 60
expect.set_options(timeout=20_000)  # a bound for hanging tests, never a measure
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
]

# Keeps every peer connection of a page where the test can ask for its statistics.
WATCH_PEERS = """
window.peers = [];
const Original = RTCPeerConnection;
window.RTCPeerConnection = class extends Original {
  constructor(...options) { super(...options); window.peers.push(this); }
};
"""

FRAMES_DECODED = """
async () => {
  let frames = 0;
  for (const peer of window.peers.filter((one) => one.connectionState === "connected")) {
    for (const report of (await peer.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded;
    }
  }
  return frames;
}
"""


@dataclass
class Desk:
    """A demonstration: `desk serve --demo` as a process of its own, which may be killed."""

    folder: Path
    port: int
    mails: Sink = field(repr=False)
    variables: dict[str, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        environment = os.environ | {
            "DESK_DATA_DIR": str(self.folder),
            "DESK_PORT": str(self.port),
            "DESK_SMTP_URL": f"smtp://127.0.0.1:{self.mails.port}",
        }
        command = [sys.executable, "-m", "desk", "serve", "--demo"]
        environment |= self.variables
        self.server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _wait_until_ready(self.url, self.server)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal, and wait until it is gone."""
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait()


@contextmanager
def running(folder: Path, sink: Sink, **variables: str) -> Iterator[Desk]:
    """A demonstration with these DESK_ variables."""
    desk = Desk(folder, free_port(), sink, variables)
    try:
        desk.start()
        yield desk
    finally:
        desk.stop()


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    kept = Sink(free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    yield kept
    controller.stop()


@pytest.fixture(scope="module")
def demo(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demonstration as it comes."""
    with running(tmp_path_factory.mktemp("desk"), sink) as desk:
        yield desk


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1):
                return
        except OSError:
            server.poll()
    raise AssertionError("the demonstration did not start")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake camera shows."""
    path = tmp_path_factory.mktemp("camera") / "portrait.mjpeg"
    write_portrait(path)
    return path


@pytest.fixture
async def browser(film: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        await chromium.close()


@dataclass
class Person:
    """Somebody in a browser of their own, signed in."""

    page: Page
    context: BrowserContext
    faults: list[str]

    async def frames_decoded(self) -> int:
        """How many frames of the other side have been decoded on this page."""
        return int(await self.page.evaluate(FRAMES_DECODED))

    async def sees_the_other(self) -> None:
        """Wait until the other side's picture is moving."""
        before = await self.frames_decoded()
        for _try in range(200):
            if await self.frames_decoded() > before + 5:
                return
            await self.page.wait_for_timeout(50)
        raise AssertionError("no frame of the other side was decoded")


async def sign_in(browser: Browser, desk: Desk, email: str, **options: Any) -> Person:
    """A fresh browser context in which `email` has signed in by the form's labels."""
    options.setdefault("viewport", {"width": 1280, "height": 800})
    context = await browser.new_context(**options, permissions=["camera", "microphone"])
    await context.add_init_script(WATCH_PEERS)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await page.goto(f"{desk.url}/signin")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Masuk", exact=True).click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    return Person(page, context, faults)
