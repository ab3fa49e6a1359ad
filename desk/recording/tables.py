"""Recordings of calls: what lies on the disk, who looked at it, and how it was destroyed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id, words_of


class RecordingState(StrEnum):
    """Where a recording stands: open while its call may add to it, ended until it is put together.

    Finished: all of it can be played; partial: something is missing, cut or changed; failed:
    nothing can be played.
    """

    OPEN = "open"
    ENDED = "ended"
    FINISHED = "finished"
    PARTIAL = "partial"
    FAILED = "failed"
    DESTROYED = "destroyed"


class Kept(StrEnum):
    """How long a recording is kept: of a call with a verdict, or of one without."""

    VERIFIED = "verified"
    ABORTED = "aborted"


class SegmentState(StrEnum):
    """Whether a segment is being written, was closed, or its recorder died meanwhile."""

    WRITING = "writing"
    CLOSED = "closed"
    CUT = "cut"


class Recording(Base):
    """The recording of a call. Without its `wrapped_key` nobody can read its files again.

    `consent` is the id of the applicant's consent; `withdrawn_at`, when it was taken back. What is
    due is destroyed at `destroy_at`, unless `held_because` says why not. `manifest` is signed.
    """

    __tablename__ = "recording"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    call: Mapped[str] = mapped_column(ForeignKey("call.id"), unique=True)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), index=True)
    consent: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    state: Mapped[RecordingState] = mapped_column(words_of(RecordingState))
    retention: Mapped[Kept | None] = mapped_column(words_of(Kept))
    wrapped_key: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    destroy_at: Mapped[datetime | None]
    held_because: Mapped[str | None] = mapped_column(Text)
    manifest: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_recording_destroy_at", "destroy_at"),
        Index("ix_recording_started_at", "started_at"),
    )


class RecordingSegment(Base):
    """One leg of one side. `sha256` is of the plain stream; empty where nobody could tell."""

    __tablename__ = "recording_segment"

    recording: Mapped[str] = mapped_column(ForeignKey("recording.id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str] = mapped_column(String(80))
    recorder: Mapped[str] = mapped_column(String(64))
    state: Mapped[SegmentState] = mapped_column(words_of(SegmentState))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    plain_bytes: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SnapshotOf(StrEnum):
    """What a snapshot shows."""

    FACE = "face"
    CARD = "card"
    LETTER = "letter"


class Snapshot(Base):
    """A picture that a verifier took in a call; it lies among the documents under `stored_as`.

    Its call has a recording, whose hold and withdrawal count for it too. It is destroyed at
    `destroy_at`, which is known once the call has ended.
    """

    __tablename__ = "snapshot"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    call: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    kind: Mapped[SnapshotOf] = mapped_column(words_of(SnapshotOf))
    taken_at: Mapped[datetime]
    stored_as: Mapped[str] = mapped_column(String(ID_LENGTH))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    destroy_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_snapshot_destroy_at", "destroy_at"),)


class RecordingView(Base):
    """One look at a recording: who, why, from when until when."""

    __tablename__ = "recording_view"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    recording: Mapped[str] = mapped_column(ForeignKey("recording.id"), index=True)
    viewer: Mapped[str] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Certificate(Base):
    """That a recording was destroyed: `statement` says what, when and why, and is signed."""

    __tablename__ = "certificate"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    recording: Mapped[str] = mapped_column(ForeignKey("recording.id"), unique=True)
    destroyed_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(64))
