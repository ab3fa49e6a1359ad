"""What somebody has uploaded, before and after it belongs to an application."""

import sqlalchemy as sa
from alembic import op

from waiting_room.tables import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("account", sa.String(22), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("stored_as", sa.String(22), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("access", sa.String(22), nullable=True),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_upload_access_access")),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_upload_account_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    for column in ("account", "access"):
        op.create_index(f"ix_upload_{column}", "upload", [column])


def downgrade() -> None:
    op.drop_table("upload")
