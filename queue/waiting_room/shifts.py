"""Verifiers' shifts: ready, in a call, wrapping up, on a break, off.

The line moves a verifier into and out of calls; everything else they choose themselves.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from waiting_room.dialects import insert_into
from waiting_room.errors import AlreadyInCall, NoSuchChange, NotReady
from waiting_room.tables import Call, Shift, ShiftState, table_of

MAY_TAKE = (ShiftState.READY, ShiftState.WRAP_UP)
ON_DUTY = (ShiftState.READY, ShiftState.IN_CALL, ShiftState.WRAP_UP)
CHOOSABLE = (ShiftState.READY, ShiftState.ON_BREAK, ShiftState.OFF)


async def start(session: AsyncSession, verifier: str, now: datetime) -> bool:
    """Begin a shift as ready, if the verifier is off or new: whether anything changed."""
    new = insert_into(session, Shift).on_conflict_do_nothing().returning(Shift.verifier)
    values = {"verifier": verifier, "state": ShiftState.READY, "since_at": now}
    if (await session.execute(new.values(values))).one_or_none() is not None:
        return True
    statement = (
        update(Shift)
        .where(Shift.verifier == verifier, Shift.state == ShiftState.OFF)
        .values(state=ShiftState.READY, reason=None, since_at=now)
        .returning(Shift.verifier)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def choose(
    session: AsyncSession,
    verifier: str,
    state: ShiftState,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """The verifier's own choice: ready, on a break (with its reason) or off; was it a change?

    Raises NoSuchChange in mid-call, and for states that nobody chooses. Choosing the state one is
    in already changes nothing.
    """
    if state not in CHOOSABLE:
        raise NoSuchChange
    shift = await session.get(Shift, verifier)
    if shift is not None and shift.state is state and shift.reason == reason:
        return False
    statement = (
        update(Shift)
        .where(Shift.verifier == verifier, Shift.state != ShiftState.IN_CALL)
        .values(state=state, reason=reason, since_at=now)
        .returning(Shift.verifier)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise NoSuchChange
    return True


async def end(session: AsyncSession, verifier: str, now: datetime) -> bool:
    """The verifier may serve no longer, in mid-call either: whether there was a shift."""
    statement = (
        update(Shift)
        .where(Shift.verifier == verifier, Shift.state != ShiftState.OFF)
        .values(state=ShiftState.OFF, reason=None, since_at=now)
        .returning(Shift.verifier)
    )
    return (await session.execute(statement)).one_or_none() is not None


@cache
def _entering(may_take: tuple[ShiftState, ...]) -> ReturningUpdate[Any]:
    # Built once, as the statement that takes the head of the line.
    table = table_of(Shift)
    return (
        update(table)
        .where(table.c.verifier == bindparam("who"), table.c.state.in_(may_take))
        .values(state=ShiftState.IN_CALL, reason=None, since_at=bindparam("now"))
        .returning(table.c.verifier)
    )


async def enter_call(session: AsyncSession, verifier: str, now: datetime) -> None:
    """A ready (or still wrapping up) verifier starts serving. Raises AlreadyInCall, NotReady."""
    who = {"who": verifier, "now": now}
    if (await session.execute(_entering(MAY_TAKE), who)).one_or_none() is not None:
        return
    open_call = select(Call.id).where(Call.verifier == verifier, Call.ended_at.is_(None))
    call = (await session.execute(open_call)).scalar_one_or_none()
    raise AlreadyInCall(call) if call else NotReady


async def wrap_up(session: AsyncSession, verifier: str, now: datetime) -> None:
    """The call is over: the verifier wraps up."""
    await session.execute(
        update(Shift)
        .where(Shift.verifier == verifier, Shift.state == ShiftState.IN_CALL)
        .values(state=ShiftState.WRAP_UP, since_at=now)
    )
