"""Every file of every recording against its manifest: what is missing, cut, changed or too much."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from desk.database import Database
from desk.recording.ending import folder
from desk.recording.keys import KeyLost, unwrap
from desk.recording.promised import Expected, Known, Wrong, known_recordings
from desk.settings import Settings
from media.finishing import Found, look

# A recorder makes a file before the desk hears of it.
ORPHAN_AFTER_S = 3_600.0


class Report(NamedTuple):
    """What a verification found, and how much it looked at."""

    recordings: int
    files: int
    wrong: list[Wrong]


async def verify_recordings(database: Database, settings: Settings) -> Report:
    """Check the rows and every byte of every file."""
    root, secret = folder(settings), settings.secret_key
    # First the files: what comes to lie there after this look is not missed in the rows.
    lying = await asyncio.to_thread(_lying_there, root)
    async with database.reading() as session:
        recordings = await known_recordings(session, secret)
    wrong = await asyncio.to_thread(_check, root, secret, recordings, lying)
    return Report(len(recordings), sum(len(one.expected) for one in recordings), wrong)


def _check(root: Path, secret: str, recordings: Sequence[Known], lying: set[str]) -> list[Wrong]:
    """Read every file that is expected; of those `lying` there, name what nothing speaks of."""
    wrong: list[Wrong] = []
    may_be_there: set[str] = set()
    for recording in recordings:
        wrong += recording.wrong
        wrong += _unlike(root, secret, recording)
        may_be_there |= recording.allowed | {one.file for one in recording.expected}
    orphans = sorted(lying - may_be_there)
    return wrong + [Wrong(file.partition("/")[0], file, "nothing speaks of it") for file in orphans]


def _unlike(root: Path, secret: str, recording: Known) -> Iterator[Wrong]:
    if not recording.expected:
        return
    try:
        key = unwrap(secret, recording.wrapped_key)
    except KeyLost:
        yield Wrong(recording.id, "", "its key is lost: nobody can read it")
        return
    for one in recording.expected:
        if what := _difference(one, look(root, one.file, key)):
            yield Wrong(recording.id, one.file, what)


def _difference(expected: Expected, found: Found) -> str:
    if found.state == "missing":
        return "missing"
    if found.state == "changed":
        return "changed in its head" if found.frame is None else f"changed in frame {found.frame}"
    if found.state == "cut" and not expected.torn_sha256:
        return f"cut off after {found.plain_bytes} bytes"
    is_same = (found.sha256, found.torn_sha256) == (expected.sha256, expected.torn_sha256)
    return "" if is_same else "not what was recorded"


def _lying_there(root: Path) -> set[str]:
    """The files that have lain in the recordings' folder for a while."""
    before_s = time.time() - ORPHAN_AFTER_S
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.stat().st_mtime < before_s
    }
