"""Where a side of a recording has nothing: its verifier held it up, or it broke off."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.recording.ending import after_ms, has_file, segments_of, zero_of
from desk.recording.pauses import RecordingPause
from desk.recording.playback import RecordingFile
from desk.recording.tables import RecordingSegment
from desk.words import _
from media.files import SIDES

# Both sides never begin and end in the same moment, which is nothing that anybody sees.
SHORTEST_MS = 500


class Gap(NamedTuple):
    """From when until when a side has nothing, and why: in words, empty where nobody knows."""

    side: str
    from_ms: int
    until_ms: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """For the page's script: what is said over the picture meanwhile."""
        words = _("Perekaman dijeda: {reason}").format(reason=self.reason) if self.reason else ""
        return self._asdict() | {"words": words or _("Bagian ini tidak terekam")}


async def gaps_of(session: AsyncSession, file: RecordingFile) -> list[Gap]:
    """All gaps of both sides, the applicant's first."""
    segments = [one for one in await segments_of(session, file.recording.id) if has_file(one)]
    pauses = await _pauses_of(session, file.recording.id)
    zero = zero_of(segments)
    return [
        Gap(side, start, end, _reason(pauses, zero, start, end))
        for side in SIDES
        if side in file.sides
        for start, end in _between(_spans(segments, side, zero), file.length_ms)
    ]


async def _pauses_of(session: AsyncSession, recording: str) -> Sequence[RecordingPause]:
    statement = select(RecordingPause).where(RecordingPause.recording == recording)
    return (await session.execute(statement.order_by(RecordingPause.paused_at))).scalars().all()


def _spans(
    segments: Iterable[RecordingSegment], side: str, zero: datetime
) -> Iterator[tuple[int, int]]:
    for one in segments:
        if one.side == side:
            yield after_ms(zero, one.started_at), after_ms(zero, one.ended_at or one.started_at)


def _between(spans: Iterable[tuple[int, int]], length_ms: int) -> Iterator[tuple[int, int]]:
    """What no span covers, from the recording's beginning to its end."""
    at = 0
    for start, end in (*sorted(spans), (length_ms, length_ms)):
        if start - at >= SHORTEST_MS:
            yield at, start
        at = max(at, end)


def _reason(pauses: Iterable[RecordingPause], zero: datetime, start: int, end: int) -> str:
    for one in pauses:
        is_begun = after_ms(zero, one.paused_at) < end
        if is_begun and (one.resumed_at is None or after_ms(zero, one.resumed_at) > start):
            return one.reason
    return ""
