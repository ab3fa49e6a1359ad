"""The outbox and the notices: written in the transaction of the act that they tell of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.language import Language
from desk.notices.kinds import Kind
from waiting_room.tables import ID_LENGTH, Base, new_id, words_of

UNSENT = text("sent_at IS NULL")


class OutboxMail(Base):
    """A mail to be sent, whole, with the Message-ID that every attempt carries.

    `calendar` is the file of the meeting that it tells of.

    It is tried for a day from `due_since_at` on, when it was written or last put back; after that
    it has failed. `trouble` is why the newest attempt failed, in a word of transport.Trouble, and
    `last_error` what the server said.
    """

    __tablename__ = "outbox_mail"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_name: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(200))
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    language: Mapped[Language] = mapped_column(words_of(Language))
    created_at: Mapped[datetime] = mapped_column(index=True)
    due_since_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    trouble: Mapped[str | None] = mapped_column(String(24))
    last_error: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_outbox_mail_unsent", "next_attempt_at", sqlite_where=UNSENT, postgresql_where=UNSENT
        ),
    )


class Notice(Base):
    """What somebody was told; `facts` are those of kinds.Facts, and `path` is where it leads.

    The words are made when it is shown, in the language that is then being spoken.
    """

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[Kind] = mapped_column(words_of(Kind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    path: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_notice_account_created_at", "account", "created_at"),)


class Reminder(Base):
    """That somebody was reminded of a moment: the start of a meeting, the end of an access.

    `subject` is the id of the meeting or the access. One that is moved has another moment.
    """

    __tablename__ = "reminder"

    subject: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[Kind] = mapped_column(words_of(Kind), primary_key=True)
    moment_at: Mapped[datetime] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
