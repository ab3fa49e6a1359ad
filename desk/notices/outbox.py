"""Writing a mail into the outbox, in the transaction of the act that it tells of.

And what became of those that were not sent.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.tables import Account
from desk.authority import Found, Parties
from desk.language import DEFAULT, Language
from desk.notices.tables import OutboxMail
from desk.problems import not_found
from waiting_room.tables import new_id


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's words, in both forms, and the file of the meeting that it tells of."""

    subject: str
    text_body: str
    html_body: str
    language: Language = DEFAULT
    calendar: str | None = None


def enqueue(
    session: AsyncSession, kind: str, to: Account, mail: Mail, public_url: str, now: datetime
) -> None:
    """Have the mail sent once the open transaction is committed; its Message-ID is fixed here.

    Until an address is confirmed its name is what some stranger has typed: it is left out.
    """
    mail_id = new_id()
    host = urlsplit(public_url).hostname or "localhost"
    session.add(
        OutboxMail(
            id=mail_id,
            message_id=f"<{kind}.{mail_id}@{host}>",
            kind=kind,
            recipient=to.email,
            recipient_name=to.name if to.confirmed_at else "",
            subject=mail.subject,
            text_body=mail.text_body,
            html_body=mail.html_body,
            calendar=mail.calendar,
            language=mail.language,
            created_at=now,
            due_since_at=now,
            next_attempt_at=now,
        )
    )


class Unsent(NamedTuple):
    """How many mails were given up, and how many are still tried after a first failure."""

    failed: int
    troubled: int


async def count_unsent(session: AsyncSession) -> Unsent:
    """The mails that somebody should know of."""
    failed = func.count(OutboxMail.failed_at)
    statement = select(failed, func.count(OutboxMail.trouble) - failed)
    row = (await session.execute(statement.where(OutboxMail.sent_at.is_(None)))).one()
    return Unsent(*row)


class MailState(StrEnum):
    """What became of a mail so far."""

    FAILED = "failed"
    TRIED = "tried"
    SENT = "sent"


async def mails_of(session: AsyncSession, state: MailState, most: int) -> list[OutboxMail]:
    """Mails that were given up, that are still tried, or that were sent: the newest so many."""
    unsent, kept = OutboxMail.sent_at.is_(None), OutboxMail.failed_at.is_(None)
    conditions = {
        MailState.FAILED: (unsent, ~kept),
        MailState.TRIED: (unsent, kept),
        MailState.SENT: (~unsent,),
    }
    statement = select(OutboxMail).where(*conditions[state])
    newest = statement.order_by(OutboxMail.created_at.desc(), OutboxMail.id).limit(most)
    return list((await session.execute(newest)).scalars())


async def find_mail(session: AsyncSession, mail_id: str) -> Found[OutboxMail]:
    """A mail for the authority; it concerns no party of its own. Raises the Problem not_found."""
    mail = await session.get(OutboxMail, mail_id)
    if mail is None:
        raise not_found()
    return Found(mail, Parties())


async def put_back(session: AsyncSession, mail_id: str, now: datetime) -> bool:
    """Have an unsent mail tried now, and for another day: false where it was sent meanwhile."""
    unsent = update(OutboxMail).where(OutboxMail.id == mail_id, OutboxMail.sent_at.is_(None))
    changed = await session.execute(
        unsent.values(failed_at=None, next_attempt_at=now, due_since_at=now, attempts=0).returning(
            OutboxMail.id
        )
    )
    return changed.scalar_one_or_none() is not None
