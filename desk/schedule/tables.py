"""Meetings: the booked times."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id


class Meeting(Base):
    """The booked time of an access; the zone it is shown in is the access's."""

    __tablename__ = "meeting"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    access: Mapped[str] = mapped_column(ForeignKey("access.id"), unique=True)
    starts_at: Mapped[datetime]
    created_at: Mapped[datetime]
