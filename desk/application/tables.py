"""Applications that are still being written."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from waiting_room.tables import ID_LENGTH, Base, new_id


class Draft(Base):
    """What somebody has entered for a role so far, as they typed it: one draft for each role."""

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    copied_from: Mapped[str | None] = mapped_column(ForeignKey("access.id"))
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("account", "role"),)
