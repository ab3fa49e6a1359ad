"""The way a mail leaves: by SMTP, or into a folder; and what stood in its way, in a word.

Python's own SSL_CERT_FILE names further certificates to trust, for a server of one's own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from desk.settings import Settings

TIMEOUT_S = 30.0
PERMANENT = range(500, 600)
LONGEST_ERROR = 300

Transport = Callable[[EmailMessage], Awaitable[None]]


class Trouble(StrEnum):
    """Why a mail has not been sent."""

    UNREACHABLE = "unreachable"
    NOT_LET_IN = "not_let_in"
    RECIPIENT_REFUSED = "recipient_refused"
    POSTPONED = "postponed"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    UNSENDABLE = "unsendable"


class NotSent(Exception):
    """A mail did not leave. `detail` is what the server or the machine said, for operators.

    `is_everybodys`: it would have happened to any mail. `is_final`: another try is of no use.
    """

    def __init__(
        self,
        trouble: Trouble,
        cause: Exception,
        *,
        is_everybodys: bool = False,
        is_final: bool = False,
    ) -> None:
        """Keep why, and whom it concerns."""
        self.trouble = trouble
        self.detail = _said(cause)
        self.is_everybodys = is_everybodys
        self.is_final = is_final
        super().__init__(f"{trouble}: {self.detail}")


def _said(cause: Exception) -> str:
    said = str(cause) or repr(cause)
    if isinstance(cause, aiosmtplib.SMTPResponseException):
        said = f"{cause.code} {cause.message}"
    # A server may answer anything, and a database does not keep everything.
    return "".join(c if c.isprintable() else " " for c in said)[:LONGEST_ERROR]


def transport_of(settings: Settings) -> Transport:
    """SMTP where DESK_SMTP_URL names a server, else the folder `mail` in the data directory.

    The transport raises NotSent.
    """
    return (
        _by_smtp(settings.smtp_url) if settings.smtp_url else _to_folder(settings.data_dir / "mail")
    )


def _client(url: str) -> aiosmtplib.SMTP:
    server = urlsplit(url)
    secure = server.scheme == "smtps"
    wants_starttls = parse_qs(server.query).get("starttls") == ["1"]
    return aiosmtplib.SMTP(
        hostname=server.hostname,
        port=server.port or (465 if secure else 25),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=secure,
        start_tls=wants_starttls and not secure,
        timeout=TIMEOUT_S,
    )


def _by_smtp(url: str) -> Transport:
    async def send(message: EmailMessage) -> None:
        client = _client(url)
        try:
            await client.connect()
        except Exception as error:
            raise _not_connected(error) from error
        try:
            await client.send_message(message)
            # The server has it: however the good-bye goes, the mail is sent.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
        except Exception as error:
            raise _not_taken(error) from error
        finally:
            client.close()

    return send


def _not_connected(error: Exception) -> NotSent:
    """No connection, no TLS, or a password that is wrong: no other mail would fare better."""
    refused = isinstance(error, aiosmtplib.SMTPAuthenticationError)
    trouble = Trouble.NOT_LET_IN if refused else Trouble.UNREACHABLE
    return NotSent(trouble, error, is_everybodys=True)


def _not_taken(error: Exception) -> NotSent:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        (refused,) = error.recipients
        if refused.code in PERMANENT:
            return NotSent(Trouble.RECIPIENT_REFUSED, refused, is_final=True)
        return NotSent(Trouble.POSTPONED, refused)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return NotSent(Trouble.REFUSED if error.code in PERMANENT else Trouble.POSTPONED, error)
    if isinstance(error, TimeoutError):
        # Nobody waits for a server that has gone silent half a minute for each further mail.
        return NotSent(Trouble.CUT_OFF, error, is_everybodys=True)
    if isinstance(error, OSError):
        return NotSent(Trouble.CUT_OFF, error)
    return NotSent(Trouble.UNSENDABLE, error)


def _to_folder(folder: Path) -> Transport:
    def write(message: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").replace("/", "_")
        (folder / f"{name}.eml").write_bytes(message.as_bytes())

    async def send(message: EmailMessage) -> None:
        try:
            await asyncio.to_thread(write, message)
        except OSError as error:
            raise NotSent(Trouble.UNREACHABLE, error, is_everybodys=True) from error

    return send
