"""Every file of every recording against its manifest: what is missing, cut, changed or too much.

Snapshots belong to recordings, but lie among the documents; the audit log vouches for them.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from desk.access.store import DocumentStore
from desk.database import Database
from desk.recording.ending import folder
from desk.recording.keys import KeyLost, unwrap
from desk.recording.promised import (
    Expected,
    Known,
    Wrong,
    known_recording,
    known_recordings,
)
from desk.recording.tables import Recording
from desk.recording.verified_snapshots import known_snapshots, unlike
from desk.settings import Settings
from media.looking import Found, look, look_at_side

# A recorder makes a file before the desk hears of it.
ORPHAN_AFTER_S = 3_600.0


class Report(NamedTuple):
    """What a verification found, and how much it looked at."""

    recordings: int
    files: int
    snapshots: int
    wrong: list[Wrong]


async def verify_recordings(database: Database, settings: Settings) -> Report:
    """Check the rows and every byte of every file."""
    root, secret = folder(settings), settings.secret_key
    # First the files: what comes to lie there after this look is not missed in the rows.
    lying = await asyncio.to_thread(_lying_there, root)
    async with database.reading() as session:
        recordings = await known_recordings(session, secret)
        snapshots, wrong_rows = await known_snapshots(session)
    wrong = await asyncio.to_thread(_check, root, secret, recordings, lying)
    store = DocumentStore(settings.data_dir, secret)
    wrong += wrong_rows + await unlike(database, store, snapshots)
    files = sum(not one.may_be_gone for recording in recordings for one in recording.expected)
    return Report(len(recordings), files, len(snapshots), wrong)


async def verify_recording(database: Database, settings: Settings, recording: str) -> list[Wrong]:
    """The same of one recording: what is wrong with its rows and files."""
    root, secret = folder(settings), settings.secret_key
    async with database.reading() as session:
        row = await session.get_one(Recording, recording)
        known = await known_recording(session, secret, row)
    return known.wrong + await asyncio.to_thread(_unlike, root, secret, known)


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


def _unlike(root: Path, secret: str, recording: Known) -> list[Wrong]:
    if not recording.expected:
        return []
    try:
        key = unwrap(secret, recording.wrapped_key)
    except KeyLost:
        return [Wrong(recording.id, "", "its key is lost: nobody can read it")]
    differences = ((one.file, _difference(root, key, one)) for one in recording.expected)
    return [Wrong(recording.id, file, what) for file, what in differences if what]


def _difference(root: Path, key: bytes, expected: Expected) -> str:
    if not expected.holds:
        return _unlikeness(expected, look(root, expected.file, key))
    found, held = look_at_side(root, expected.file, key, expected.holds)
    is_all = held == len(expected.holds)
    return _unlikeness(expected, found) or ("" if is_all else "not all frames of its segments")


def _unlikeness(expected: Expected, found: Found) -> str:
    if found.state == "missing":
        return "" if expected.may_be_gone else "missing"
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
