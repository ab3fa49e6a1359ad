"""Presence of those who wait, leases of calls, reserved idempotency keys, disabled accounts."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0002"
down_revision = "0001"

TICKET_STATES = ("waiting", "in_call", "served", "left", "absent")
OUTCOMES = ("approved", "rejected", "returned", "absent")
SEEN = ("applicant_seen_at", "verifier_seen_at")


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("ticket", sa.String(length=22), nullable=False),
        sa.Column("since_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_absence_ticket_ticket")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_absence")),
    )
    _allow("ticket", "state", "ticketstate", (*TICKET_STATES, "set_aside"))
    _one_live_ticket("state IN ('waiting', 'set_aside', 'in_call')")
    _allow(
        "call",
        "outcome",
        "calloutcome",
        (*OUTCOMES, "verifier_gone", "applicant_gone", "left"),
    )
    with op.batch_alter_table("call") as batch_op:
        for name in ("applicant_arrived_at", *SEEN):
            batch_op.add_column(sa.Column(name, tables.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE call SET applicant_seen_at = started_at, verifier_seen_at = started_at")
    with op.batch_alter_table("call") as batch_op:
        for name in SEEN:
            batch_op.alter_column(name, nullable=False)
    with op.batch_alter_table("given_answer") as batch_op:
        batch_op.alter_column("body", existing_type=sa.JSON(), nullable=True)
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(
            sa.Column("disabled_at", tables.UtcDateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("disabled_at")
    op.execute("DELETE FROM given_answer WHERE body IS NULL")
    with op.batch_alter_table("given_answer") as batch_op:
        batch_op.alter_column("body", existing_type=sa.JSON(), nullable=False)
    op.execute(
        "UPDATE call SET outcome = 'returned' WHERE outcome IN ('verifier_gone', 'applicant_gone')"
    )
    op.execute("UPDATE call SET outcome = 'absent' WHERE outcome = 'left'")
    with op.batch_alter_table("call") as batch_op:
        for name in ("applicant_arrived_at", *SEEN):
            batch_op.drop_column(name)
    _allow("call", "outcome", "calloutcome", OUTCOMES)
    op.execute("UPDATE ticket SET state = 'waiting' WHERE state = 'set_aside'")
    _one_live_ticket("state IN ('waiting', 'in_call')")
    _allow("ticket", "state", "ticketstate", TICKET_STATES)
    op.drop_table("absence")


def _allow(table: str, column: str, name: str, words: tuple[str, ...]) -> None:
    """Let a column of states hold these words, and no others."""
    constraint = op.f(f"ck_{table}_{name}")
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, sa.text(f"{column} IN ({listed})"))


def _one_live_ticket(states: str) -> None:
    name, condition = "uq_ticket_live_applicant", sa.text(states)
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.drop_index(name)
        batch_op.create_index(
            name,
            ["applicant"],
            unique=True,
            sqlite_where=condition,
            postgresql_where=condition,
        )
