"""The outbox: mails written in the transaction of the act that they tell of."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.language import Language
from waiting_room.tables import ID_LENGTH, Base, new_id, words_of

UNSENT = text("sent_at IS NULL")


class OutboxMail(Base):
    """A mail to be sent, whole, with the Message-ID that every attempt carries.

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
    language: Mapped[Language] = mapped_column(words_of(Language))
    created_at: Mapped[datetime]
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
