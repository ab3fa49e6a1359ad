"""What the rows of each recording promise of its files, and what is wrong with the rows."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.audit import AuditEntry, Did
from desk.recording import manifest
from desk.recording.destroying import CERTIFICATES, certificate_of
from desk.recording.ending import MANIFESTS, has_file, segments_of
from desk.recording.tables import Recording, RecordingSegment, RecordingState
from media.files import SIDES, side_file, strip_file


class Wrong(NamedTuple):
    """One thing that is not as it should be; `file` is empty where it is no single file."""

    recording: str
    file: str
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.file or self.recording}: {self.what}"


@dataclass(frozen=True, slots=True)
class Expected:
    """A file as it has to be: the hash of what can be read in it, and of what is torn behind it
    where it was cut off; the frames of each segment that it holds. A segment that gave way may be
    gone.
    """

    file: str
    sha256: str
    torn_sha256: str | None = None
    holds: tuple[dict[str, Any], ...] = ()
    may_be_gone: bool = False


@dataclass(slots=True)
class Known:
    """What the database says of a recording: files to check, and those that may be there."""

    id: str
    wrapped_key: str | None
    expected: list[Expected] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)
    wrong: list[Wrong] = field(default_factory=list)


async def known_recordings(session: AsyncSession, secret: str) -> list[Known]:
    """All recordings, with what is wrong with their rows already."""
    rows = (await session.execute(select(Recording).order_by(Recording.started_at))).scalars()
    return [await known_recording(session, secret, recording) for recording in rows.all()]


async def known_recording(session: AsyncSession, secret: str, recording: Recording) -> Known:
    """One of them."""
    one = Known(recording.id, recording.wrapped_key)
    if recording.state is RecordingState.DESTROYED:
        one.wrong += await _certificate_problems(session, secret, recording)
        return one
    segments = await segments_of(session, recording.id)
    one.allowed = {segment.file for segment in segments}
    is_going_on = recording.state in {RecordingState.OPEN, RecordingState.ENDED}
    if is_going_on and recording.manifest is None:
        one.expected = list(_closed(segments))
        one.allowed |= set(_made_of(recording.id))
        return one
    one.wrong += await _manifest_problems(session, secret, recording)
    if one.wrong:
        one.allowed |= set(_made_of(recording.id))
    else:
        one.expected = list(_promised(recording.manifest or ""))
    return one


def _made_of(recording: str) -> Iterator[str]:
    """What is being put together, or was, by names that no manifest vouches for."""
    for side in SIDES:
        for file in (side_file(recording, side), strip_file(recording, side)):
            yield from (file, f"{file}.new")


def _closed(segments: Iterable[RecordingSegment]) -> Iterator[Expected]:
    for segment in segments:
        if segment.sha256 and has_file(segment):
            yield Expected(segment.file, segment.sha256)


def _promised(text: str) -> Iterator[Expected]:
    """The files of a manifest that could be read when it was written."""
    facts = json.loads(text)
    gone = {file for files in manifest.given_way(facts).values() for file in files}
    tracks = {}
    for segment in facts["segments"]:
        file, found = segment["file"], segment["found"]
        if found and found["sha256"]:
            torn = found["torn_sha256"]
            yield Expected(file, found["sha256"], torn, may_be_gone=file in gone)
            tracks[file] = found["contents"] and found["contents"]["tracks"]
    for side in facts["sides"].values():
        holds = tuple(tracks[file] for file in side["holds"])
        yield Expected(side["file"], side["sha256"], holds=holds)
        if side["strip"]:
            yield Expected(side["strip"], side["strip_sha256"])


async def _manifest_problems(
    session: AsyncSession, secret: str, recording: Recording
) -> list[Wrong]:
    if not manifest.is_signed(secret, MANIFESTS, recording.manifest, recording.signature):
        return [Wrong(recording.id, "", "its manifest is not what the desk signed")]
    logged = await session.execute(
        select(AuditEntry.detail)
        .where(AuditEntry.act == Did.RECORDING_SEALED.value, AuditEntry.subject == recording.id)
        .order_by(AuditEntry.id.desc())
    )
    detail = logged.scalars().first()
    if not detail or detail.get("sha256") != manifest.digest(recording.manifest or ""):
        return [Wrong(recording.id, "", "its manifest is not the one of the audit log")]
    return []


async def _certificate_problems(
    session: AsyncSession, secret: str, recording: Recording
) -> list[Wrong]:
    found = await certificate_of(session, recording.id)
    is_signed = found and manifest.is_signed(secret, CERTIFICATES, found.statement, found.signature)
    if not is_signed:
        return [Wrong(recording.id, "", "it is destroyed without a certificate that holds")]
    if recording.wrapped_key:
        return [Wrong(recording.id, "", "it is destroyed, but its key is there")]
    return []
