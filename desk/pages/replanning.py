"""What every change of the schedule ends with: seats counted anew, people moved, a report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from desk import audit
from desk.asks import Ask, Done
from desk.audit import Did
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.schedule import editing
from desk.schedule.closing import replan
from desk.schedule.tables import DayException
from signaling.server import Signaling


async def changed(
    ask: Ask[Any],
    what: str,
    detail: Mapping[str, Any] = MappingProxyType({}),
    *,
    page: str = "/schedule",
    closed: DayException | None = None,
    seats_fall: bool = False,
) -> Done:
    """How many meetings have another time now, and which accesses have none; back to the page.

    `closed` is an exception by which whoever was booked on its day loses their time; `seats_fall`
    says that fewer may be on duty.
    """
    app = ask.request.app
    day = closed.day if closed else None
    desk = (ask.session, app[TEMPLATES], ask.settings, ask.now)
    done = await replan(*desk, day, seats_fall=seats_fall)
    if closed:
        await editing.report(ask.session, closed.id, done)
    told = {"moved": done.moved, "unplaced": done.unplaced}
    actor, subject = ask.identity.id, what
    await audit.record(ask.session, actor, Did.SCHEDULE_CHANGED, subject, ask.now, **detail, **told)

    def tell(_signaling: Signaling) -> None:
        app[MAIL_WAITS].set()

    report = f"{page}?moved={done.moved}"
    if done.unplaced:
        report += f"&unplaced={len(done.unplaced)}"
    return Done({**told, "url": page}, report, tell)
