"""The mail that tells a verdict; the verifier's preview is made by the same function."""

from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment

from desk.access.files import CallFile
from desk.access.reasons import REASONS
from desk.access.roles import role_name
from desk.access.tables import Decision
from desk.accounts.names import shown_to_applicants
from desk.notices.outbox import Mail
from desk.times import long_date, time_with_zone
from desk.words import _


def verdict_mail(
    templates: Environment,
    file: CallFile,
    decision: Decision,
    reason: str | None,
    explanation: str,
    now: datetime,
) -> Mail:
    """The words of the mail. Codes, notes and registry data stay inside the desk."""
    zone = ZoneInfo(file.access.timezone)
    known = REASONS.get(reason or "")
    base = templates.globals["public_url"]
    context = {
        "applicant_name": file.applicant.name,
        "role_name": role_name(file.access.role),
        "unit": file.access.unit,
        "decision": decision.value,
        "reason_text": known.sentence if known else "",
        "explanation": explanation.strip(),
        "again_url": f"{base}/access/{file.access.id}/again",
        "home_url": f"{base}/",
        "decided_text": f"{long_date(now, zone)}, {time_with_zone(now, zone)}",
        "verifier_label": shown_to_applicants(file.verifier.desk_number),
    }
    subjects = {
        Decision.APPROVED: _("Akses Anda telah disetujui"),
        Decision.REJECTED: _("Akses Anda ditolak: tindak lanjut yang diperlukan"),
    }
    return Mail(
        subject=subjects[decision],
        text_body=templates.get_template("mail/verdict.txt").render(context),
        html_body=templates.get_template("mail/verdict.html").render(context),
    )
