"""People, their sessions, and the links that reach them by mail."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.formats.grades import Service
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

    `language` is what they have chosen, if they ever did. `phone` is in the form of E.164.
    `employee_number` is the NIP or NRP that they have in their `service`.

    Whoever is disabled cannot sign in, and every session of theirs is worth nothing. Nor can
    anybody whose address is not confirmed; an empty `password_hash` fits no password.
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
    service: Mapped[Service | None] = mapped_column(words_of(Service))
    phone: Mapped[str | None] = mapped_column(String(16))
    agency: Mapped[str | None] = mapped_column(String(200))
    profile_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
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


class Purpose(StrEnum):
    """What a link in a mail is for."""

    CONFIRM = "confirm"
    PASSWORD = "password"  # noqa: S105  a word, and no password
    INVITE = "invite"


class MailLink(Base):
    """A link that works once, known by the SHA-256 of the token in its address.

    Also used up are those that a newer one took the place of.
    """

    __tablename__ = "mail_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(words_of(Purpose))
    account: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
