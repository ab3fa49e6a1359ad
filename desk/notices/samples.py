"""Every mail with made-up facts, so that its templates can be looked at without anybody's data."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from desk.access.files import CaseFile
from desk.access.reasons import seeds
from desk.access.tables import Access, Decision, Reason
from desk.accounts.tables import Account, Role
from desk.directory.roles import RoleNames
from desk.language import Language, speaking
from desk.notices.kinds import Facts, Kind
from desk.notices.notice_mail import notice_mail
from desk.notices.outbox import Mail
from desk.notices.verdict_mail import verdict_mail
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates
from desk.words import _, later

# 10.00 WITA, so that the desk's own time stands beside it.
ZONE = "Asia/Makassar"
HOUR = 10
AHEAD = {
    Kind.HOUR_BEFORE: timedelta(hours=1),
    Kind.DAY_BEFORE: timedelta(days=1),
    Kind.MISSED: timedelta(minutes=-15),
}


class Sample(StrEnum):
    """The mails there are: one of each kind, and both verdicts."""

    RECEIVED = "received"
    BOOKED = "booked"
    MOVED = "moved"
    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"
    MISSED = "missed"
    CANCELLED = "cancelled"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRING = "expiring"
    EXPIRED = "expired"


OF_VERDICTS = {
    Sample.APPROVED: later("Hasil: disetujui"),
    Sample.REJECTED: later("Hasil: ditolak"),
}


def sample_mail(
    templates: Templates,
    settings: Settings,
    names: RoleNames,
    sample: Sample,
    language: Language,
    now: datetime,
) -> Mail:
    """The mail as an invented applicant would get it, sent at the hour that goes with it."""
    with speaking(language):
        applicant, access = _applicant(language), _access()
        explanation = _("Bagian yang terpotong ditulis oleh verifikator di sini.")
    starts_at = now.astimezone(ZoneInfo(ZONE)).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    starts_at += timedelta(days=7)
    access.valid_until = starts_at.date()
    meeting = Meeting(id="contoh", access=access.id, starts_at=starts_at)
    if sample in OF_VERDICTS:
        (example,) = [Reason(**one) for one in seeds() if one["code"] == "DOC_ILLEGIBLE"]
        file = CaseFile(access, applicant, Account(desk_number=7))
        decision = Decision(sample.value)
        return verdict_mail(templates, file, names, decision, example, explanation, starts_at)
    kind = Kind(sample.value)
    facts = Facts.of(access, meeting, starts_at - timedelta(days=1), due_at=starts_at)
    sent_at = starts_at - AHEAD.get(kind, timedelta(days=3))
    return notice_mail(templates, settings, kind, facts, names, applicant, 1, sent_at)


def _applicant(language: Language) -> Account:
    return Account(
        name=_("Pemohon Rekaan"),
        email="pemohon.rekaan@contoh.test",
        role=Role.APPLICANT,
        language=language,
    )


def _access() -> Access:
    return Access(id="contoh", role="PPK", unit=_("Dinas Rekaan, Kota Contoh"), timezone=ZONE)
