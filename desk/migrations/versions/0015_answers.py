"""What was typed for an access is kept with it, for whoever applies again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("access") as batch_op:
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=True))
    op.execute("UPDATE access SET answers = '{}'")
    with op.batch_alter_table("access") as batch_op:
        batch_op.alter_column("answers", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("access") as batch_op:
        batch_op.drop_column("answers")
