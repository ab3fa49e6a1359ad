"""The language that somebody has chosen, and that of each mail: until now all were Indonesian."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ("account", "outbox_mail")
LANGUAGE = sa.Enum(
    "id", "en", name="language", native_enum=False, create_constraint=True, length=24
)


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("language", LANGUAGE, nullable=True))
    op.execute("UPDATE outbox_mail SET language = 'id'")
    with op.batch_alter_table("outbox_mail") as batch_op:
        batch_op.alter_column("language", existing_type=LANGUAGE, nullable=False)


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_language"), type_="check")
            batch_op.drop_column("language")
