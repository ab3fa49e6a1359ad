"""Sending what lies in the outbox, by SMTP or into a folder; a mail that fails is tried again.

A mail is marked as sent after the server took it. A crash in between sends it twice, with the same
Message-ID, which mail programs show once: at least once is the promise, never less.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from sqlalchemy import select, update

from desk.clock import Clock
from desk.database import Database
from desk.notices.tables import OutboxMail
from desk.settings import Settings

log = logging.getLogger(__name__)

Transport = Callable[[EmailMessage], Awaitable[None]]

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
MOST_DOUBLINGS = 16
IDLE_S = 5.0
TIMEOUT_S = 30.0
LONGEST_WORDS = 200


def _one_line(words: str) -> str:
    """Words for a header, which must never begin another one.

    Neither by a control character, nor by one inside an encoded word (RFC 2047: "=?"), which the
    email package would decode, nor by being longer than a line may be (RFC 5321, 4.5.3.1.6).
    """
    printable = "".join(c if c.isprintable() else " " for c in words.replace("=?", "= ?"))
    return " ".join(printable.split())[:LONGEST_WORDS]


def compose(mail: OutboxMail, sender: str) -> EmailMessage:
    """The message on the wire: text and HTML, one recipient, the stored Message-ID."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(display_name=_one_line(mail.recipient_name), addr_spec=mail.recipient)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text_body)
    message.add_alternative(mail.html_body, subtype="html")
    # Last: setting the content takes every Content-* header away.
    message["Content-Language"] = "id"
    return message


def transport_of(settings: Settings) -> Transport:
    """SMTP where DESK_SMTP_URL names a server, else the folder `mail` in the data directory."""
    return (
        _by_smtp(settings.smtp_url) if settings.smtp_url else _to_folder(settings.data_dir / "mail")
    )


def _by_smtp(url: str) -> Transport:
    server = urlsplit(url)
    secure = server.scheme == "smtps"
    wants_starttls = parse_qs(server.query).get("starttls") == ["1"]

    async def send(message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=server.hostname,
            port=server.port or (465 if secure else 25),
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=secure,
            start_tls=wants_starttls if not secure else False,
            timeout=TIMEOUT_S,
        )

    return send


def _to_folder(folder: Path) -> Transport:
    def write(message: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").replace("/", "_")
        (folder / f"{name}.eml").write_bytes(message.as_bytes())

    async def send(message: EmailMessage) -> None:
        await asyncio.to_thread(write, message)

    return send


class Delivery:
    """Empties the outbox as long as it runs."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        """`written` is set by whoever has committed a mail, and shortens the wait."""
        self._sender = settings.mail_from
        self._send = transport_of(settings)
        self._clock = clock
        self._database = database
        self.written = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled."""
        task = asyncio.current_task()
        # `wait_for` of Python 3.11, which the SMTP client uses, can swallow the cancellation.
        while task and not task.cancelling():
            try:
                await self.deliver_due()
            except Exception:
                log.exception("the outbox could not be read")
            try:
                async with asyncio.timeout(IDLE_S):
                    await self.written.wait()
            except TimeoutError:
                continue
            self.written.clear()

    async def deliver_due(self) -> int:
        """Try every mail that is due once: how many were sent."""
        due = select(OutboxMail).where(
            OutboxMail.sent_at.is_(None), OutboxMail.next_attempt_at <= self._clock.now()
        )
        async with self._database.reading() as session:
            mails = list((await session.execute(due.order_by(OutboxMail.created_at))).scalars())
        return sum([await self._deliver(mail) for mail in mails])

    async def _deliver(self, mail: OutboxMail) -> bool:
        try:
            await self._send(compose(mail, self._sender))
        except Exception as error:
            # Whatever is wrong with this mail or on its way must not keep those behind it.
            log.warning("mail %s was not sent: %r", mail.message_id, error)
            await self._failed(mail, str(error) or repr(error))
            return False
        await self._update(mail, sent_at=self._clock.now(), attempts=mail.attempts + 1)
        return True

    async def _failed(self, mail: OutboxMail, error: str) -> None:
        # Bounded before it is raised: hundreds of attempts would give more days than there are.
        pause = min(FIRST_RETRY * 2 ** min(mail.attempts, MOST_DOUBLINGS), LONGEST_RETRY)
        await self._update(
            mail,
            attempts=mail.attempts + 1,
            last_error=error[:300],
            next_attempt_at=self._clock.now() + pause,
        )

    async def _update(self, mail: OutboxMail, **values: datetime | int | str) -> None:
        async with self._database.writing() as session:
            still_unsent = update(OutboxMail).where(
                OutboxMail.id == mail.id, OutboxMail.sent_at.is_(None)
            )
            await session.execute(still_unsent.values(**values))
