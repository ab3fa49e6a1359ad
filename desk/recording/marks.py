"""Places of a recording that one may want to jump to: steps, chat, snapshots, the verdict, gaps."""

from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.checklist import STEPS
from desk.access.tables import ChatLine, CheckMark, Decision, Verdict
from desk.recording import snapshots
from desk.recording.ending import after_ms, has_file, segments_of, zero_of
from desk.recording.playback import RecordingFile
from desk.recording.snapshots import LABELS
from desk.recording.tables import RecordingSegment
from desk.words import _
from media.files import SIDES


class Mark(NamedTuple):
    """A place: its kind (step, chat, snapshot, verdict, gap), and what happened there in words."""

    at_ms: int
    kind: str
    words: str

    def as_dict(self) -> dict[str, Any]:
        """For the page and its script."""
        return self._asdict()


async def marks_of(session: AsyncSession, file: RecordingFile) -> list[Mark]:
    """All of them in their order; those outside of what was recorded are left out."""
    segments = await segments_of(session, file.recording.id)
    zero = zero_of(segments)
    happened = [
        *await _steps(session, file.call.id),
        *await _chat(session, file),
        *await _snapshots(session, file.call.id),
        *await _verdict(session, file.call.id),
        *_gaps(segments),
    ]
    marks = [Mark(after_ms(zero, at), kind, words) for at, kind, words in happened]
    return sorted(mark for mark in marks if 0 <= mark.at_ms <= file.length_ms)


Happened = tuple[datetime, str, str]


async def _steps(session: AsyncSession, call: str) -> list[Happened]:
    steps = (await session.execute(select(CheckMark).where(CheckMark.call == call))).scalars()
    return [
        (
            one.marked_at,
            "step",
            (_("{step}: lulus") if one.passed else _("{step}: tidak lulus")).format(
                step=_(STEPS[one.step].label)
            ),
        )
        for one in steps
    ]


async def _chat(session: AsyncSession, file: RecordingFile) -> list[Happened]:
    names = {file.applicant.id: file.applicant.name, file.verifier.id: file.verifier.name}
    lines = (await session.execute(select(ChatLine).where(ChatLine.call == file.call.id))).scalars()
    return [(one.at, "chat", f"{names.get(one.sender, '')}: {one.text}") for one in lines]


async def _snapshots(session: AsyncSession, call: str) -> list[Happened]:
    return [
        (one.taken_at, "snapshot", _("Cuplikan: {what}").format(what=_(LABELS[one.kind])))
        for one in await snapshots.of_call(session, call)
    ]


async def _verdict(session: AsyncSession, call: str) -> list[Happened]:
    verdicts = (await session.execute(select(Verdict).where(Verdict.call == call))).scalars()
    return [
        (
            one.decided_at,
            "verdict",
            _("Keputusan: disetujui")
            if one.decision is Decision.APPROVED
            else _("Keputusan: ditolak"),
        )
        for one in verdicts
    ]


def _gaps(segments: list[RecordingSegment]) -> list[Happened]:
    """Where a side's recording broke off and went on in another segment."""
    words = {
        "applicant": _("Perekaman sisi pemohon terhenti sejenak"),
        "verifier": _("Perekaman sisi verifikator terhenti sejenak"),
    }
    return [
        (one.ended_at, "gap", words[side])
        for side in SIDES
        for one, _next in pairwise(
            segment for segment in segments if segment.side == side and has_file(segment)
        )
        if one.ended_at
    ]
