"""The verdict in a call, and the preview of the mail that it sends."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from desk.access import verdicts
from desk.access.files import CallFile, CaseFile
from desk.access.reasons import LONGEST_EXPLANATION, offered_reason
from desk.access.tables import Decision
from desk.access.verdicts import Judgement
from desk.access.ways import ways_on
from desk.answers import PRIVATE
from desk.asks import Ask, Done, parse, wants_json
from desk.directory.roles import role_names
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.notices.verdict_mail import verdict_mail
from desk.pages.mail_preview import framed
from desk.problems import Problem
from desk.recording import consent
from desk.words import _
from signaling.server import Signaling
from waiting_room.errors import NotYourCall
from waiting_room.tables import CallOutcome


class VerdictForm(BaseModel):
    """The decision, with reason and explanation where it is a rejection."""

    decision: Decision
    reason: str | None = Field(default=None, max_length=32)
    explanation: str = Field(default="", max_length=LONGEST_EXPLANATION)

    def judgement(self) -> Judgement:
        """What it says; an approval carries no reason."""
        if self.decision is Decision.APPROVED:
            return Judgement(self.decision)
        return Judgement(self.decision, self.reason, self.explanation)


async def give(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/verdict."""
    file, app = ask.thing, ask.request.app
    judgement = ask.body(VerdictForm).judgement()
    if judgement.decision is Decision.APPROVED and ask.settings.recording == "required":
        await _demand_consent(ask)
    await verdicts.decide(
        ask.session, file, judgement, app[TEMPLATES], ask.settings.public_url, ask.now
    )
    outcome = CallOutcome(judgement.decision.value)

    async def tell(signaling: Signaling) -> None:
        app[MAIL_WAITS].set()
        await signaling.call_ended(file.call.id, outcome.value, ways_on(outcome, file.ticket.id))

    return Done({"decision": outcome.value, "url": "/desk"}, "/desk", tell)


async def _demand_consent(ask: Ask[CallFile]) -> None:
    """A recorder that fails hinders nobody; whoever does not agree is verified elsewhere."""
    stands = await consent.standing(ask.session, ask.thing.meeting.id, hold=True)
    if stands is None or not stands.allows:
        detail = _(
            "Di meja ini panggilan harus direkam, dan pemohon belum menyetujuinya. Akhiri "
            "panggilan; pemohon dapat diverifikasi secara tatap muka."
        )
        raise Problem(409, "no_consent", _("Persetujuan rekaman belum ada"), detail)


async def preview(ask: Ask[CallFile]) -> web.StreamResponse:
    """GET /calls/{id}/mail-preview: the mail that a verdict would send, as a page of its own."""
    if ask.thing.call.ended_at is not None:
        raise NotYourCall(ask.thing.call.outcome)
    return await previewed(ask, ask.thing)


async def previewed(ask: Ask[Any], file: CaseFile) -> web.StreamResponse:
    """The mail of the verdict that the address names."""
    judgement = parse(VerdictForm, dict(ask.request.query)).judgement()
    reason = await offered_reason(ask.session, judgement.reason)
    mail = verdict_mail(
        ask.request.app[TEMPLATES],
        file,
        await role_names(ask.session),
        judgement.decision,
        reason,
        judgement.explanation,
        ask.now,
    )
    if wants_json(ask.request):
        answer = {
            "to": file.applicant.email,
            "subject": mail.subject,
            "language": mail.language.value,
        }
        return web.json_response(answer, headers=PRIVATE)
    return framed(ask.request.app[TEMPLATES], mail)
