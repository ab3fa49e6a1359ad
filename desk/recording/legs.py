"""The segments of a recording: one for each leg of a side."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.audit import Did
from desk.recording.keys import unwrap
from desk.recording.tables import Recording, RecordingSegment, SegmentState
from media.control import News, Open, moment
from media.files import segment_file
from signaling.messages import Side


async def add_segment(
    session: AsyncSession, recording: Recording, side: Side, recorder: str, now: datetime
) -> RecordingSegment:
    """The next segment of a side. The recording is held by whoever asks for it."""
    of_side = (RecordingSegment.recording == recording.id, RecordingSegment.side == side)
    last = await session.execute(select(func.max(RecordingSegment.number)).where(*of_side))
    number = (last.scalar_one() or 0) + 1
    segment = RecordingSegment(
        recording=recording.id, side=side, number=number, recorder=recorder,
        file=segment_file(recording.id, side, number), state=SegmentState.WRITING, started_at=now,
    )  # fmt: skip
    session.add(segment)
    await session.flush()
    detail = {"side": side, "number": number, "recorder": recorder}
    await audit.record(session, audit.SYSTEM, Did.SEGMENT_OPENED, recording.id, now, **detail)
    return segment


def opening(segment: RecordingSegment, recording: Recording, secret: str, offer: str) -> Open:
    """What a recorder is asked for a segment."""
    return Open.model_validate(
        {
            "recording": recording.id,
            "side": segment.side,
            "segment": segment.number,
            "key": unwrap(secret, recording.wrapped_key),
            "offer": offer,
        }
    )


async def close_segment(session: AsyncSession, news: News, now: datetime) -> None:
    """Keep what its recorder knows of a segment, also of one that was already given up."""
    facts = news.facts or {}
    written = {
        "state": SegmentState.CLOSED,
        "ended_at": moment(facts.get("ended_at")) or now,
        "sha256": facts.get("sha256"),
        "plain_bytes": facts.get("plain_bytes"),
        "facts": facts,
    }
    if started_at := moment(facts.get("started_at")):
        written["started_at"] = started_at
    closed = await session.execute(
        update(RecordingSegment)
        .where(
            RecordingSegment.recording == news.recording,
            RecordingSegment.side == news.side,
            RecordingSegment.number == news.segment,
            RecordingSegment.state != SegmentState.CLOSED,
        )
        .values(written)
        .returning(RecordingSegment.number)
    )
    if closed.first():
        detail = {"side": news.side, "number": news.segment, "sha256": facts.get("sha256")}
        await audit.record(session, audit.SYSTEM, Did.SEGMENT_CLOSED, news.recording, now, **detail)


async def cut_segments(session: AsyncSession, now: datetime, *which: Any) -> set[str]:
    """Give up segments that nobody writes any more: the recordings they belong to."""
    cut = await session.execute(
        update(RecordingSegment)
        .where(RecordingSegment.state == SegmentState.WRITING, *which)
        .values(state=SegmentState.CUT, ended_at=now)
        .returning(RecordingSegment.recording, RecordingSegment.side, RecordingSegment.number)
    )
    rows = cut.all()
    for recording, side, number in rows:
        detail = {"side": side, "number": number}
        await audit.record(session, audit.SYSTEM, Did.SEGMENT_CUT, recording, now, **detail)
    return {recording for recording, _side, _number in rows}
