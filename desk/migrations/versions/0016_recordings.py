"""Recordings of calls, their segments, who looked at them, and certificates of destruction."""

import sqlalchemy as sa
from alembic import op

from waiting_room.tables import UtcDateTime

revision = "0016"
down_revision = "0015"

STATES = ("open", "ended", "finished", "partial", "failed", "destroyed")
RETENTIONS = ("verified", "aborted")
SEGMENT_STATES = ("writing", "closed", "cut")


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(22), nullable=nullable)


def _word(
    name: str, words: tuple[str, ...], kind: str, *, nullable: bool = False
) -> sa.Column[str]:
    one_of = sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=24)
    return sa.Column(name, one_of, nullable=nullable)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )


def upgrade() -> None:
    op.create_table(
        "recording",
        _id("id"),
        _id("call"),
        _id("access"),
        _id("consent"),
        _word("state", STATES, "recordingstate"),
        _word("retention", RETENTIONS, "kept", nullable=True),
        sa.Column("wrapped_key", sa.String(64), nullable=True),
        _at("started_at"),
        _at("ended_at", nullable=True),
        _at("withdrawn_at", nullable=True),
        _at("destroy_at", nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.Column("manifest", sa.Text(), nullable=True),
        sa.Column("signature", sa.String(64), nullable=True),
        _to("recording", "call", "call"),
        _to("recording", "access", "access"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("call", name=op.f("uq_recording_call")),
    )
    for column in ("access", "consent", "destroy_at", "started_at"):
        op.create_index(f"ix_recording_{column}", "recording", [column])
    op.create_table(
        "recording_segment",
        _id("recording"),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("file", sa.String(80), nullable=False),
        sa.Column("recorder", sa.String(64), nullable=False),
        _word("state", SEGMENT_STATES, "segmentstate"),
        _at("started_at"),
        _at("ended_at", nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("plain_bytes", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        _to("recording_segment", "recording", "recording"),
        sa.PrimaryKeyConstraint("recording", "side", "number", name=op.f("pk_recording_segment")),
    )
    op.create_table(
        "recording_view",
        _id("id"),
        _id("recording"),
        _id("viewer"),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("opened_at"),
        _at("seen_at"),
        _at("closed_at", nullable=True),
        _to("recording_view", "recording", "recording"),
        _to("recording_view", "viewer", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_view")),
    )
    op.create_index("ix_recording_view_recording", "recording_view", ["recording"])
    op.create_table(
        "certificate",
        _id("id"),
        _id("recording"),
        _at("destroyed_at"),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        _to("certificate", "recording", "recording"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("recording", name=op.f("uq_certificate_recording")),
    )


def downgrade() -> None:
    for table in ("certificate", "recording_view", "recording_segment", "recording"):
        op.drop_table(table)
