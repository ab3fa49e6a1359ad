"""Keys: one secret of the operator's, one derived key for each purpose."""

import hashlib
import hmac


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose; knowing one such key tells nothing of another."""
    return hmac.digest(secret.encode(), f"meja-verifikasi/{purpose}".encode(), hashlib.sha256)


def keyed_hash(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 in hexadecimal."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()
