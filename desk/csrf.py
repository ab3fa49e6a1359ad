"""CSRF tokens: made of the browser's cookie, so that nothing is stored, and never twice the same.

A page is compressed, and shows what others wrote. Were its token always the same, whoever can
write there and see the page's length could guess it letter by letter (BREACH): so each page has it
under a fresh mask.
"""

import hmac
import secrets

from desk.keyring import derive


def token_for(secret_key: str, cookie: str) -> str:
    """A token of this cookie, in hexadecimal."""
    truth = _truth(secret_key, cookie)
    mask = secrets.token_bytes(len(truth))
    return (mask + _masked(mask, truth)).hex()


def is_token_for(secret_key: str, cookie: str, token: str) -> bool:
    """Whether the token was made of this cookie."""
    truth = _truth(secret_key, cookie)
    try:
        given = bytes.fromhex(token)
    except ValueError:
        return False
    mask, masked = given[: len(truth)], given[len(truth) :]
    return len(masked) == len(truth) and hmac.compare_digest(_masked(mask, masked), truth)


def _truth(secret_key: str, cookie: str) -> bytes:
    return hmac.digest(derive(secret_key, "csrf"), cookie.encode(), "sha256")


def _masked(mask: bytes, text: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, text, strict=True))
