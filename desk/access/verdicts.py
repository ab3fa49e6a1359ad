"""The verdict: the end of the call or claim, the decision, the access's new state, log and mail.

All in the caller's one write transaction. The call, or the claim, is ended first, by a conditional
statement: of many verdicts at once one finds it open, and everything after it belongs to that one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access import claims
from desk.access.checklist import Step, missing_of, steps_of
from desk.access.document_steps import document_steps_of
from desk.access.files import CallFile, CaseFile, ClaimFile
from desk.access.reasons import BY_DOCUMENTS, SHORTEST_FREE_TEXT, offered_reason
from desk.access.tables import (
    Access,
    AccessState,
    CheckMark,
    ClaimMark,
    ClaimOutcome,
    Decision,
    Reason,
    Topic,
    Verdict,
)
from desk.audit import Did
from desk.directory.roles import role_names
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
    """What the verifier decided. `reason` is the code of one, and only for a rejection."""

    decision: Decision
    reason: str | None = None
    explanation: str = ""


async def marks_of(session: AsyncSession, call: str) -> dict[str, CheckMark]:
    """The marked steps of a call by their key."""
    rows = await session.execute(select(CheckMark).where(CheckMark.call == call))
    return {mark.step: mark for mark in rows.scalars()}


async def claim_marks_of(session: AsyncSession, claim: str) -> dict[str, ClaimMark]:
    """The marked steps of a claim by their key."""
    rows = await session.execute(select(ClaimMark).where(ClaimMark.claim == claim))
    return {mark.step: mark for mark in rows.scalars()}


async def demand_reason(
    session: AsyncSession, judgement: Judgement, topics: Collection[Topic] = tuple(Topic)
) -> Reason | None:
    """The reason that a rejection names, explained where it asks for that. Raises a Problem."""
    if judgement.decision is Decision.APPROVED:
        return None
    reason = await offered_reason(session, judgement.reason, topics)
    if reason is None:
        raise Problem(
            422,
            "reason_required",
            _("Alasan penolakan wajib diisi"),
            _("Pilih satu alasan penolakan."),
        )
    if reason.is_text_required and len(judgement.explanation.strip()) < SHORTEST_FREE_TEXT:
        raise Problem(
            422,
            "explanation_required",
            _("Penjelasan wajib diisi"),
            _("Tulis penjelasan untuk pemohon, paling sedikit 20 huruf."),
        )
    return reason


async def decide(
    session: AsyncSession,
    file: CallFile,
    judgement: Judgement,
    templates: Templates,
    public_url: str,
    now: datetime,
) -> None:
    """Decide the access of a call. Raises NotYourCall or a Problem: nothing has changed then."""
    reason = await demand_reason(session, judgement)
    call = file.call
    await line.finish(session, call.id, call.verifier, CallOutcome(judgement.decision), now)
    if judgement.decision is Decision.APPROVED:
        _demand_checklist(steps_of(file.access.role), await marks_of(session, call.id))
    await _change_state(session, file.access, AccessState.SCHEDULED, judgement.decision, now)
    session.add(_verdict(file, judgement, now, call=call.id))
    await _record(session, file, judgement, now, call=call.id)
    await _tell(session, file, judgement, reason, templates, public_url, now)


async def decide_by_documents(
    session: AsyncSession,
    file: ClaimFile,
    judgement: Judgement,
    templates: Templates,
    public_url: str,
    now: datetime,
) -> None:
    """Decide the access of a claim. Raises a Problem: nothing has changed then."""
    reason = await demand_reason(session, judgement, BY_DOCUMENTS)
    claim = file.claim
    await claims.finish(session, claim.id, ClaimOutcome(judgement.decision), now)
    if judgement.decision is Decision.APPROVED:
        marks = await claim_marks_of(session, claim.id)
        _demand_checklist(document_steps_of(file.access.role), marks)
    await _change_state(session, file.access, AccessState.SUBMITTED, judgement.decision, now)
    session.add(_verdict(file, judgement, now, claim=claim.id))
    await _record(session, file, judgement, now, claim=claim.id)
    await _tell(session, file, judgement, reason, templates, public_url, now)


def _demand_checklist(
    steps: Iterable[Step], marks: Mapping[str, CheckMark] | Mapping[str, ClaimMark]
) -> None:
    missing = missing_of(steps, {key: mark.passed for key, mark in marks.items()})
    if missing:
        raise Problem(
            409,
            "checklist_incomplete",
            _("Daftar periksa belum lengkap"),
            _n("Setujui terbuka setelah {n} langkah wajib lagi.").of(len(missing)),
            missing=missing,
        )


async def _change_state(
    session: AsyncSession,
    access: Access,
    before: AccessState,
    decision: Decision,
    now: datetime,
) -> None:
    statement = (
        update(Access)
        .where(Access.id == access.id, Access.state == before)
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


def _verdict(file: CaseFile, judgement: Judgement, now: datetime, **made_in: str) -> Verdict:
    return Verdict(
        access=file.access.id,
        verifier=file.verifier.id,
        decision=judgement.decision,
        reason=judgement.reason,
        explanation=judgement.explanation.strip(),
        decided_at=now,
        **made_in,
    )


async def _record(
    session: AsyncSession, file: CaseFile, judgement: Judgement, now: datetime, **made_in: str
) -> None:
    did = DID[judgement.decision]
    detail = {**made_in, "reason": judgement.reason}
    await audit.record(session, file.verifier.id, did, file.access.id, now, **detail)


async def _tell(
    session: AsyncSession,
    file: CaseFile,
    judgement: Judgement,
    reason: Reason | None,
    templates: Templates,
    public_url: str,
    now: datetime,
) -> None:
    decision = judgement.decision
    names = await role_names(session)
    mail = verdict_mail(templates, file, names, decision, reason, judgement.explanation, now)
    note_verdict(session, file.access, decision, judgement.reason, now)
    enqueue(session, Kind.VERDICT, file.applicant, mail, public_url, now)
