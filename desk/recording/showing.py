"""How a recording stands, as both pages of its call are told."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.recording import consent, lifetime, pauses
from desk.recording.consent_tables import Answer
from desk.recording.tables import Recording, RecordingSegment, RecordingState, SegmentState
from signaling.messages import Recorded, RecordingNews, Side
from signaling.messages import RecordingState as Shown
from waiting_room.tables import Call, Ticket

SIDES: tuple[Side, ...] = ("applicant", "verifier")


class Live(NamedTuple):
    """A segment that is being written, as its recorder has told it."""

    recorder: str
    segment: int
    is_started: bool = False
    is_silent: bool = False


Lives = Mapping[tuple[str, Side], Live]


async def news_of(session: AsyncSession, call: str, lives: Lives) -> RecordingNews:
    """The state of this moment."""
    recording = await lifetime.recording_of(session, call)
    if recording is None:
        return RecordingNews(await _answered(session, call), "none", "none")
    shown = await _state_of(session, call, recording)
    sides = [await _side_of(session, recording, side, lives) for side in SIDES]
    return RecordingNews(shown, *sides)


async def _answered(session: AsyncSession, call: str) -> Shown:
    meeting = select(Ticket.meeting).join(Call, Call.ticket == Ticket.id).where(Call.id == call)
    stands = await consent.standing(session, (await session.execute(meeting)).scalar_one())
    if stands is None:
        return "unasked"
    if stands.withdrawn_at:
        return "withdrawn"
    return "refused" if stands.answer is Answer.REFUSED else "ready"


async def _state_of(session: AsyncSession, call: str, recording: Recording) -> Shown:
    answered = await _answered(session, call)
    if answered == "withdrawn":
        return answered
    if recording.state is not RecordingState.OPEN or await pauses.is_final(session, recording.id):
        return "stopped"
    if await pauses.is_paused(session, recording.id):
        return "paused"
    return answered


async def _side_of(
    session: AsyncSession, recording: Recording, side: Side, lives: Lives
) -> Recorded:
    live = lives.get((recording.id, side))
    if live and live.is_started:
        return "silent" if live.is_silent else "written"
    newest = await session.execute(
        select(RecordingSegment.state)
        .where(RecordingSegment.recording == recording.id, RecordingSegment.side == side)
        .order_by(RecordingSegment.number.desc())
        .limit(1)
    )
    return "cut" if newest.scalar_one_or_none() is SegmentState.CUT else "none"
