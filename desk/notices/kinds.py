"""The kinds of notices, the facts that each keeps, and where it leads."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from desk.access.tables import Access, Decision
from desk.notices.calendar_file import Method
from desk.schedule.tables import Meeting
from desk.words import later


class Kind(StrEnum):
    """What a notice tells of; also the kind of its mail, and the name of its templates."""

    RECEIVED = "received"
    BOOKED = "booked"
    MOVED = "moved"
    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"
    MISSED = "missed"
    CANCELLED = "cancelled"
    VERDICT = "verdict"
    EXPIRING = "expiring"
    EXPIRED = "expired"


KIND_WORDS: dict[str, str] = {
    Kind.RECEIVED: later("Permohonan diterima"),
    Kind.BOOKED: later("Jadwal baru"),
    Kind.MOVED: later("Jadwal diubah"),
    Kind.DAY_BEFORE: later("Pengingat sehari sebelumnya"),
    Kind.HOUR_BEFORE: later("Pengingat satu jam sebelumnya"),
    Kind.MISSED: later("Tidak hadir"),
    Kind.CANCELLED: later("Jadwal dibatalkan"),
    Kind.VERDICT: later("Hasil verifikasi"),
    Kind.EXPIRING: later("Akses akan berakhir"),
    Kind.EXPIRED: later("Akses kedaluwarsa"),
}

# Of the access itself, and not of its meeting.
ENDS = {Kind.EXPIRING, Kind.EXPIRED}

CALENDARS = {
    Kind.BOOKED: Method.REQUEST,
    Kind.MOVED: Method.REQUEST,
    Kind.DAY_BEFORE: Method.REQUEST,
    Kind.HOUR_BEFORE: Method.REQUEST,
    Kind.CANCELLED: Method.CANCEL,
}


class Facts(BaseModel):
    """What a notice tells of, as it was then.

    `before_at` is the time that a meeting had before, `due_at` when documents will be reviewed,
    `reason` the code of a rejection's.
    """

    model_config = ConfigDict(frozen=True)

    access: str
    role: str
    unit: str
    zone: str
    valid_until: date
    meeting: str | None = None
    starts_at: datetime | None = None
    before_at: datetime | None = None
    due_at: datetime | None = None
    decision: Decision | None = None
    reason: str | None = None

    @classmethod
    def of(
        cls,
        access: Access,
        meeting: Meeting | None = None,
        before_at: datetime | None = None,
        due_at: datetime | None = None,
        decision: Decision | None = None,
        reason: str | None = None,
    ) -> Self:
        """The facts of an access, and of its meeting."""
        return cls(
            access=access.id,
            role=access.role,
            unit=access.unit,
            zone=access.timezone,
            valid_until=access.valid_until,
            meeting=meeting and meeting.id,
            starts_at=meeting and meeting.starts_at,
            before_at=before_at,
            due_at=due_at,
            decision=decision,
            reason=reason,
        )


def path_of(kind: Kind, facts: Facts) -> str:
    """Where one acts on it."""
    if kind is Kind.VERDICT:
        return "/" if facts.decision is Decision.APPROVED else f"/access/{facts.access}/again"
    if kind is Kind.RECEIVED:
        return f"/access/{facts.access}"
    if kind in ENDS or facts.meeting is None:
        return "/organisation"
    return f"/meetings/{facts.meeting}"
