"""The append-only log: who did what to what, written in the transaction of the act itself.

`audit_chain.py` seals the rows afterwards, so that no act waits for another's seal. Triggers made
by the migration refuse every UPDATE and DELETE, and a TRUNCATE where there is one.
"""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import Base, table_of

SYSTEM = "system"


class Did(StrEnum):
    """Every act that the log knows."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    DENIED = "denied"
    JOINED = "joined"
    LEFT = "left"
    TAKEN = "taken"
    STEP_MARKED = "step_marked"
    CHALLENGE_DRAWN = "challenge_drawn"
    NUMBER_REVEALED = "number_revealed"
    APPROVED = "approved"
    REJECTED = "rejected"
    CALL_RETURNED = "call_returned"
    CALL_LEFT = "call_left"
    LEASE_LAPSED = "lease_lapsed"
    SET_ASIDE = "set_aside"
    CAME_BACK = "came_back"
    MARKED_ABSENT = "marked_absent"
    CLAIMED = "claimed"
    CLAIM_RETURNED = "claim_returned"
    CLAIM_LAPSED = "claim_lapsed"
    SHIFT_CHANGED = "shift_changed"
    APPLIED = "applied"
    APPLIED_AGAIN = "applied_again"
    DRAFT_DISCARDED = "draft_discarded"
    UPLOADED = "uploaded"
    UPLOAD_REMOVED = "upload_removed"
    UPLOAD_SENT = "upload_sent"
    UPLOAD_FORGOTTEN = "upload_forgotten"
    SIGNED_UP = "signed_up"
    CONFIRMED = "confirmed"
    LINK_ASKED = "link_asked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of an act
    PASSWORD_REFUSED = "password_refused"  # noqa: S105  the name of an act
    EMPLOYEE_NUMBER_KEPT = "employee_number_kept"
    ACCOUNT_FORGOTTEN = "account_forgotten"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_INVITED = "account_invited"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    MAIL_RETRIED = "mail_retried"
    AGENCY_ADDED = "agency_added"
    AGENCY_CHANGED = "agency_changed"
    AGENCY_RETIRED = "agency_retired"
    AGENCY_RESTORED = "agency_restored"
    UNIT_CHANGED = "unit_changed"
    UNITS_MERGED = "units_merged"
    ROLE_FORM_CHANGED = "role_form_changed"
    REASON_ADDED = "reason_added"
    REASON_CHANGED = "reason_changed"
    MEETING_BOOKED = "meeting_booked"
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_MISSED = "meeting_missed"
    NO_SHOW = "no_show"
    SCHEDULE_CHANGED = "schedule_changed"
    EXPIRED = "expired"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_RESUMED = "recording_resumed"
    SEGMENT_OPENED = "segment_opened"
    SEGMENT_CLOSED = "segment_closed"
    SEGMENT_CUT = "segment_cut"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    RECORDING_BEGUN = "recording_begun"
    RECORDING_ENDED = "recording_ended"
    RECORDING_SEALED = "recording_sealed"
    RECORDING_SETTLED = "recording_settled"
    RECORDING_VIEWED = "recording_viewed"
    RECORDING_LEFT = "recording_left"
    RECORDING_HELD = "recording_held"
    RECORDING_RELEASED = "recording_released"
    RECORDING_WITHDRAWN = "recording_withdrawn"
    RECORDING_DESTROYED = "recording_destroyed"
    SNAPSHOT_TAKEN = "snapshot_taken"
    SNAPSHOT_REMOVED = "snapshot_removed"
    SNAPSHOT_DESTROYED = "snapshot_destroyed"


class AuditEntry(Base):
    """One act. `subject` is the id of what it was done to."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(22))
    act: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)

    # AUTOINCREMENT never gives an id twice, so a removed row leaves a gap that shows.
    __table_args__ = (Index("ix_audit_entry_at", "at"), {"sqlite_autoincrement": True})

    def canonical(self) -> bytes:
        """The same bytes for the same row, whatever database it comes from."""
        row = [self.id, self.at.isoformat(), self.actor, self.act, self.subject, self.detail]
        return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


class AuditSeal(Base):
    """The seal of one entry, chained to the one before: its position in the chain and its MAC."""

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    mac: Mapped[str] = mapped_column(String(64))


_NEW_ENTRY = insert(table_of(AuditEntry))


async def record(
    session: AsyncSession, actor: str, act: Did, subject: str, at: datetime, **detail: Any
) -> None:
    """Add an entry to the open transaction; it is kept exactly if the act is."""
    row = {"at": at, "actor": actor, "act": act.value, "subject": subject, "detail": detail}
    await session.execute(_NEW_ENTRY, row)
