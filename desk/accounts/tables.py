"""People and their sessions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.language import Language
from waiting_room.tables import ID_LENGTH, Base, new_id, words_of


class Role(StrEnum):
    """What somebody is at the desk; each account has exactly one."""

    APPLICANT = "applicant"
    VERIFIER = "verifier"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Account(Base):
    """A person who can sign in. `email` is kept in lower case; `desk_number` is staff's alone.

    `language` is what they have chosen, if they ever did.

    Whoever is disabled cannot sign in, and every session of theirs is worth nothing.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(words_of(Role))
    password_hash: Mapped[str] = mapped_column(String(200))
    desk_number: Mapped[int | None]
    identity_number: Mapped[str | None] = mapped_column(String(16))
    employee_number: Mapped[str | None] = mapped_column(String(24))
    profile_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    language: Mapped[Language | None] = mapped_column(words_of(Language))


class SignIn(Base):
    """A server-side session, known by the SHA-256 of the token in the browser's cookie."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
