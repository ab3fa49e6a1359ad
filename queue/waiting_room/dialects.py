"""What SQLite and PostgreSQL both can, but SQLAlchemy spells once for each."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Table, extract, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from waiting_room.tables import Base

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: AsyncSession, table: type[Base] | Table) -> Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def seconds_between(
    session: AsyncSession, begin: InstrumentedAttribute[Any], end: InstrumentedAttribute[Any]
) -> ColumnElement[float]:
    """The seconds from one column of moments to another."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(begin)) * 86_400.0
    return extract("epoch", end - begin).cast(Float)
