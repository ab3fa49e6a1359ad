"""A recording whose call has ended: its files put together, its manifest written and signed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.audit import Did
from desk.recording import manifest
from desk.recording.tables import (
    Recording,
    RecordingSegment,
    RecordingState,
    SegmentState,
)
from desk.settings import Settings
from media.files import SIDES
from media.finishing import Part
from waiting_room.tables import Call, Ticket

MANIFESTS = "manifests"
NEVER = datetime.max.replace(tzinfo=UTC)


def folder(settings: Settings) -> Path:
    """Where the files of all recordings lie."""
    return settings.data_dir / "recordings"


async def segments_of(session: AsyncSession, recording: str) -> list[RecordingSegment]:
    """Its segments, each side's in their order."""
    statement = (
        select(RecordingSegment)
        .where(RecordingSegment.recording == recording)
        .order_by(RecordingSegment.side, RecordingSegment.number)
    )
    return list((await session.execute(statement)).scalars())


async def parts_of(session: AsyncSession, recording: str) -> list[Part]:
    """What `media.finishing` puts together: every segment that has a file."""
    segments = [one for one in await segments_of(session, recording) if has_file(one)]
    zero = zero_of(segments)
    return [Part(one.side, one.file, after_ms(zero, one.started_at)) for one in segments]


def zero_of(segments: Iterable[RecordingSegment]) -> datetime:
    """The recording's zero, from which both sides' times count: its earliest segment's start."""
    return min((one.started_at for one in segments if has_file(one)), default=NEVER)


def after_ms(zero: datetime, moment: datetime) -> int:
    """Milliseconds of the recording at a moment."""
    return round((moment - zero).total_seconds() * 1000)


def has_file(segment: RecordingSegment) -> bool:
    """A leg that closed before its first frame has left none."""
    return segment.state is not SegmentState.CLOSED or segment.sha256 is not None


async def finish(
    session: AsyncSession, settings: Settings, recording: str, made: dict[str, Any], now: datetime
) -> None:
    """Write and sign the manifest of an ended recording out of what `media.finishing` made.

    It can be played once it is settled (`settling.py`).
    """
    ended = (*_ended(recording), Recording.manifest.is_(None))
    found = await session.execute(select(Recording).where(*ended).with_for_update())
    row = found.scalar_one_or_none()
    if row is None:
        return
    segments = await segments_of(session, recording)
    state = _state(segments, made)
    text = manifest.written(row, segments, await _people(session, row.call), made, state)
    sealed = {
        "manifest": text,
        "signature": manifest.signature(settings.secret_key, MANIFESTS, text),
    }
    await session.execute(update(Recording).where(*ended).values(sealed))
    detail = {"state": state, "sha256": manifest.digest(text)}
    await audit.record(session, audit.SYSTEM, Did.RECORDING_SEALED, recording, now, **detail)


async def settle(
    session: AsyncSession, recording: str, state: RecordingState, gone: list[str], now: datetime
) -> None:
    """All is done that was to be done of an ended recording; these segments have gone."""
    settled = await session.execute(
        update(Recording)
        .where(*_ended(recording), Recording.manifest.is_not(None))
        .values(state=state)
        .returning(Recording.id)
    )
    if settled.first():
        detail = {"state": state, "gone": gone}
        await audit.record(session, audit.SYSTEM, Did.RECORDING_SETTLED, recording, now, **detail)


def _ended(recording: str) -> tuple[ColumnElement[bool], ...]:
    return Recording.id == recording, Recording.state == RecordingState.ENDED


def _state(segments: list[RecordingSegment], made: dict[str, Any]) -> RecordingState:
    if not made["sides"]:
        return RecordingState.FAILED
    is_whole = made["sides"].keys() == set(SIDES) and all(
        manifest.is_whole(one.sha256, made["found"].get(one.file))
        for one in segments
        if has_file(one)
    )
    return RecordingState.FINISHED if is_whole else RecordingState.PARTIAL


async def _people(session: AsyncSession, call: str) -> dict[str, str]:
    statement = (
        select(Ticket.applicant, Call.verifier)
        .join(Ticket, Ticket.id == Call.ticket)
        .where(Call.id == call)
    )
    row = (await session.execute(statement)).one()
    return {"applicant": row.applicant, "verifier": row.verifier}
