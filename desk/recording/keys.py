"""The key of each recording, wrapped by the desk's: who destroys it has destroyed the recording."""

import secrets
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from desk.keyring import derive

KEY_BYTES = 32


class KeyLost(Exception):
    """There is no key, or it was not wrapped by this desk: the recording cannot be read."""


def new_key() -> bytes:
    """A fresh key for one recording."""
    return secrets.token_bytes(KEY_BYTES)


def wrap(secret: str, key: bytes) -> str:
    """The key as the database keeps it."""
    return b64encode(aes_key_wrap(derive(secret, "recordings"), key)).decode()


def unwrap(secret: str, wrapped: str | None) -> bytes:
    """The key of a recording. Raises KeyLost."""
    try:
        return aes_key_unwrap(derive(secret, "recordings"), b64decode(wrapped or ""))
    except (InvalidUnwrap, ValueError) as error:
        raise KeyLost from error
