"""Passwords: argon2id, in a thread, because a hash takes tens of milliseconds on purpose."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# OWASP's minimum: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 256

# Checked when no account has the address, so that knowing one takes as long as not (T-15).
NOBODYS_HASH = HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return await asyncio.to_thread(HASHER.hash, _normal(password))


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; without a stored hash it is wrong, after the same work."""
    matches = await asyncio.to_thread(_matches, stored or NOBODYS_HASH, password)
    return matches and bool(stored)
