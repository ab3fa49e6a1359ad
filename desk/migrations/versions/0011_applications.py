"""Applications that are still being written, and what their forms ask for besides."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0011"
down_revision = "0010"

NEW: dict[str, sa.types.TypeEngine[Any]] = {
    "previous_username": sa.String(length=80),
    "division": sa.String(length=120),
    "province": sa.String(length=2),
    "warnings": sa.JSON(),
}


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("copied_from", sa.String(length=22), nullable=True),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_draft_account_account")),
        sa.ForeignKeyConstraint(
            ["copied_from"], ["access.id"], name=op.f("fk_draft_copied_from_access")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("account", "role", name=op.f("uq_draft_account_role")),
    )
    op.create_index(op.f("ix_draft_account"), "draft", ["account"])
    with op.batch_alter_table("access") as batch_op:
        for name, kind in NEW.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.add_column(sa.Column("unit_id", sa.String(length=22), nullable=True))
    op.execute(
        "UPDATE access SET previous_username = '', division = '', province = '', warnings = '[]'"
    )
    with op.batch_alter_table("access") as batch_op:
        for name, kind in NEW.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_foreign_key(op.f("fk_access_unit_id_unit"), "unit", ["unit_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("access") as batch_op:
        batch_op.drop_constraint(op.f("fk_access_unit_id_unit"), type_="foreignkey")
        for column in ("unit_id", *NEW):
            batch_op.drop_column(column)
    op.drop_table("draft")
