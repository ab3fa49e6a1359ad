"""The mail of a notice, in its reader's language; the administrator's preview is the same one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from desk.accounts.tables import Account
from desk.directory.roles import RoleNames
from desk.language import DEFAULT, speaking, spoken
from desk.notices.appointments import appointment_of
from desk.notices.calendar_file import calendar_file
from desk.notices.kinds import CALENDARS, Facts, Kind, path_of
from desk.notices.notice_words import Words, moment_in_words, words_of
from desk.notices.outbox import Mail
from desk.settings import Settings
from desk.templating import Templates
from desk.times import day_name


def notice_mail(
    templates: Templates,
    settings: Settings,
    kind: Kind,
    facts: Facts,
    names: RoleNames,
    to: Account,
    sequence: int,
    now: datetime,
) -> Mail:
    """The words of the mail, with the calendar file where the notice is about a meeting."""
    with speaking(to.language or DEFAULT):
        words = words_of(kind, facts, now, settings.zone)
        role = names.of(facts.role)
        context = _context(settings, kind, facts, role, to, words)
        return Mail(
            subject=words.subject,
            text_body=templates.render(f"mail/{kind}.txt", context),
            html_body=templates.render(f"mail/{kind}.html", context),
            language=spoken(),
            calendar=_calendar(settings, kind, facts, role, to, sequence, now),
        )


def _context(
    settings: Settings, kind: Kind, facts: Facts, role: str, to: Account, words: Words
) -> dict[str, str]:
    def said(moment: datetime | None) -> str:
        return moment_in_words(moment, ZoneInfo(facts.zone), settings.zone) if moment else ""

    return {
        "name": to.name,
        "subject": words.subject,
        "role": role,
        "unit": facts.unit,
        "when": said(facts.starts_at),
        "before": said(facts.before_at),
        "due": said(facts.due_at),
        "valid_until": day_name(facts.valid_until),
        "path": path_of(kind, facts),
    }


def _calendar(
    settings: Settings,
    kind: Kind,
    facts: Facts,
    role: str,
    to: Account,
    sequence: int,
    now: datetime,
) -> str | None:
    if kind not in CALENDARS or facts.meeting is None or facts.starts_at is None:
        return None
    whose = f"{role}, {facts.unit}"
    appointment = appointment_of(settings, facts.meeting, facts.starts_at, sequence, whose, to)
    return calendar_file(appointment, CALENDARS[kind], settings, now)
