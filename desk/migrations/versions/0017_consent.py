"""What applicants answer when asked whether their call may be recorded, and pauses of it."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("meeting", sa.String(length=22), nullable=False),
        sa.Column("version", sa.String(length=24), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", _answers(), nullable=False),
        sa.Column("at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=400), nullable=False),
        sa.Column("replaced_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_consent_account_account")
        ),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meeting.id"], name=op.f("fk_consent_meeting_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["text_sha256"],
            ["consent_text.sha256"],
            name=op.f("fk_consent_text_sha256_consent_text"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_account"), "consent", ["account"])
    op.create_index(
        "uq_consent_meeting_standing",
        "consent",
        ["meeting"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )

    op.create_table(
        "recording_pause",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("recording", sa.String(length=22), nullable=False),
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(create_constraint=True, name="is_final"), nullable=False),
        sa.Column("paused_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording"], ["recording.id"], name=op.f("fk_recording_pause_recording_recording")
        ),
        sa.ForeignKeyConstraint(
            ["verifier"], ["account.id"], name=op.f("fk_recording_pause_verifier_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_pause")),
    )
    op.create_index(
        "uq_recording_pause_open",
        "recording_pause",
        ["recording"],
        unique=True,
        sqlite_where=sa.text("resumed_at IS NULL"),
        postgresql_where=sa.text("resumed_at IS NULL"),
    )


def _answers() -> sa.Enum:
    return sa.Enum(
        "given", "refused", name="answer", native_enum=False, create_constraint=True, length=24
    )


def downgrade() -> None:
    op.drop_table("recording_pause")
    op.drop_table("consent")
    op.drop_table("consent_text")
