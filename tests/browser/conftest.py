"""Real browsers against the real server: `desk serve --demo` with a real SMTP sink behind it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from tests.browser.loaded import loaded
from tests.browser.looks import Look, eyes
from tests.browser.portrait import SMALL, write_portrait
from tests.sink import Sink
from tests.support import free_port

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("DESK_TEST_BROWSER", "/usr/bin/chromium")
PASSWORD = "verifikasi-demo"
START_TIMEOUT_S = 60
LONGEST = "test_shaped_link.py"  # it waits for networks most of the time
expect.set_options(timeout=20_000)  # a bound for hanging tests, never a measure
LOOPBACK = "--allow-loopback-in-peer-connection"
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
    LOOPBACK,
]

# Keeps every peer connection of a page where the test can ask for its statistics: those to the
# other side, and apart from them those to a recorder, which send only.
WATCH_PEERS = """
window.peers = [];
window.legs = [];
const Original = RTCPeerConnection;
window.RTCPeerConnection = class extends Original {
  constructor(...options) {
    super(...options);
    this.closed = new Promise((resolve) => { this.tellClosed = resolve; });
    window.peers.push(this);
  }
  addTransceiver(what, options) {
    if (options?.direction === "sendonly" && window.peers.includes(this)) {
      window.peers.splice(window.peers.indexOf(this), 1);
      window.legs.push(this);
    }
    return super.addTransceiver(what, options);
  }
  close() {
    super.close();
    this.tellClosed([]);
  }
};
// Firefox never answers what was asked of a connection just before its end.
window.statsOf = async (peer) => [...(await Promise.race([peer.getStats(), peer.closed])).values()];
"""

UNTIL_S = 60
UNTIL = """
async (argument) => {
  const holds = %s;
  while (!(await holds(argument))) await new Promise((look) => setTimeout(look, 100));
}
"""

FRAMES_DECODED = """
async () => {
  let frames = 0;
  for (const peer of window.peers.filter((one) => one.connectionState === "connected")) {
    for (const report of await window.statsOf(peer)) {
      if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded;
    }
  }
  return frames;
}
"""

# The energy of what was heard: silence adds nothing to it.
SOUND_HEARD = """
async () => {
  let energy = 0;
  for (const peer of window.peers.filter((one) => one.connectionState === "connected")) {
    for (const { type, kind, totalAudioEnergy } of await window.statsOf(peer)) {
      if (type === "inbound-rtp" && kind === "audio") energy += totalAudioEnergy;
    }
  }
  return energy;
}
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="a folder for a picture of every page")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first. One event loop for all: a browser belongs to that of its start."""
    items.sort(key=lambda item: item.path.name != LONGEST)
    for item in items:
        chosen = any(mark.kwargs for mark in item.iter_markers("asyncio"))
        if HERE in item.path.parents and not chosen:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Reachable(Protocol):
    """A desk with the demonstration's people."""

    @property
    def url(self) -> str:
        """Where browsers find it."""


def said(line: ConsoleMessage) -> str:
    """An error of a page's console, with what it is about."""
    return f"{line.text} {line.location['url']}"


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
        command, environment = self._command("serve", "--demo")
        self.server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _wait_until_ready(self.url, self.server)

    def run(self, *arguments: str) -> str:
        """What another command of the operator's says, which must succeed."""
        command, environment = self._command(*arguments)
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def _command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        environment = {
            "DESK_DATA_DIR": str(self.folder),
            "DESK_PORT": str(self.port),
            "DESK_SMTP_URL": f"smtp://127.0.0.1:{self.mails.port}",
        }
        command = [sys.executable, "-m", "desk", *arguments]
        return command, os.environ | environment | self.variables

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal, and wait until it is gone."""
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait()


@contextmanager
def running(folder: Path, sink: Sink, **variables: str) -> Iterator[Desk]:
    """A demonstration with these DESK_ variables, of people who are there already."""
    for name, content in loaded().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    desk = Desk(folder, free_port(), sink, variables)
    # Each desk has people of the same addresses.
    sink.arrived.clear()
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
    path = tmp_path_factory.mktemp("camera") / "portrait.y4m"
    write_portrait(path, size=SMALL)
    return path


@pytest.fixture
def looks(request: pytest.FixtureRequest) -> Look:
    return eyes(request.config.getoption("--pictures", None))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _launched(film: Path) -> AsyncIterator[Browser]:
    async with chromium(film) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="session")
async def browser(_launched: Browser) -> AsyncIterator[Browser]:
    """The one Chromium of most tests, in which nobody is yet, or any longer."""
    yield _launched
    for context in _launched.contexts:
        await context.close()


@asynccontextmanager
async def chromium(
    film: Path, *, flags: Sequence[str] = FLAGS, program: str = CHROMIUM, **environment: str
) -> AsyncIterator[Browser]:
    """A browser of its own, with these variables too; `program` is what starts it."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=program,
            args=[*flags, f"--use-file-for-fake-video-capture={film}"],
            env={**os.environ, **environment},
        )
        yield launched
        await launched.close()


@dataclass
class Person:
    """Somebody in a browser of their own, signed in."""

    page: Page
    context: BrowserContext
    faults: list[str]

    async def frames_decoded(self) -> int:
        """How many frames of the other side have been decoded on this page."""
        return int(await self.page.evaluate(FRAMES_DECODED))

    async def until(
        self, condition: str, argument: object = None, *, timeout_s: float = 60
    ) -> None:
        """Wait until a function of the page's, which may be asynchronous, gives true.

        (Playwright's `wait_for_function` takes the promise of an asynchronous one for true.)
        """
        async with asyncio.timeout(timeout_s):
            await self.page.evaluate(UNTIL % condition, argument)

    async def sees_the_other(self) -> None:
        """Wait until the other side's picture is moving."""
        await self._grows(self.frames_decoded, more_than=5)

    async def sound_heard(self) -> float:
        """The energy of what was heard of the other side on this page."""
        return float(await self.page.evaluate(SOUND_HEARD))

    async def hears_the_other(self) -> None:
        """Wait until something of the other side is heard."""
        await self._grows(self.sound_heard, more_than=0)

    async def _grows(self, measure: Callable[[], Awaitable[float]], more_than: float) -> None:
        least = await measure()
        for _try in range(200):
            now = await measure()
            if now - least > more_than:
                return
            least = min(least, now)  # a connection that is made anew counts from nothing
            await self.page.wait_for_timeout(50)
        raise AssertionError("nothing of the other side comes")


async def sign_in(
    browser: Browser, desk: Reachable, email: str, password: str = PASSWORD, **options: Any
) -> Person:
    """A fresh browser context in which `email` has signed in by the form's labels."""
    options.setdefault("viewport", {"width": 1280, "height": 800})
    context = await browser.new_context(**options, permissions=["camera", "microphone"])
    await context.add_init_script(WATCH_PEERS)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(said(line)) if line.type == "error" else None)
    await page.goto(f"{desk.url}/signin")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Kata sandi", exact=True).fill(password)
    await page.get_by_role("button", name="Masuk", exact=True).click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    return Person(page, context, faults)
