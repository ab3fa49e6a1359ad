"""The first tables."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0001"
down_revision = None

APPEND_ONLY = ("audit_entry", "audit_seal")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "applicant",
                "verifier",
                "supervisor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("desk_number", sa.Integer(), nullable=True),
        sa.Column("identity_number", sa.String(length=16), nullable=True),
        sa.Column("employee_number", sa.String(length=24), nullable=True),
        sa.Column("profile_verified_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=22), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)

    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("recipient_name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text_body", sa.Text(), nullable=False),
        sa.Column("html_body", sa.Text(), nullable=False),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("sent_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_mail_message_id")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_mail_unsent",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "shift",
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "in_call",
                "wrap_up",
                "on_break",
                "off",
                name="shiftstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("since_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("verifier", name=op.f("pk_shift")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("applicant", sa.String(length=22), nullable=False),
        sa.Column("meeting", sa.String(length=22), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "in_call",
                "served",
                "left",
                "absent",
                name="ticketstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("order_class", sa.Integer(), nullable=False),
        sa.Column("order_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("joined_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("waiting_since_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_called_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_joined_at", ["joined_at"], unique=False)
        batch_op.create_index(
            "ix_ticket_line", ["state", "order_class", "order_at", "joined_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ticket_meeting"), ["meeting"], unique=False)
        batch_op.create_index(
            "uq_ticket_live_applicant",
            ["applicant"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'in_call')"),
            postgresql_where=sa.text("state IN ('waiting', 'in_call')"),
        )

    op.create_table(
        "access",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("applicant", sa.String(length=22), nullable=False),
        sa.Column("copied_from", sa.String(length=22), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "approved",
                "rejected",
                name="accessstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.String(length=16), nullable=False),
        sa.Column("agency_type", sa.String(length=16), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("unit_tax_number", sa.String(length=24), nullable=False),
        sa.Column("letter_number", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["applicant"], ["account.id"], name=op.f("fk_access_applicant_account")
        ),
        sa.ForeignKeyConstraint(
            ["copied_from"], ["access.id"], name=op.f("fk_access_copied_from_access")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
        sa.UniqueConstraint("copied_from", name=op.f("uq_access_copied_from")),
        sa.UniqueConstraint("number", name=op.f("uq_access_number")),
    )
    with op.batch_alter_table("access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_applicant"), ["applicant"], unique=False)

    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry"], ["audit_entry.id"], name=op.f("fk_audit_seal_entry_audit_entry")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry", name=op.f("uq_audit_seal_entry")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("ticket", sa.String(length=22), nullable=False),
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column("is_first", sa.Boolean(create_constraint=True, name="is_first"), nullable=False),
        sa.Column("waited_s", sa.Double(), nullable=False),
        sa.Column("started_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved",
                "rejected",
                "returned",
                "absent",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"], name=op.f("fk_call_ticket_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_ended_at", ["ended_at"], unique=False)
        batch_op.create_index("ix_call_started_at", ["started_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_ticket"), ["ticket"], unique=False)
        batch_op.create_index(
            "uq_call_open_ticket",
            ["ticket"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_call_open_verifier",
            ["verifier"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "given_answer",
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("given_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_given_answer_account_account")
        ),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_given_answer")),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=22), nullable=False),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_sign_in_account_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account"), ["account"], unique=False)

    op.create_table(
        "chat_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("sender", sa.String(length=22), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_chat_line_call_call")),
        sa.ForeignKeyConstraint(
            ["sender"], ["account.id"], name=op.f("fk_chat_line_sender_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_line")),
    )
    with op.batch_alter_table("chat_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_line_call"), ["call"], unique=False)

    op.create_table(
        "check_mark",
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("marked_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_check_mark_call_call")),
        sa.PrimaryKeyConstraint("call", "step", name=op.f("pk_check_mark")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("access", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_as", sa.String(length=22), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_document_access_access")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_access"), ["access"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("access", sa.String(length=22), nullable=False),
        sa.Column("starts_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_meeting_access_access")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("access", name=op.f("uq_meeting_access")),
    )
    op.create_table(
        "review",
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("access", sa.String(length=22), nullable=False),
        sa.Column("challenge", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_review_access_access")),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_review_call_call")),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_access"), ["access"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("call", sa.String(length=22), nullable=False),
        sa.Column("access", sa.String(length=22), nullable=False),
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approved",
                "rejected",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("decided_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["access"], ["access.id"], name=op.f("fk_verdict_access_access")),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name=op.f("fk_verdict_call_call")),
        sa.ForeignKeyConstraint(
            ["verifier"], ["account.id"], name=op.f("fk_verdict_verifier_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint("access", name=op.f("uq_verdict_access")),
        sa.UniqueConstraint("call", name=op.f("uq_verdict_call")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index("ix_verdict_decided_at", ["decided_at"], unique=False)
    _let_them_only_grow()


def downgrade() -> None:
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_decided_at")

    op.drop_table("verdict")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_access"))

    op.drop_table("review")
    op.drop_table("meeting")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_access"))

    op.drop_table("document")
    op.drop_table("check_mark")
    with op.batch_alter_table("chat_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_line_call"))

    op.drop_table("chat_line")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_account"))

    op.drop_table("sign_in")
    op.drop_table("given_answer")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_call_open_verifier",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_call_open_ticket",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_call_ticket"))
        batch_op.drop_index("ix_call_started_at")
        batch_op.drop_index("ix_call_ended_at")

    op.drop_table("call")
    op.drop_table("audit_seal")
    with op.batch_alter_table("access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_applicant"))

    op.drop_table("access")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ticket_live_applicant",
            sqlite_where=sa.text("state IN ('waiting', 'in_call')"),
            postgresql_where=sa.text("state IN ('waiting', 'in_call')"),
        )
        batch_op.drop_index(batch_op.f("ix_ticket_meeting"))
        batch_op.drop_index("ix_ticket_line")
        batch_op.drop_index("ix_ticket_joined_at")

    op.drop_table("ticket")
    op.drop_table("shift")
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_mail_unsent",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.drop_table("outbox_mail")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_at")

    op.drop_table("audit_entry")
    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _let_them_only_grow() -> None:
    changes: tuple[str, ...] = ("UPDATE", "DELETE")
    if op.get_bind().dialect.name == "postgresql":
        changes = (*changes, "TRUNCATE")
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in APPEND_ONLY:
        for change in changes:
            name = f"{table}_no_{change.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} {_refusal(table)}")


def _refusal(table: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    return f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
