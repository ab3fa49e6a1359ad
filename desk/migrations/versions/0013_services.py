"""In which service somebody has a NIP or NRP, and since when a meeting has its present time."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0013"
down_revision = "0012"

SERVICE = sa.Enum(
    "pns", "pppk", "tni", "polri", "none",
    name="service", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("service", SERVICE, nullable=True))
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.add_column(sa.Column("moved_at", tables.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_column("moved_at")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_constraint(op.f("ck_account_service"), type_="check")
        batch_op.drop_column("service")
