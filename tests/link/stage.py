"""A call across the link: desk, relay and the verifier's browser on one side, the applicant's on
the other."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser

from desk.database import Database
from desk.demo.load import load_demonstration
from desk.settings import Settings
from tests.browser.conftest import CHROMIUM, FLAGS, LOOPBACK, chromium
from tests.link.namespaces import Link, link
from tests.place import Place
from tests.relay import SECRET, relay
from tests.support import free_port, migrated


@dataclass(frozen=True)
class Stage:
    """Everything that a call across the link needs; `url` is the desk's."""

    link: Link
    url: str
    near: Browser
    far: Browser


@asynccontextmanager
async def across(folder: Path, film: Path, profile: str = "4G") -> AsyncIterator[Stage]:
    """The demonstration's desk with a relay, and a browser on each side of the link."""
    with link(profile) as made, relay(folder / "relay", place=made.desk) as coturn:
        settings = Settings(
            host=made.desk.address,
            port=free_port(),
            data_dir=folder / "desk",
            turn_url=coturn.url,
            turn_secret=SECRET,
        )
        await _load(settings)
        near = _browser_in(made.desk, folder / "near")
        far = _browser_in(made.applicant, folder / "far")
        flags = _flags(settings.public_url)
        with _desk(settings, made.desk):
            async with (
                chromium(film, flags=flags, program=near) as nearby,
                chromium(film, flags=flags, program=far) as distant,
            ):
                yield Stage(made, settings.public_url, nearby, distant)


async def _load(settings: Settings) -> None:
    """Fill the database beforehand: `desk serve --demo` would listen on loopback alone."""
    settings.data_dir.mkdir(parents=True)
    await migrated(settings)
    database = Database(settings.database_url)
    await load_demonstration(database, settings, datetime.now(UTC))
    await database.close()


@contextmanager
def _desk(settings: Settings, place: Place) -> Iterator[None]:
    given = settings.model_dump(exclude_unset=True)
    variables = {f"DESK_{name.upper()}": str(value) for name, value in given.items()}
    server = subprocess.Popen(
        place.within(sys.executable, "-m", "desk", "serve"),
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
    )
    try:
        place.wait_until_open(settings.port, server)
        yield
    finally:
        server.terminate()
        server.wait()


def _flags(url: str) -> list[str]:
    # Cameras work over TLS or on the machine itself only, and this is neither. Nor is any path to
    # be sought over the loopback device, which leads nowhere here.
    secure = f"--unsafely-treat-insecure-origin-as-secure={url}"
    return [secure, *(flag for flag in FLAGS if flag != LOOPBACK)]


def _browser_in(place: Place, path: Path) -> str:
    """A program that starts the browser in the namespace; the debugging pipe comes with it."""
    path.write_text(f'#!/bin/sh\nexec {" ".join(place.within(CHROMIUM))} "$@"\n')
    path.chmod(0o755)
    return str(path)
