"""Reasons for a rejection, as data."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TOPIC = sa.Enum(
    "document", "person", "other",
    name="topic", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "rejection_reason",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("topic", TOPIC, nullable=False),
        sa.Column("label_id", sa.String(length=120), nullable=False),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("sentence_id", sa.String(length=400), nullable=False),
        sa.Column("sentence_en", sa.String(length=400), nullable=False),
        sa.Column("is_text_required", sa.Boolean(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rejection_reason")),
    )


def downgrade() -> None:
    op.drop_table("rejection_reason")
