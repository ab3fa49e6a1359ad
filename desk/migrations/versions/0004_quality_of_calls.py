"""How good the connection of each side of a call was."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "call_quality",
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("side", sa.String(length=9), nullable=False),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("loss_percent", sa.Float(), nullable=False),
        sa.Column("rtt_ms", sa.Integer(), nullable=True),
        sa.Column("rate_kbps", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=10), nullable=True),
        sa.Column("sound_only", sa.Boolean(), nullable=False),
        sa.Column("fewest_bars", sa.Integer(), nullable=False),
        sa.Column("highest_loss_percent", sa.Float(), nullable=False),
        sa.Column("highest_rtt_ms", sa.Integer(), nullable=True),
        sa.Column("recent", sa.String(length=60), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reports_sound_only", sa.Integer(), nullable=False),
        sa.Column("reported_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_call_quality_call_call")),
        sa.PrimaryKeyConstraint("call", "side", name=op.f("pk_call_quality")),
    )
    op.create_index(op.f("ix_call_quality_reported_at"), "call_quality", ["reported_at"])


def downgrade() -> None:
    op.drop_table("call_quality")
