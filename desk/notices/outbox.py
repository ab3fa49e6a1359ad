"""Writing a mail into the outbox, in the transaction of the act that it tells of."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.tables import Account
from desk.notices.tables import OutboxMail
from waiting_room.tables import new_id


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's words, in both forms."""

    subject: str
    text_body: str
    html_body: str


def enqueue(
    session: AsyncSession, kind: str, to: Account, mail: Mail, public_url: str, now: datetime
) -> None:
    """Have the mail sent once the open transaction is committed; its Message-ID is fixed here."""
    mail_id = new_id()
    host = urlsplit(public_url).hostname or "localhost"
    session.add(
        OutboxMail(
            id=mail_id,
            message_id=f"<{kind}.{mail_id}@{host}>",
            kind=kind,
            recipient=to.email,
            recipient_name=to.name,
            subject=mail.subject,
            text_body=mail.text_body,
            html_body=mail.html_body,
            created_at=now,
            next_attempt_at=now,
        )
    )
