"""Firefox as the system has it, beside Chromium: Playwright drives both, by the same names."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser import bidi
from tests.browser.conftest import chromium

FIREFOX = which("firefox-esr") or which("firefox")
# What Chromium is told by its flags. A page that has the camera may play sound, as with people.
PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
}
STORE = Path(".pki") / "nssdb"  # where Chromium looks in one's home

with_firefox = pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")
with_certutil = pytest.mark.skipif(which("certutil") is None, reason="certutil is not installed")


@dataclass(frozen=True)
class Both:
    """The two browsers of a call."""

    chromium: Browser
    firefox: Browser

    def with_firefox_as(self, side: str) -> tuple[Browser, Browser]:
        """The applicant's and the verifier's."""
        if side == "applicant":
            return self.firefox, self.chromium
        return self.chromium, self.firefox

    async def forget(self) -> None:
        """End whatever goes on in them."""
        for browser in (self.chromium, self.firefox):
            for context in browser.contexts:
                await context.close()


@asynccontextmanager
async def both(film: Path, home: Path | None = None) -> AsyncIterator[Both]:
    """A Chromium and a Firefox of one's own; both trust what `trust` put into this home."""
    of_chromium = {"HOME": str(home)} if home else {}
    of_firefox = {bidi.TRUSTED: str(home / STORE)} if home else {}
    async with chromium(film, **of_chromium) as first, firefox(**of_firefox) as second:
        yield Both(first, second)


@asynccontextmanager
async def firefox(**environment: str) -> AsyncIterator[Browser]:
    """A browser of its own, with these variables too."""
    assert FIREFOX is not None
    # The stand-in runs with the libraries of these tests.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    async with async_playwright() as playwright:
        launched = await playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=bidi.__file__,
            firefox_user_prefs=PREFERENCES,
            env={**os.environ, **environment, "PATH": path, bidi.PROGRAM: FIREFOX},
        )
        yield launched
        await launched.close()


def trust(authority: Path, home: Path) -> None:
    """Browsers with this home trust what the authority, a certificate, has signed."""
    store = home / STORE
    store.mkdir(parents=True)
    certutil = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    trusted = ["-A", "-n", "relay", "-t", "C,,", "-i", str(authority)]
    subprocess.run([*certutil, *trusted], check=True)
