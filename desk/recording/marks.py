"""Places of a recording that one may want to jump to: steps, chat, snapshots, the verdict, gaps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.checklist import STEPS
from desk.access.tables import ChatLine, CheckMark, Decision, Verdict
from desk.recording import snapshots
from desk.recording.ending import after_ms, segments_of, zero_of
from desk.recording.gaps import Gap
from desk.recording.playback import RecordingFile
from desk.recording.snapshots import LABELS
from desk.words import _


class Mark(NamedTuple):
    """A place: its kind (step, chat, snapshot, verdict, gap), and what happened there in words."""

    at_ms: int
    kind: str
    words: str

    def as_dict(self) -> dict[str, Any]:
        """For the page and its script."""
        return self._asdict()


async def marks_of(session: AsyncSession, file: RecordingFile, gaps: Sequence[Gap]) -> list[Mark]:
    """All of them in their order; those outside of what was recorded are left out."""
    segments = await segments_of(session, file.recording.id)
    zero = zero_of(segments)
    happened = [
        *await _steps(session, file.call.id),
        *await _chat(session, file),
        *await _snapshots(session, file.call.id),
        *await _verdict(session, file.call.id),
    ]
    marks = [Mark(after_ms(zero, at), kind, words) for at, kind, words in happened]
    marks += _gaps(gaps)
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


def _gaps(gaps: Sequence[Gap]) -> Iterator[Mark]:
    """A pause once; where a side broke off by itself and went on, which side."""
    words = {
        "applicant": _("Perekaman sisi pemohon terhenti sejenak"),
        "verifier": _("Perekaman sisi verifikator terhenti sejenak"),
    }
    told = set[str]()
    for one in gaps:
        if one.reason and one.reason not in told:
            told.add(one.reason)
            yield Mark(one.from_ms, "gap", one.as_dict()["words"])
        elif not one.reason and one.from_ms:
            yield Mark(one.from_ms, "gap", words[one.side])
