"""How the verification of an application begins: with a booked time, or in the list of reviews."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access, AccessState
from desk.directory.roles import role_form
from desk.directory.tables import Way
from desk.notices.kinds import Kind
from desk.notices.notices import tell
from desk.schedule.booking import book_earliest
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates


@dataclass(frozen=True, slots=True)
class Sent:
    """The new access and its booked time; none where it is verified by its documents."""

    access: Access
    meeting: Meeting | None

    @property
    def url(self) -> str:
        """Where its applicant goes on."""
        return f"/meetings/{self.meeting.id}" if self.meeting else f"/access/{self.access.id}"


async def begin(session: AsyncSession, settings: Settings, access: Access, now: datetime) -> Sent:
    """Book the earliest time of a submitted access, where its role needs a call.

    Raises NoFreeTime.
    """
    form = await role_form(session, access.role)
    if form and form.way is Way.DOCUMENTS:
        return Sent(access, None)
    access.state = AccessState.SCHEDULED
    return Sent(access, await book_earliest(session, settings, access, now))


async def tell_sent(
    session: AsyncSession, templates: Templates, settings: Settings, sent: Sent, now: datetime
) -> None:
    """Tell the applicant what happens next, by notice and by mail."""
    access, meeting = sent.access, sent.meeting
    if meeting:
        await tell(session, templates, settings, Kind.BOOKED, access, now=now, meeting=meeting)
        return
    due_at = access.submitted_at + settings.review
    await tell(session, templates, settings, Kind.RECEIVED, access, now=now, due_at=due_at)
