"""Meetings and their slots, and the tables that say when the desk is open and who is on duty."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id, words_of


class Scope(StrEnum):
    """For whom an exception holds; the narrower one wins."""

    NATIONAL = "national"
    PROVINCE = "province"
    AGENCY = "agency"


class Season(StrEnum):
    """Which of the two sets of opening hours."""

    NORMAL = "normal"
    RAMADAN = "ramadan"


class Meeting(Base):
    """The booked time of an access; the zone it is shown in is the access's.

    `is_seated` says that it holds a seat of the slot that begins with it. `moves` counts the
    applicant's own changes, `sequence` every change (RFC 5545), `no_shows` the days on which they
    never came. `missed_at` and `no_show_at` speak of the present time. The days within which it
    may be moved count from `movable_from_at`, and where that is empty, from the sending. It has its
    present time since `moved_at`, and where that is empty, from its making.
    """

    __tablename__ = "meeting"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), unique=True)
    starts_at: Mapped[datetime]
    created_at: Mapped[datetime]
    is_seated: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    moves: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    sequence: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    no_shows: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    missed_at: Mapped[datetime | None]
    no_show_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    movable_from_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_meeting_starts_at", "starts_at"),)

    @property
    def told_at(self) -> datetime:
        """When the applicant was told of its present time."""
        return self.moved_at or self.created_at

    def sits_at(self, starts_at: datetime) -> bool:
        """Whether it holds a seat of the slot that begins then."""
        return self.is_seated and self.starts_at == starts_at


IS_FREE = text("taken < capacity")


class Slot(Base):
    """A bookable time: how many seats it has, how many are taken, how many stayed empty."""

    __tablename__ = "slot"

    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    no_shows: Mapped[int] = mapped_column(default=0)

    # The earliest free seat is the first of these, however many are taken before it.
    __table_args__ = (
        Index("ix_slot_free", "starts_at", "day", sqlite_where=IS_FREE, postgresql_where=IS_FREE),
    )


class SlotDay(Base):
    """A day of the desk whose slots are made, and when their seats were last counted."""

    __tablename__ = "slot_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    planned_at: Mapped[datetime]


class DayException(Base):
    """A day that is open or closed against the calendar. `place`: a province's code, an agency.

    What became of those who were booked on it: how many were `moved`, and the numbers of the
    accesses that are `unplaced`.
    """

    __tablename__ = "day_exception"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    day: Mapped[date]
    scope: Mapped[Scope] = mapped_column(words_of(Scope))
    place: Mapped[str] = mapped_column(String(200), default="")
    is_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    moved: Mapped[int] = mapped_column(default=0)
    unplaced: Mapped[list[str]] = mapped_column(JSON, default=list)

    __table_args__ = (UniqueConstraint("day", "scope", "place"),)


class OpeningHours(Base):
    """The desk's hours of a weekday (Monday is 0) in a season, in its own zone."""

    __tablename__ = "opening_hours"

    season: Mapped[Season] = mapped_column(words_of(Season), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[time]
    closes: Mapped[time]
    break_from: Mapped[time]
    break_until: Mapped[time]


class Ramadan(Base):
    """The first and the last day of a year's Ramadan."""

    __tablename__ = "ramadan"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_day: Mapped[date]
    last_day: Mapped[date]


class RosterShift(Base):
    """The hours of a weekday in which a verifier is on duty."""

    __tablename__ = "roster_shift"

    verifier: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begins: Mapped[time]
    ends: Mapped[time]


class RosterException(Base):
    """A day on which a verifier is on duty in other hours, or absent where there are none."""

    __tablename__ = "roster_exception"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    verifier: Mapped[str] = mapped_column(ForeignKey("account.id"))
    day: Mapped[date]
    begins: Mapped[time | None]
    ends: Mapped[time | None]

    __table_args__ = (UniqueConstraint("verifier", "day"),)
