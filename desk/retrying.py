"""Trying again what failed for a reason that passes: a lost connection, a deadlock, a lost race.

Only for work that is one transaction and may run again as a whole. A commit whose answer was lost
may have happened: the work looks up its idempotency key first, and finds what it did.
"""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from asyncpg import CannotConnectNowError, InterfaceError, PostgresConnectionError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from desk.database import Unreachable
from desk.problems import Problem
from desk.words import _

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Given = ParamSpec("Given")

# Growing pauses, of which a part is drawn: about eight seconds in all, by which a PostgreSQL that
# starts again is back. An attempt that waited long for an answer is not made once more.
ATTEMPTS = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S, DRAWN_S = 0.1, 2.0, 0.2
NO_MORE_AFTER_S = 10.0

# PostgreSQL's SQLSTATE: serialization_failure, deadlock_detected; admin_shutdown, crash_shutdown,
# cannot_connect_now; unique_violation: somebody else was first, and a second look finds them.
PASSING_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "23505"})
# What the driver raises while it connects comes as it is.
NO_CONNECTION = (Unreachable, CannotConnectNowError, InterfaceError, PostgresConnectionError)
UNAVAILABLE = (*NO_CONNECTION, PoolTimeout, TimeoutError)
# SQLite: another process holds the file, or the disk does not take any more.
OUT_OF_REACH = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed in a moment."""
    if isinstance(error, DBAPIError) and error.orig:
        # What PostgreSQL answers to a new connection keeps its state in the driver's own error.
        states = {getattr(one, "sqlstate", None) for one in (error.orig, error.orig.__cause__)}
        return error.connection_invalidated or not states.isdisjoint(PASSING_STATES)
    return isinstance(error, NO_CONNECTION)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database cannot be reached, or is not free for us."""
    if isinstance(error, IntegrityError):
        return False
    if isinstance(error, DBAPIError):
        name = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(OUT_OF_REACH) or is_passing(error)
    return isinstance(error, UNAVAILABLE)


async def persistently(work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of `work`, tried again while it fails for a passing reason."""
    attempts = AsyncRetrying(
        retry=retry_if_exception(is_passing),
        wait=wait_exponential(FIRST_PAUSE_S, LONGEST_PAUSE_S) + wait_random(0, DRAWN_S),
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(NO_MORE_AFTER_S),
        reraise=True,
    )

    async def once() -> Result:
        return await work()

    return await attempts(once)


def persistent(
    method: Callable[Given, Awaitable[Result]],
) -> Callable[Given, Coroutine[Any, Any, Result]]:
    """Have a function try again while it fails for a passing reason."""

    @wraps(method)
    async def again(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return await persistently(lambda: method(*args, **kwargs))

    return again


def unavailable() -> Problem:
    """The database is away: what was sent may be sent again, as it was."""
    return Problem(
        503,
        "unavailable",
        _("Meja verifikasi sedang tidak dapat dihubungi"),
        _("Data belum dapat dibaca atau disimpan. Tunggu sebentar, lalu coba lagi."),
    )
