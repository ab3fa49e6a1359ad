"""How good the connection of each side of a call is and was: kept, looked up, forgotten."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    ForeignKey,
    String,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signaling.quality import Measured
from waiting_room.dialects import insert_into
from waiting_room.tables import Base, table_of

# Twice what a page lets pass between two reports, and once the batch they are kept with.
STILL_HOLDS = timedelta(seconds=15)
KEPT_FOR = timedelta(days=90)
# At a batch each 5 s: the last five minutes.
RECENT_BATCHES = 60


class CallQuality(Base):
    """One side of a call: its newest figures, the worst of all its reports, its last minutes.

    `bars` are 0 (no path) to 4, `recent` those of the last minutes, a digit for each batch and the
    newest last; the loss is in percent, the delay there and back in milliseconds, the rate that is
    received in kbit/s. What the browser did not tell is empty.
    """

    __tablename__ = "call_quality"

    call: Mapped[str] = mapped_column(ForeignKey("call.id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(9), primary_key=True)
    bars: Mapped[int]
    loss_percent: Mapped[float] = mapped_column(Float)
    rtt_ms: Mapped[int | None]
    rate_kbps: Mapped[int]
    path: Mapped[str | None] = mapped_column(String(10))
    sound_only: Mapped[bool] = mapped_column(Boolean)
    fewest_bars: Mapped[int]
    highest_loss_percent: Mapped[float] = mapped_column(Float)
    highest_rtt_ms: Mapped[int | None]
    recent: Mapped[str] = mapped_column(String(RECENT_BATCHES))
    reports: Mapped[int]
    reports_sound_only: Mapped[int]
    reported_at: Mapped[datetime] = mapped_column(index=True)


async def keep(session: AsyncSession, measured: Sequence[Measured], now: datetime) -> None:
    """Write down what the sides have reported since the last time, in one statement."""
    if not measured:
        return
    new = insert_into(session, table_of(CallQuality)).values([_row(one, now) for one in measured])
    is_, was = new.excluded, table_of(CallQuality).c
    latest = ("bars", "loss_percent", "rtt_ms", "rate_kbps", "path", "sound_only", "reported_at")
    changes: dict[str, Any] = {name: is_[name] for name in latest}
    changes["fewest_bars"] = _one(is_.fewest_bars < was.fewest_bars, is_, was, "fewest_bars")
    for name in ("highest_loss_percent", "highest_rtt_ms"):
        higher = (is_[name] > was[name]) | was[name].is_(None)
        changes[name] = _one(higher, is_, was, name)
    longer = was.recent.concat(is_.recent)
    too_many = func.length(longer) - RECENT_BATCHES
    changes["recent"] = case((too_many > 0, func.substr(longer, too_many + 1)), else_=longer)
    for name in ("reports", "reports_sound_only"):
        changes[name] = was[name] + is_[name]
    await session.execute(new.on_conflict_do_update(index_elements=["call", "side"], set_=changes))


def _one(which: ColumnElement[bool], new: Any, old: Any, name: str) -> ColumnElement[Any]:
    return case((which, new[name]), else_=old[name])


def _row(one: Measured, now: datetime) -> dict[str, Any]:
    return {
        "call": one.call,
        "side": one.side,
        **one.latest.model_dump(),
        "fewest_bars": one.fewest_bars,
        "highest_loss_percent": one.highest_loss_percent,
        "highest_rtt_ms": one.highest_rtt_ms,
        "recent": str(one.fewest_bars),
        "reports": one.reports,
        "reports_sound_only": one.reports_sound_only,
        "reported_at": now,
    }


async def of_calls(
    session: AsyncSession, calls: Collection[str], now: datetime
) -> dict[tuple[str, str], CallQuality]:
    """What still holds, by call and side: a side that fell silent is not in it."""
    table = table_of(CallQuality).c
    statement = select(CallQuality).where(
        table.call.in_(calls), table.reported_at > now - STILL_HOLDS
    )
    return {(one.call, one.side): one for one in (await session.execute(statement)).scalars()}


def fewest_bars(sides: Iterable[CallQuality | None]) -> int | None:
    """The bars of a call: those of its weaker side; none while nothing is known."""
    return min((side.bars for side in sides if side), default=None)


def worst_of(sides: Iterable[CallQuality | None]) -> str:
    """The last minutes of a call: of each batch the fewer bars, a digit each."""
    # The newest stand last: a side that came later has told of the end alone.
    newest_first = [reversed(side.recent) for side in sides if side]
    worst = [min(filter(None, digits)) for digits in zip_longest(*newest_first)]
    return "".join(reversed(worst))


async def forget(session: AsyncSession, now: datetime) -> None:
    """Delete the figures that are older than KEPT_FOR."""
    old = table_of(CallQuality).c.reported_at < now - KEPT_FOR
    await session.execute(delete(table_of(CallQuality)).where(old))
