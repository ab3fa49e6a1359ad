"""Accounts that people make themselves: how they are reached, and the links sent to them.

Everybody until now was added by somebody who knew them, and counts as confirmed.
"""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("agency", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column("confirmed_at", tables.UtcDateTime(timezone=True), nullable=True)
        )
    op.execute("UPDATE account SET confirmed_at = created_at")
    op.create_table(
        "mail_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "confirm",
                "password",
                "invite",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_mail_link_account_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_mail_link")),
    )
    op.create_index(op.f("ix_mail_link_account"), "mail_link", ["account"])


def downgrade() -> None:
    op.drop_table("mail_link")
    with op.batch_alter_table("account") as batch_op:
        for column in ("confirmed_at", "agency", "phone"):
            batch_op.drop_column(column)
