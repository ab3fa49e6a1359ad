"""The tables of the line, and the one `Base` whose metadata every table of the program joins."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 22


def new_id() -> str:
    """A fresh id of 128 random bits, 22 URL-safe characters, not to be guessed (T-01)."""
    return secrets.token_urlsafe(16)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python always; SQLite, which drops the zone, gets it back here and only here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table of the program."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012  SQLAlchemy's own protocol


def table_of(entity: type[Base]) -> Table:
    """The table alone: a statement on it passes the ORM by, which takes longer than to run it."""
    return Base.metadata.tables[entity.__tablename__]


def words_of(states: type[StrEnum]) -> Enum:
    """A column type that stores the enum's words, checked by the database, without a PG type."""
    return Enum(
        states,
        values_callable=lambda members: [str(member.value) for member in members],
        native_enum=False,
        create_constraint=True,
        length=24,
        name=states.__name__.lower(),
    )


class TicketState(StrEnum):
    """Where an applicant's ticket stands; the last three are final.

    Who was away for too long is set aside: no longer in the line, but with the key of its place.
    """

    WAITING = "waiting"
    SET_ASIDE = "set_aside"
    IN_CALL = "in_call"
    SERVED = "served"
    LEFT = "left"
    ABSENT = "absent"


class CallOutcome(StrEnum):
    """How a call ended: by the verifier's choice, by a side that was lost, by the applicant's."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    ABSENT = "absent"
    VERIFIER_GONE = "verifier_gone"
    APPLICANT_GONE = "applicant_gone"
    LEFT = "left"


class ShiftState(StrEnum):
    """What a verifier is doing."""

    READY = "ready"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    ON_BREAK = "on_break"
    OFF = "off"


IS_LIVE = text("state IN ('waiting', 'set_aside', 'in_call')")


class Ticket(Base):
    """A place in the line. `order_class` and `order_at` are written by `order.py` alone."""

    __tablename__ = "ticket"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    applicant: Mapped[str] = mapped_column(String(ID_LENGTH))
    meeting: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    state: Mapped[TicketState] = mapped_column(words_of(TicketState))
    order_class: Mapped[int]
    order_at: Mapped[datetime]
    joined_at: Mapped[datetime]
    waiting_since_at: Mapped[datetime]
    first_called_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_ticket_line", "state", "order_class", "order_at", "joined_at", "id"),
        Index("ix_ticket_joined_at", "joined_at"),
        Index(
            "uq_ticket_live_applicant",
            "applicant",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
    )


class Absence(Base):
    """A waiting ticket that no page of its applicant listens for, and since when.

    Apart from the ticket, because presence is written all the time: whoever takes the next one
    skips tickets that another transaction has locked.
    """

    __tablename__ = "absence"

    ticket: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    since_at: Mapped[datetime]


def _one_open_call_for_each(column: str) -> Index:
    condition: dict[str, Any] = {
        f"{dialect}_where": text("ended_at IS NULL") for dialect in ("sqlite", "postgresql")
    }
    return Index(f"uq_call_open_{column}", column, unique=True, **condition)


class Call(Base):
    """A verifier serving a ticket, from the take to its end; open while `ended_at` is empty.

    `is_first` is false for a ticket that was called before and handed back; `waited_s` are the
    seconds since the ticket joined or was handed back. Each side's `seen_at` is its lease on the
    call; the applicant's counts from the arrival on.
    """

    __tablename__ = "call"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    ticket: Mapped[str] = mapped_column(ForeignKey("ticket.id"), index=True)
    verifier: Mapped[str] = mapped_column(String(ID_LENGTH))
    is_first: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="is_first"))
    waited_s: Mapped[float]
    started_at: Mapped[datetime]
    applicant_arrived_at: Mapped[datetime | None]
    applicant_seen_at: Mapped[datetime]
    verifier_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[CallOutcome | None] = mapped_column(words_of(CallOutcome))

    __table_args__ = (
        _one_open_call_for_each("ticket"),
        _one_open_call_for_each("verifier"),
        Index("ix_call_ended_at", "ended_at"),
        Index("ix_call_started_at", "started_at"),
    )


class Shift(Base):
    """What each verifier is doing now, since when, and why where it is a break."""

    __tablename__ = "shift"

    verifier: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    state: Mapped[ShiftState] = mapped_column(words_of(ShiftState))
    reason: Mapped[str | None] = mapped_column(String(24))
    since_at: Mapped[datetime]
