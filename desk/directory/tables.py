"""Agencies, their units, and the roles one can apply for: data that an administrator edits."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id, words_of

LONGEST_NAME = 200
# Without its accents a character is three at most.
LONGEST_KEY = 3 * LONGEST_NAME


class AgencyKind(StrEnum):
    """What an agency is; the order is that in which people are asked."""

    MINISTRY = "ministry"
    BODY = "body"
    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"
    COMPANY = "company"


class Agency(Base):
    """An agency, its zone of time included. One that is retired is no longer offered.

    `code` is by what it is known to the loader: that of its region, or the acronym in `central.csv`
    (which can be searched for); who was added by an administrator has none.
    """

    __tablename__ = "agency"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    kind: Mapped[AgencyKind] = mapped_column(words_of(AgencyKind))
    code: Mapped[str | None] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    timezone: Mapped[str] = mapped_column(String(40))
    retired_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("kind", "name_key"),)

    @property
    def province(self) -> str | None:
        """The two digits of its province, for a region."""
        start = (self.code or "")[:2]
        return start if start.isdigit() else None


class Unit(Base):
    """A unit (satuan kerja) of an agency, made by whoever first applied for it.

    One that was merged keeps its name, as another one of the unit `merged_into`.
    """

    __tablename__ = "unit"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    address: Mapped[str | None] = mapped_column(String(500))
    tax_number: Mapped[str | None] = mapped_column(String(16))
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("unit.id"), index=True)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("agency", "name_key"),)


class ProfileType(StrEnum):
    """On which side of a procurement a role stands."""

    NON_PENYEDIA = "non_penyedia"
    PENYEDIA = "penyedia"


class Way(StrEnum):
    """How an application for a role is verified."""

    CALL = "call"
    DOCUMENTS = "documents"


class RoleForm(Base):
    """A role one can apply for, and its form.

    `fields` says of each field that is asked whether it is "required" or "optional".
    """

    __tablename__ = "role_form"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    profile_type: Mapped[ProfileType] = mapped_column(words_of(ProfileType))
    name_id: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    way: Mapped[Way] = mapped_column(words_of(Way))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    is_offered: Mapped[bool]
    position: Mapped[int]
