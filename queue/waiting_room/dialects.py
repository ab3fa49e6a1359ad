"""What SQLite and PostgreSQL both can, but SQLAlchemy spells once for each."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from waiting_room.tables import Base

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: AsyncSession, table: type[Base] | Table) -> Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
