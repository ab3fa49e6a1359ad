"""How much one may ask of the desk: every limit of its requests in one table.

They are generous: a thousand pages that come back at once from behind one address, each with a
session of its own, do not meet them. How often a password may be tried is `accounts/attempts.py`.
"""

from ipaddress import IPv6Address, ip_address

from limits import (
    RateLimitItem,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from desk.problems import Problem
from desk.words import _

OF_A_SESSION = RateLimitItemPerSecond(300, 10, namespace="session")
OF_AN_ADDRESS = RateLimitItemPerSecond(600, 10, namespace="address")
JOINS_OF_AN_ACCOUNT = RateLimitItemPerMinute(30, 10, namespace="joins")
# A check of the connection asks twice.
SPEED_OF_AN_ACCOUNT = RateLimitItemPerMinute(40, 5, namespace="speed")
# Somebody who types fast, in two fields.
SEARCHES_OF_AN_ACCOUNT = RateLimitItemPerSecond(60, 10, namespace="searches")
# Each takes a child process a second or two.
UPLOADS_OF_AN_ACCOUNT = RateLimitItemPerMinute(30, 10, namespace="uploads")
# Beyond these a refusal is still one, but the log does not grow with it.
DENIALS_OF_AN_ACCOUNT = RateLimitItemPerMinute(120, 1, namespace="denials")
# A whole office may sign up on one morning, from behind one address.
ACCOUNTS_OF_AN_ADDRESS = RateLimitItemPerHour(200, namespace="accounts")
# Whoever has a mailbox is not to drown in our mails because somebody else types its address.
MAILS_TO_A_MAILBOX = RateLimitItemPerHour(5, namespace="mails")
REMINDERS_TO_A_MAILBOX = RateLimitItemPerMinute(1, 15, namespace="reminders")

LARGEST_BODY_BYTES = 256 * 1024
SLOWEST_BODY_S = 20.0
# 2 MB on a line of 150 kbit/s.
SLOWEST_UPLOAD_S = 120.0


class Limits:
    """Counts in fixed windows, which cost the same whoever asks.

    `slowest_body_s`: how long the body of a request may take; `slowest_upload_s`: one with a file.
    """

    slowest_body_s = SLOWEST_BODY_S
    slowest_upload_s = SLOWEST_UPLOAD_S

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def one_more(self, limit: RateLimitItem, of: str) -> bool:
        """Count one, and say whether it is within the limit."""
        return await self._limiter.hit(limit, of)

    async def demand(self, limit: RateLimitItem, of: str) -> None:
        """Count one. Raises the Problem too_many where that is one too many."""
        if not await self.one_more(limit, of):
            raise _too_many(limit.get_expiry())


def network_of(address: str | None) -> str:
    """What counts as one address: of IPv6 the /64, of which a single household has them all."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return ""
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def too_slow() -> Problem:
    """The body of a request did not come in time."""
    return Problem(
        408,
        "request_timeout",
        _("Kiriman terlalu lambat"),
        _("Kiriman Anda tidak sampai dengan lengkap. Periksa sambungan Anda, lalu coba lagi."),
    )


def _too_many(retry_after_s: int) -> Problem:
    return Problem(
        429,
        "too_many_requests",
        _("Terlalu banyak permintaan"),
        _("Permintaan Anda terlalu sering. Tunggu sebentar, lalu coba lagi."),
        retry_after_s=retry_after_s,
    )
