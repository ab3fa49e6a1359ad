"""What all desks of a test run compile once: each desk has environments and engines of its own."""

from functools import cache, partial
from gzip import compress
from typing import Any

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine

from desk.assets import Assets


class Compiled(BytecodeCache):
    """Keeps templates in memory; what has changed since is known by its checksum."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was compiled before, if it was."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class Alike:
    """Dialects of one kind are equal: what was compiled for one engine is found by the next."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class SQLite(Alike, SQLiteDialect_aiosqlite):
    """As it comes, but for that."""

    supports_statement_cache = True


class PostgreSQL(Alike, PGDialect_asyncpg):
    """As it comes, but for that."""

    supports_statement_cache = True


def compile_once(patched: pytest.MonkeyPatch) -> None:
    """From now on: templates, statements by their whole structure, and what is served for ever."""
    statements: dict[Any, Any] = {}
    registry.register("sqlite.aiosqlite", __name__, SQLite.__name__)
    registry.register("postgresql.asyncpg", __name__, PostgreSQL.__name__)
    keeping = partial(create_async_engine, execution_options={"compiled_cache": statements})
    patched.setattr("desk.database.create_async_engine", keeping)
    patched.setattr("desk.templating.Environment", partial(Environment, bytecode_cache=Compiled()))
    patched.setattr("desk.assets.gzip.compress", cache(compress))
    patched.setattr("desk.app.Assets", cache(Assets))
