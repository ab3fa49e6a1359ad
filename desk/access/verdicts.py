"""The verdict: the call's end, the decision, the access's new state, the log and the mail.

All in the caller's one write transaction. The call is ended first, by a conditional statement: of
many verdicts at once only one finds it open, and everything after it belongs to that one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.checklist import missing_steps
from desk.access.files import CallFile
from desk.access.reasons import REASONS, SHORTEST_FREE_TEXT
from desk.access.tables import Access, AccessState, CheckMark, Decision, Verdict
from desk.audit import Did
from desk.notices.kinds import Kind
from desk.notices.notices import note_verdict
from desk.notices.outbox import enqueue
from desk.notices.verdict_mail import verdict_mail
from desk.problems import Problem
from desk.templating import Templates
from desk.words import _, _n
from waiting_room import line
from waiting_room.tables import CallOutcome

DID = {Decision.APPROVED: Did.APPROVED, Decision.REJECTED: Did.REJECTED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the verifier decided. `reason` is a code of REASONS, and only for a rejection."""

    decision: Decision
    reason: str | None = None
    explanation: str = ""


async def marks_of(session: AsyncSession, call: str) -> dict[str, CheckMark]:
    """The marked steps of a call by their key."""
    rows = await session.execute(select(CheckMark).where(CheckMark.call == call))
    return {mark.step: mark for mark in rows.scalars()}


def demand_reason(judgement: Judgement) -> None:
    """A rejection names its reason, in words where the code has none. Raises a Problem."""
    if judgement.decision is Decision.APPROVED:
        return
    reason = REASONS.get(judgement.reason or "")
    if reason is None:
        raise Problem(
            422,
            "reason_required",
            _("Alasan penolakan wajib diisi"),
            _("Pilih satu alasan penolakan."),
        )
    if reason.text_required and len(judgement.explanation.strip()) < SHORTEST_FREE_TEXT:
        raise Problem(
            422,
            "explanation_required",
            _("Penjelasan wajib diisi"),
            _("Tulis penjelasan untuk pemohon, paling sedikit 20 huruf."),
        )


async def decide(
    session: AsyncSession,
    file: CallFile,
    judgement: Judgement,
    templates: Templates,
    public_url: str,
    now: datetime,
) -> None:
    """Decide the access of a call. Raises NotYourCall or a Problem: nothing has changed then."""
    demand_reason(judgement)
    call, access, decision = file.call, file.access, judgement.decision
    outcome = CallOutcome(decision.value)
    await line.finish(session, call.id, call.verifier, outcome, now)
    if decision is Decision.APPROVED:
        await _demand_checklist(session, file)
    await _change_state(session, access, decision, now)
    session.add(
        Verdict(
            call=call.id,
            access=access.id,
            verifier=call.verifier,
            decision=decision,
            reason=judgement.reason,
            explanation=judgement.explanation.strip(),
            decided_at=now,
        )
    )
    detail = {"call": call.id, "reason": judgement.reason}
    await audit.record(session, call.verifier, DID[decision], access.id, now, **detail)
    mail = verdict_mail(
        templates, file, judgement.decision, judgement.reason, judgement.explanation, now
    )
    note_verdict(session, access, decision, now)
    enqueue(session, Kind.VERDICT, file.applicant, mail, public_url, now)


async def _demand_checklist(session: AsyncSession, file: CallFile) -> None:
    marks = await marks_of(session, file.call.id)
    missing = missing_steps(file.access.role, {key: mark.passed for key, mark in marks.items()})
    if missing:
        raise Problem(
            409,
            "checklist_incomplete",
            _("Daftar periksa belum lengkap"),
            _n("Setujui terbuka setelah {n} langkah wajib lagi.").of(len(missing)),
            missing=missing,
        )


async def _change_state(
    session: AsyncSession, access: Access, decision: Decision, now: datetime
) -> None:
    statement = (
        update(Access)
        .where(Access.id == access.id, Access.state == AccessState.SCHEDULED)
        .values(state=AccessState(decision.value), decided_at=now)
        .returning(Access.id)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise Problem(
            409,
            "already_decided",
            _("Sudah diputuskan"),
            _("Permohonan ini sudah diputuskan. Kembali ke meja Anda."),
            url="/desk",
        )
