"""An access as its pages show it: its words, its status, its meeting."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.reasons import sentence_of
from desk.access.tables import Access, AccessState, Reason, Verdict
from desk.directory.roles import RoleNames, role_names
from desk.directory.tables import AgencyKind
from desk.formats.grades import Service, service_of
from desk.schedule.tables import Meeting
from waiting_room.line import LIVE
from waiting_room.tables import Ticket


def status_code(access: Access, ticket: Ticket | None, meeting: Meeting | None = None) -> str:
    """The status of an access: the line's word while its ticket lives, else its own.

    Whoever did not come, or whose time was taken away, has none to wait for.
    """
    if ticket:
        return ticket.state.value
    if meeting and access.state is AccessState.SCHEDULED:
        if meeting.no_show_at:
            return "no_show"
        if meeting.cancelled_at:
            return "without_time"
    return access.state.value


def reason_in_words(verdict: Verdict | None, reason: Reason | None) -> str | None:
    """What the applicant reads: the reason's sentence, then the verifier's own words."""
    if verdict is None or reason is None:
        return None
    return " ".join(part for part in (sentence_of(reason), verdict.explanation) if part)


async def rejection_of(session: AsyncSession, access: str) -> str | None:
    """Why an access was rejected, as its applicant reads it."""
    statement = (
        select(Verdict, Reason)
        .join(Reason, Reason.code == Verdict.reason)
        .where(Verdict.access == access)
    )
    found = (await session.execute(statement)).one_or_none()
    return reason_in_words(*found) if found else None


def access_row(
    access: Access,
    names: RoleNames,
    meeting: Meeting | None = None,
    ticket: Ticket | None = None,
    reason: str | None = None,
    *,
    superseded: bool = False,
) -> dict[str, Any]:
    """One access for a page or a script."""
    zone = ZoneInfo(access.timezone)
    may_copy = access.state is AccessState.REJECTED and not superseded
    return {
        "id": access.id,
        "number": access.number,
        "role_name": names.of(access.role),
        "agency": access.agency,
        "unit": access.unit,
        "is_employee": _is_employee(access),
        "status": status_code(access, ticket, meeting),
        "meeting": {
            "id": meeting.id,
            "url": f"/meetings/{meeting.id}",
            "starts_at": meeting.starts_at,
            "zone": zone,
        }
        if meeting
        else None,
        "submitted_at": access.submitted_at,
        "decided_at": access.decided_at,
        "valid_from": access.valid_from,
        "valid_until": access.valid_until,
        "zone": zone,
        "reason": reason,
        "again_url": f"/access/{access.id}/again" if may_copy else None,
    }


def _is_employee(access: Access) -> bool:
    """Whether it is for somebody of an agency who has a NIP or NRP, as far as is known."""
    is_company = access.agency_type == AgencyKind.COMPANY
    return not is_company and service_of(access.rank) is not Service.NONE


async def rows_of(
    session: AsyncSession, applicant: str
) -> list[tuple[dict[str, Any], Ticket | None]]:
    """The applicant's accesses, the newest first, each with its live ticket."""
    statement = (
        select(Access, Meeting, Ticket, Verdict, Reason)
        .outerjoin(Meeting, Meeting.access == Access.id)
        .outerjoin(Ticket, (Ticket.meeting == Meeting.id) & Ticket.state.in_(LIVE))
        .outerjoin(Verdict, Verdict.access == Access.id)
        .outerjoin(Reason, Reason.code == Verdict.reason)
        .where(Access.applicant == applicant)
        .order_by(Access.submitted_at.desc(), Access.number.desc())
    )
    rows, names = (await session.execute(statement)).all(), await role_names(session)
    every = [access for access, *_rest in rows]
    return [
        (
            access_row(
                access,
                names,
                meeting,
                ticket,
                reason_in_words(verdict, reason),
                superseded=is_superseded(access, every),
            ),
            ticket,
        )
        for access, meeting, ticket, verdict, reason in rows
    ]


def is_superseded(access: Access, every: Iterable[Access]) -> bool:
    """Whether another of the applicant's accesses is its copy, or the same and not over."""
    return any(
        one.copied_from == access.id
        or (
            one.id != access.id
            and (one.role, one.unit) == (access.role, access.unit)
            and one.state not in {AccessState.REJECTED, AccessState.EXPIRED}
        )
        for one in every
    )
