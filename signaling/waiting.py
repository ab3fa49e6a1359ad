"""The namespace /waiting: an applicant in the line hears of the line, and says nothing."""

from collections.abc import Callable

from signaling.door import DoorNamespace, Newcomer
from signaling.house import House
from signaling.line_news import LineNews
from signaling.messages import Called
from signaling.rooms import LINE, ticket_room
from waiting_room import line


class WaitingNamespace(DoorNamespace[str]):
    """Lets applicants with a live ticket listen; the ticket is what they are admitted for."""

    refusal = "no_ticket"

    def __init__(self, house: House, news: LineNews, noticed: Callable[[], None]) -> None:
        """`news` knows the places; `noticed` is called when somebody came or went."""
        super().__init__("/waiting", house)
        self._news = news
        self._noticed = noticed

    def tickets(self) -> set[str]:
        """The tickets for which a page is open now."""
        return {one.admission for one in self.visitors()}

    async def admit(self, newcomer: Newcomer) -> str | None:
        """The live ticket of the applicant who asks."""
        return await self._house.waiting_ticket(newcomer.request)

    async def welcome(self, newcomer: Newcomer, admission: str) -> None:
        """Tell a newcomer the place, or that the call is there already."""
        await self.enter_room(newcomer.sid, ticket_room(admission))
        await self.enter_room(newcomer.sid, LINE)
        # The rooms come first: who is taken from now on hears of it there. The call comes before
        # the place: the snapshot may still know a place that was just given up for a call.
        self._noticed()
        told = await self._call_of(admission) or await self._news.place_once_here(admission)
        if told is not None:
            await self.emit(told.name, told.as_dict(), to=newcomer.sid)

    async def part(self, _sid: str) -> None:
        """Somebody went."""
        self._noticed()

    async def _call_of(self, ticket: str) -> Called | None:
        async with self._house.reading() as session:
            call = await line.open_call_of(session, ticket=ticket)
        if call is None:
            return None
        return Called(call.id, self._house.call_url(call.id), self._news.version)
