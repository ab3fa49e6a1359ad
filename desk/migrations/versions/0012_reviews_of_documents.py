"""Accesses that are reviewed by their documents alone: who has claimed them, and their verdicts."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0012"
down_revision = "0011"

OUTCOME = sa.Enum(
    "approved", "rejected", "returned", "lapsed",
    name="claimoutcome", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip
STATES = "state IN ({more}'scheduled', 'approved', 'rejected', 'expired')"
KINDS = (
    "kind IN ({more}'booked', 'moved', 'day_before', 'hour_before', 'missed', 'cancelled', "
    "'verdict', 'expiring', 'expired')"
)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _make_claims()
    _allow("access", "accessstate", STATES.format(more="'submitted', "))
    for table in ("notice", "reminder"):
        _allow(table, "kind", KINDS.format(more="'received', "))
    number = sa.String(length=16)
    with op.batch_alter_table("access") as batch_op:
        batch_op.add_column(sa.Column("company_number", number, nullable=True))
    op.execute("UPDATE access SET company_number = ''")
    with op.batch_alter_table("access") as batch_op:
        batch_op.alter_column("company_number", existing_type=number, nullable=False)
    with op.batch_alter_table("verdict") as batch_op:
        batch_op.add_column(sa.Column("claim", sa.String(length=22), nullable=True))
        batch_op.alter_column("call", existing_type=sa.String(length=22), nullable=True)
        batch_op.create_foreign_key(op.f("fk_verdict_claim_claim"), "claim", ["claim"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_verdict_claim"), ["claim"])
        batch_op.create_check_constraint(
            op.f("ck_verdict_made_in"), "(call IS NULL) <> (claim IS NULL)"
        )


def _make_claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("access", sa.String(length=22), nullable=False),
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column("claimed_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("acted_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", OUTCOME, nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_claim_access_access")),
        sa.ForeignKeyConstraint(
            ["verifier"], ["account.id"], name=op.f("fk_claim_verifier_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_access"), "claim", ["access"])
    for column in ("access", "verifier"):
        op.create_index(
            f"uq_claim_open_{column}", "claim", [column],
            unique=True, sqlite_where=OPEN, postgresql_where=OPEN,
        )  # fmt: skip
    op.create_table(
        "claim_mark",
        sa.Column("claim", sa.String(length=22), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("marked_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_mark_claim_claim")),
        sa.PrimaryKeyConstraint("claim", "step", name=op.f("pk_claim_mark")),
    )


def _allow(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def downgrade() -> None:
    # A decision that was made by documents has no place before.
    op.execute("DELETE FROM verdict WHERE claim IS NOT NULL")
    op.execute("UPDATE access SET state = 'rejected' WHERE state = 'submitted'")
    for table in ("notice", "reminder"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'received'")  # noqa: S608  names of ours
        _allow(table, "kind", KINDS.format(more=""))
    _allow("access", "accessstate", STATES.format(more=""))
    with op.batch_alter_table("verdict") as batch_op:
        batch_op.drop_constraint(op.f("ck_verdict_made_in"), type_="check")
        batch_op.drop_constraint(op.f("uq_verdict_claim"), type_="unique")
        batch_op.drop_constraint(op.f("fk_verdict_claim_claim"), type_="foreignkey")
        batch_op.alter_column("call", existing_type=sa.String(length=22), nullable=False)
        batch_op.drop_column("claim")
    with op.batch_alter_table("access") as batch_op:
        batch_op.drop_column("company_number")
    op.drop_table("claim_mark")
    op.drop_table("claim")
