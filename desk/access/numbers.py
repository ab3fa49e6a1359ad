"""The numbers of applications, which people quote."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access


async def next_number(session: AsyncSession, now: datetime, zone: ZoneInfo) -> str:
    """The number people quote: MV, the desk's year and month, and a count within the month."""
    prefix = f"MV-{now.astimezone(zone):%y%m}-"
    # By length first: the ten thousandth of a month comes after the 9999th, not before it.
    newest = (
        select(Access.number)
        .where(Access.number.startswith(prefix))
        .order_by(func.length(Access.number).desc(), Access.number.desc())
        .limit(1)
    )
    last = (await session.execute(newest)).scalar_one_or_none()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04}"
