"""Pictures that verifiers take in calls."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("kind", _kinds(), nullable=False),
        sa.Column("taken_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("stored_as", sa.String(length=22), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("destroy_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_snapshot_call_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    op.create_index(op.f("ix_snapshot_call"), "snapshot", ["call"])
    op.create_index("ix_snapshot_destroy_at", "snapshot", ["destroy_at"])


def _kinds() -> sa.Enum:
    return sa.Enum(
        "face",
        "card",
        "letter",
        name="snapshotof",
        native_enum=False,
        create_constraint=True,
        length=24,
    )


def downgrade() -> None:
    op.drop_table("snapshot")
