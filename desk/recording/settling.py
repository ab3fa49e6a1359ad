"""Once a manifest is signed: segments give way to the side's file that holds every frame of them.

Whenever this stops halfway, the recording is still `ended` and what is left is done later: first
comes the manifest, which says what may go, and then segments go one by one.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from desk.database import Database
from desk.recording import ending, manifest
from desk.recording.tables import Recording, RecordingState
from desk.recording.verifying import verify_recording
from desk.settings import Settings
from media import files

log = logging.getLogger(__name__)


async def settle(
    database: Database, settings: Settings, recording: str, now: datetime, *, is_fresh: bool
) -> None:
    """Let the segments of an ended recording give way, and let it be played.

    Of a manifest that is not fresh the files are looked at once more: where anything is wrong,
    every segment stays.
    """
    async with database.reading() as session:
        row = await session.get_one(Recording, recording)
    if row.state is not RecordingState.ENDED or row.manifest is None:
        return
    facts = json.loads(row.manifest)
    given_way = manifest.given_way(facts)
    if not is_fresh:
        for wrong in await verify_recording(database, settings, recording):
            log.error("segments are kept: %s", wrong)
            given_way = {}
    await asyncio.to_thread(_give_way, ending.folder(settings), given_way)
    gone = sorted(file for segments in given_way.values() for file in segments)
    async with database.writing() as session:
        await ending.settle(session, recording, RecordingState(facts["state"]), gone, now)


def _give_way(root: Path, given_way: Mapping[str, Iterable[str]]) -> None:
    for file, segments in given_way.items():
        files.settle(root / file)
        for segment in segments:
            (root / segment).unlink(missing_ok=True)
