"""What applicants and verifiers do all day, whatever becomes of the server meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from desk.access.checklist import missing_steps
from tests.faults.crowd import ROLE
from tests.faults.history import Kind
from tests.faults.person import HERE, OUT, Person
from waiting_room.tables import TicketState, new_id

News = AsyncIterator[tuple[str, Any]]
IN_LINE = {TicketState.WAITING, TicketState.SET_ASIDE}
REJECTED = {"decision": "rejected", "reason": "DOC_ILLEGIBLE"}
APPROVED = {"decision": "approved"}

# Of a hundred: what applicants do in the line. The rest stays until called.
LEAVE, VANISH, LEAVE_CALL = 4, 6, 5
RASH_AFTER_S = (0.1, 4)
VANISHED_S = (0.5, 40)
# Of a hundred: how a verifier ends a call. The rest is handed back.
REJECT, APPROVE, ABSENT, FORSAKE = 35, 10, 8, 3


@dataclass
class Applicant:
    """Joins, waits, is called, and sometimes leaves, or is away for a while."""

    person: Person
    meeting: str
    closing: asyncio.Event
    page: str = field(default_factory=new_id)

    async def live(self, ticket: str = "") -> None:
        """From the first joining until the access is decided, or the verifier says absent."""
        while ticket := ticket or await self._join():
            if await self._stay(ticket) != TicketState.LEFT:
                return
            ticket = ""

    async def _join(self) -> str:
        status, joined = await self.person.insist("join", f"/meetings/{self.meeting}/join")
        return str(joined["ticket"]) if status == 200 else ""

    async def _stay(self, ticket: str) -> str:
        """Go the ticket's way to its end: how it ended."""
        while True:
            await self._wait(ticket)
            found = await self.person.read(f"/waiting/{ticket}")
            if found["state"] == TicketState.IN_CALL:
                await self._talk(found["call"])
            elif found["state"] not in IN_LINE:
                return str(found["state"])

    async def _wait(self, ticket: str) -> None:
        """Listen until called, or do something rash."""
        mood = self.person.chance.uniform(0, 100)
        if self.closing.is_set() or mood > LEAVE + VANISH:
            await self._listen(keeps_tab=mood > 50)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.person.chance.uniform(*RASH_AFTER_S)):
                await self._listen(keeps_tab=False)
                return
        if mood < LEAVE:
            await self.person.insist("leave", f"/waiting/{ticket}/leave")
        else:
            await self.person.pause(*VANISHED_S)

    async def _listen(self, *, keeps_tab: bool) -> None:
        """The waiting room's page, until it is called or shown out; it comes back by itself.

        Who keeps the tab has it open during the call as well.
        """
        while True:
            async with self._tab() as news:
                async for event, data in news:
                    if event == HERE:
                        self.person.history.add(Kind.OPENED, self.person.account)
                    elif event == "called" and keeps_tab:
                        await self._talk(data["call"])
                        return
                    elif event in {"called", OUT}:
                        return
            await self.person.back()

    @asynccontextmanager
    async def _tab(self) -> AsyncIterator[News]:
        try:
            async with aclosing(self.person.news("/waiting")) as news:
                yield news
        finally:
            self.person.history.add(Kind.CLOSED, self.person.account)

    async def _talk(self, call: str) -> None:
        """The call's page, until it ends."""
        if self.person.chance.uniform(0, 100) < LEAVE_CALL:
            await self.person.insist("leave_call", f"/calls/{call}/leave")
            return
        await sit(self.person, call, self.page)


async def sit(person: Person, call: str, page: str) -> None:
    """One side of a call, until it ends; the page comes back by itself."""
    while True:
        async with aclosing(person.news("/call", call=call, page=page)) as news:
            async for event, _data in news:
                if event in {"ended", OUT}:
                    return
        await person.back()


@dataclass
class Verifier:
    """Takes one after the other and ends each call in some way."""

    person: Person
    closing: asyncio.Event
    page: str = field(default_factory=new_id)

    async def serve(self) -> None:
        """Until the desk closes."""
        while not self.closing.is_set():
            status, taken = await self.person.insist("take", "/desk/take")
            if status == 204:
                await self.person.pause(0.05, 0.2)
                continue
            assert status == 200 or taken["code"] == "already_in_call", taken
            await self._talk(taken["call"])
            await self.person.pause(0, 0.3)

    async def _talk(self, call: str) -> None:
        sitting = asyncio.create_task(sit(self.person, call, self.page))
        try:
            await self.person.pause(0.05, 0.8)
            mood = self.person.chance.uniform(0, 100)
            if mood > FORSAKE:
                await self._end(call, mood - FORSAKE)
                return
        finally:
            sitting.cancel()
            with suppress(asyncio.CancelledError):
                await sitting
        # The laptop sleeps: the late verdict is refused, if nothing has started anew meanwhile.
        with suppress(TimeoutError):
            async with asyncio.timeout(self.person.server.settings.call_grace_s + 2):
                await self.closing.wait()
        await self.person.insist("verdict", f"/calls/{call}/verdict", REJECTED)

    async def _end(self, call: str, mood: float) -> None:
        path = f"/calls/{call}"
        if mood < REJECT:
            await self.person.insist("verdict", f"{path}/verdict", REJECTED)
        elif mood < REJECT + APPROVE:
            for step in missing_steps(ROLE, {}):
                await self.person.insist(
                    "mark", f"{path}/checklist", {"step": step, "passed": True}
                )
            await self.person.insist("verdict", f"{path}/verdict", APPROVED)
        else:
            absent = mood < REJECT + APPROVE + ABSENT
            outcome = "absent" if absent else "returned"
            await self.person.insist("end", f"{path}/end", {"outcome": outcome})
