"""Notices, what was reminded of, the calendar file of a mail, and accesses that have ended."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0009"
down_revision = "0008"

KIND = sa.Enum(
    "booked",
    "moved",
    "day_before",
    "hour_before",
    "missed",
    "cancelled",
    "verdict",
    "expiring",
    "expired",
    name="kind",
    native_enum=False,
    create_constraint=True,
    length=24,
)
STATES = "state IN ('scheduled', 'approved', 'rejected'{more})"


def upgrade() -> None:
    with op.batch_alter_table("outbox_mail") as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=True))
    op.create_index(op.f("ix_outbox_mail_created_at"), "outbox_mail", ["created_at"])
    _allow_states(STATES.format(more=", 'expired'"))
    op.create_index(
        "ix_access_state_timezone_valid_until", "access", ["state", "timezone", "valid_until"]
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=80), nullable=False),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_notice_account_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_account_created_at", "notice", ["account", "created_at"])
    op.create_index(op.f("ix_notice_created_at"), "notice", ["created_at"])
    op.create_table(
        "reminder",
        sa.Column("subject", sa.String(length=22), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("moment_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", "moment_at", name=op.f("pk_reminder")),
    )


def _allow_states(condition: str) -> None:
    with op.batch_alter_table("access") as batch_op:
        batch_op.drop_constraint(op.f("ck_access_accessstate"), type_="check")
        batch_op.create_check_constraint(op.f("ck_access_accessstate"), condition)


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("notice")
    op.drop_index("ix_access_state_timezone_valid_until", "access")
    op.execute("UPDATE access SET state = 'approved' WHERE state = 'expired'")
    _allow_states(STATES.format(more=""))
    with op.batch_alter_table("outbox_mail") as batch_op:
        batch_op.drop_index(op.f("ix_outbox_mail_created_at"))
        batch_op.drop_column("calendar")
