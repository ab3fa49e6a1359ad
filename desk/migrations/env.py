"""Alembic's entry: runs the migrations on the connection that `migrate.py` hands in."""

from alembic import context

import desk.access.tables
import desk.accounts.tables
import desk.audit
import desk.call_quality
import desk.directory.tables
import desk.idempotency
import desk.notices.tables
import desk.recording.consent_tables
import desk.recording.pauses
import desk.recording.tables
import desk.schedule.tables  # noqa: F401  the imports fill the metadata
from waiting_room.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    user_module_prefix="tables.",
)
with context.begin_transaction():
    context.run_migrations()
