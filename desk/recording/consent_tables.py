"""What applicants have answered when asked whether their call may be recorded."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id, words_of

LONGEST_USER_AGENT = 400


class Answer(StrEnum):
    """What was answered."""

    GIVEN = "given"
    REFUSED = "refused"


class ConsentText(Base):
    """A text that somebody has answered, word for word, under its SHA-256."""

    __tablename__ = "consent_text"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)


class Consent(Base):
    """One answer, for one meeting. Another one replaces it and leaves it there, as a proof."""

    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    version: Mapped[str] = mapped_column(String(24))
    text_sha256: Mapped[str] = mapped_column(ForeignKey("consent_text.sha256"))
    answer: Mapped[Answer] = mapped_column(words_of(Answer))
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(LONGEST_USER_AGENT))
    replaced_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_consent_meeting_standing",
            "meeting",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    @property
    def allows(self) -> bool:
        """Whether the call may be recorded by it."""
        return self.answer is Answer.GIVEN and self.withdrawn_at is None
