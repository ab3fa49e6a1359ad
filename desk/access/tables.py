"""Access records: what somebody applies for, with which documents, and what was decided."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id, words_of


class AccessState(StrEnum):
    """The stored states of an access; waiting and being in a call are read from the ticket.

    Submitted is what a verifier decides by its documents; it has no meeting.
    """

    SUBMITTED = "submitted"
    SCHEDULED = "scheduled"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Decision(StrEnum):
    """What a verifier can decide."""

    APPROVED = "approved"
    REJECTED = "rejected"


class ClaimOutcome(StrEnum):
    """How a claim ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    LAPSED = "lapsed"


class Access(Base):
    """One application for a role at an agency. `number` is what people quote (MV-2611-0001)."""

    __tablename__ = "access"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    applicant: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    copied_from: Mapped[str | None] = mapped_column(ForeignKey("access.id"), unique=True)
    state: Mapped[AccessState] = mapped_column(words_of(AccessState))
    role: Mapped[str] = mapped_column(String(16))
    rank: Mapped[str] = mapped_column(String(16))
    agency_type: Mapped[str] = mapped_column(String(16))
    agency: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200))
    unit_tax_number: Mapped[str] = mapped_column(String(24))
    company_number: Mapped[str] = mapped_column(String(16), default="")
    letter_number: Mapped[str] = mapped_column(String(80))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    previous_username: Mapped[str] = mapped_column(String(80), default="")
    division: Mapped[str] = mapped_column(String(120), default="")
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    province: Mapped[str] = mapped_column(String(2), default="")
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    # As they were typed, for whoever applies again; none of those from before they were kept.
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    timezone: Mapped[str] = mapped_column(String(40))
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_access_state_timezone_valid_until", "state", "timezone", "valid_until"),
    )


class Document(Base):
    """An uploaded file; it lies in the data directory under `stored_as`, a name of ours."""

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(ID_LENGTH))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class Upload(Base):
    """What an applicant has uploaded; sent, and a document too, once it has its `access`."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(ID_LENGTH))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    created_at: Mapped[datetime]
    access: Mapped[str | None] = mapped_column(ForeignKey("access.id"), index=True)


class Review(Base):
    """What the verifier writes down during a call: the challenge drawn for it, and the notes."""

    __tablename__ = "review"

    call: Mapped[str] = mapped_column(ForeignKey("call.id"), primary_key=True)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), index=True)
    challenge: Mapped[dict[str, Any]] = mapped_column(JSON)
    notes: Mapped[str] = mapped_column(Text, default="")


class CheckMark(Base):
    """One step of the checklist, passed or failed in this call."""

    __tablename__ = "check_mark"

    call: Mapped[str] = mapped_column(ForeignKey("call.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    passed: Mapped[bool]
    marked_at: Mapped[datetime]


def _one_open(column: str) -> Index:
    """At most one claim that has not ended, for each value of the column."""
    condition: dict[str, Any] = {
        f"{dialect}_where": text("ended_at IS NULL") for dialect in ("sqlite", "postgresql")
    }
    return Index(f"uq_claim_open_{column}", column, unique=True, **condition)


class Claim(Base):
    """A verifier reviewing the documents of an access, from the take on; open without `ended_at`.

    `acted_at` is the verifier's newest act: after a while without one, others may take the access.
    """

    __tablename__ = "claim"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), index=True)
    verifier: Mapped[str] = mapped_column(ForeignKey("account.id"))
    claimed_at: Mapped[datetime]
    acted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[ClaimOutcome | None] = mapped_column(words_of(ClaimOutcome))
    notes: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (_one_open("access"), _one_open("verifier"))


class ClaimMark(Base):
    """One step of the checklist, passed or failed in this claim."""

    __tablename__ = "claim_mark"

    claim: Mapped[str] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    passed: Mapped[bool]
    marked_at: Mapped[datetime]


class Topic(StrEnum):
    """What a reason for a rejection is about; the verifier's dialog has a heading for each."""

    DOCUMENT = "document"
    PERSON = "person"
    OTHER = "other"


class Reason(Base):
    """Why an application may be rejected: data that an administrator edits.

    `label_*` is what the verifier chooses, `sentence_*` what the applicant reads, but for a reason
    that is internal. One that is offered no longer stays, for the verdicts that name its `code`.
    """

    __tablename__ = "rejection_reason"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    topic: Mapped[Topic] = mapped_column(words_of(Topic))
    label_id: Mapped[str] = mapped_column(String(120))
    label_en: Mapped[str] = mapped_column(String(120))
    sentence_id: Mapped[str] = mapped_column(String(400))
    sentence_en: Mapped[str] = mapped_column(String(400))
    is_text_required: Mapped[bool]
    is_internal: Mapped[bool]
    is_offered: Mapped[bool]
    position: Mapped[int]


class Verdict(Base):
    """A decision on an access, made in a call or by its documents; one for each of them."""

    __tablename__ = "verdict"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    call: Mapped[str | None] = mapped_column(ForeignKey("call.id"), unique=True)
    claim: Mapped[str | None] = mapped_column(ForeignKey("claim.id"), unique=True)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), unique=True)
    verifier: Mapped[str] = mapped_column(ForeignKey("account.id"))
    decision: Mapped[Decision] = mapped_column(words_of(Decision))
    reason: Mapped[str | None] = mapped_column(String(32))
    explanation: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(call IS NULL) <> (claim IS NULL)", name="made_in"),
        Index("ix_verdict_decided_at", "decided_at"),
    )


class ChatLine(Base):
    """A chat message of a call, kept so that a reload loses nothing."""

    __tablename__ = "chat_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    sender: Mapped[str] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
