"""Mails that could not be sent: since when each is due, what went wrong, when it was given up."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0003"
down_revision = "0002"

NEW = ("due_since_at", "failed_at", "trouble")


def upgrade() -> None:
    with op.batch_alter_table("outbox_mail") as batch_op:
        for name in ("due_since_at", "failed_at"):
            batch_op.add_column(sa.Column(name, tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("trouble", sa.String(length=24), nullable=True))
    op.execute("UPDATE outbox_mail SET due_since_at = created_at")
    with op.batch_alter_table("outbox_mail") as batch_op:
        batch_op.alter_column("due_since_at", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox_mail") as batch_op:
        for name in NEW:
            batch_op.drop_column(name)
