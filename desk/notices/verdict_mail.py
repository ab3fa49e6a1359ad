"""The mail that tells a verdict; the verifier's preview is made by the same function."""

from datetime import datetime
from zoneinfo import ZoneInfo

from desk.access.files import CaseFile
from desk.access.reasons import sentence_of
from desk.access.tables import Decision, Reason
from desk.accounts.names import shown_to_applicants
from desk.directory.roles import RoleNames
from desk.language import DEFAULT, speaking, spoken
from desk.notices.outbox import Mail
from desk.templating import Templates
from desk.times import long_date, time_with_zone
from desk.words import _


def verdict_mail(
    templates: Templates,
    file: CaseFile,
    names: RoleNames,
    decision: Decision,
    reason: Reason | None,
    explanation: str,
    now: datetime,
) -> Mail:
    """The words of the mail, in its reader's language, whoever has it written.

    Codes, notes and registry data stay inside the desk.
    """
    with speaking(file.applicant.language or DEFAULT):
        return _in_words(templates, file, names, decision, reason, explanation, now)


def _in_words(
    templates: Templates,
    file: CaseFile,
    names: RoleNames,
    decision: Decision,
    reason: Reason | None,
    explanation: str,
    now: datetime,
) -> Mail:
    zone = ZoneInfo(file.access.timezone)
    context = {
        "applicant_name": file.applicant.name,
        "role_name": names.of(file.access.role),
        "unit": file.access.unit,
        "decision": decision.value,
        "reason_text": sentence_of(reason) if reason else "",
        "explanation": explanation.strip(),
        "again_path": f"/access/{file.access.id}/again",
        "decided_text": f"{long_date(now, zone)}, {time_with_zone(now, zone)}",
        "verifier_label": shown_to_applicants(file.verifier.desk_number),
    }
    subjects = {
        Decision.APPROVED: _("Akses Anda telah disetujui"),
        Decision.REJECTED: _("Akses Anda ditolak: tindak lanjut yang diperlukan"),
    }
    return Mail(
        subject=subjects[decision],
        text_body=templates.render("mail/verdict.txt", context),
        html_body=templates.render("mail/verdict.html", context),
        language=spoken(),
    )
