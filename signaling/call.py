"""The namespace /call: the two sides of a call reach each other, and nobody else.

A side is one page: the newest page of a person takes the seat, and an older one is told so. What a
page says is relayed to the other seat of the same call, which the server knows from the session.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from signaling.door import DoorNamespace, Newcomer
from signaling.house import House, Seat
from signaling.limits import Candidates
from signaling.messages import (
    Chat,
    Ended,
    Media,
    Peer,
    Quality,
    RecordingNews,
    SaidChat,
    SaidMedia,
    SaidQuality,
    SaidSignal,
    Side,
    Signal,
    Snapshots,
    Step,
    Told,
    Unheard,
)
from signaling.quality import QualityNews
from waiting_room.errors import NotYourCall

OTHER: dict[Side, Side] = {"applicant": "verifier", "verifier": "applicant"}
LONGEST_WORD = 64

Ack = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A socket that sits at a side of a call: its seat, its page load, and its handshake."""

    sid: str
    seat: Seat
    page: str
    request: web.Request
    candidates: Candidates = field(default_factory=Candidates)

    def count(self, said: SaidSignal) -> None:
        """Raises Unheard for a candidate too many of the page's present description."""
        if said.description:
            self.candidates.begin()
        elif not self.candidates.one_more():
            raise Unheard("too_many_candidates")


class CallNamespace(DoorNamespace[Seat]):
    """Seats the two sides of each open call and relays between them."""

    refusal = "no_seat"

    def __init__(self, house: House, noticed: Callable[[], None], quality: QualityNews) -> None:
        """Nobody sits yet; `noticed` is called when somebody came or went."""
        super().__init__("/call", house)
        self._noticed, self._quality = noticed, quality
        self._by_sid: dict[str, Sitting] = {}
        self._by_seat: dict[tuple[str, Side], Sitting] = {}

    async def admit(self, newcomer: Newcomer) -> Seat | None:
        """The seat at the call that the page names, if it is open and theirs."""
        call = _short(newcomer.greeting.get("call"))
        [seat] = await self._house.seats([newcomer.request], call)
        return seat

    async def welcome(self, newcomer: Newcomer, admission: Seat) -> None:
        """Give the page its seat, and tell both sides of each other."""
        page = _short(newcomer.greeting.get("page"))
        await self._sit(Sitting(newcomer.sid, admission, page, newcomer.request))
        self._noticed()

    async def _sit(self, sitting: Sitting) -> None:
        seat = sitting.seat
        replaced = self._by_seat.get((seat.call, seat.side))
        self._by_sid[sitting.sid] = sitting
        self._by_seat[seat.call, seat.side] = sitting
        if replaced and replaced.page != sitting.page:
            await self._tell(replaced, Ended("replaced", self._house.call_url(seat.call)))
        if replaced:
            await self.disconnect(replaced.sid)
        other = self._other(seat)
        await self._tell(sitting, Peer(other is not None, other.page if other else None))
        if other:
            await self._tell(other, Peer(present=True, page=sitting.page))

    async def part(self, sid: str) -> None:
        """Free the seat, unless a newer page has taken it already, and tell the other side."""
        sitting = self._by_sid.pop(sid, None)
        if sitting is None:
            return
        key = (sitting.seat.call, sitting.seat.side)
        if self._by_seat.get(key) is not sitting:
            return
        del self._by_seat[key]
        self._noticed()
        if other := self._other(sitting.seat):
            await self._tell(other, Peer(present=False, page=None))

    async def on_signal(self, sid: str, *data: Any) -> Ack:
        """Relay a step of the handshake to the other side."""
        try:
            sitting, other = await self._both_still_seated(sid)
            said = SaidSignal.parse(_only(data))
            sitting.count(said)
        except Unheard as bad:
            return _refused(bad)
        if other is None:
            return {"ok": False, "error": "peer_absent"}
        step = said.model_dump(by_alias=True, exclude_none=True)
        await self._tell(other, Signal(page=sitting.page, **step))
        return {"ok": True}

    async def on_chat(self, sid: str, *data: Any) -> Ack:
        """Keep a chat message and tell it to both sides."""
        try:
            sitting, _other = await self._both_still_seated(sid)
            said = SaidChat.parse(_only(data))
            seat, at = sitting.seat, self._house.now()
            await self._house.keep_chat(seat, said.text, at)
        except Unheard as bad:
            return _refused(bad)
        except NotYourCall:
            return _refused(Unheard("not_in_call"))
        chat = Chat(said.text, seat.side, seat.name, at.isoformat())
        # Keeping it took a while: who hears it is asked once more.
        for one in (sitting, await self._other_still_seated(seat)):
            if one:
                await self._tell(one, chat)
        return {"ok": True}

    async def on_quality(self, sid: str, *data: Any) -> Ack:
        """Keep how good the connection of a side is, and tell the other one."""
        try:
            sitting, other = await self._both_still_seated(sid)
            said = SaidQuality.parse(_only(data))
        except Unheard as bad:
            return _refused(bad)
        self._quality.add(sitting.seat.call, sitting.seat.side, said)
        if other:
            await self._tell(other, Quality(**said.model_dump()))
        return {"ok": True}

    async def on_media(self, sid: str, *data: Any) -> Ack:
        """Tell the other side whether this one sends sound and picture.

        Who comes later hears it then: a page says it again to each page that it meets.
        """
        try:
            _sitting, other = await self._both_still_seated(sid)
            said = SaidMedia.parse(_only(data))
        except Unheard as bad:
            return _refused(bad)
        if other:
            await self._tell(other, Media(said.audio, said.video))
        return {"ok": True}

    async def step_begun(self, call: str, step: Step) -> None:
        """Tell the applicant which step the verifier has come to."""
        if sitting := self._by_seat.get((call, "applicant")):
            await self._tell(sitting, step)

    async def snapshots(self, call: str, news: Snapshots) -> None:
        """Tell the applicant how many snapshots there are."""
        if sitting := self._by_seat.get((call, "applicant")):
            await self._tell(sitting, news)

    async def recording(self, call: str, news: RecordingNews) -> None:
        """Tell both sides how the recording of their call stands."""
        for side in OTHER:
            if sitting := self._by_seat.get((call, side)):
                await self._tell(sitting, news)

    async def end(self, call: str, reason: str, urls: dict[Side, str]) -> None:
        """Tell both sides that the call is over and where to go, and free their seats."""
        for side, url in urls.items():
            if sitting := self._by_seat.pop((call, side), None):
                self._by_sid.pop(sitting.sid, None)
                await self._tell(sitting, Ended(reason, url))

    def seats(self) -> set[tuple[str, Side]]:
        """The sides of calls at which somebody sits now: the call's id, and the side."""
        here = {(one.admission.call, one.admission.side) for one in self.visitors()}
        return here & self._by_seat.keys()

    async def _both_still_seated(self, sid: str) -> tuple[Sitting, Sitting | None]:
        """Who says something and who hears it. Raises Unheard.

        Asked anew with every event: a session may have ended, and the call too, since connecting.
        """
        sitting = self._by_sid.get(sid)
        if sitting is None or not self._has_the_seat(sitting):
            raise Unheard("not_in_call")
        other = self._other(sitting.seat)
        both = [one for one in (sitting, other) if one]
        own, *others = await self._house.seats([one.request for one in both], sitting.seat.call)
        # While it was asked, either may have gone, and the call too.
        if own is None or not self._has_the_seat(sitting):
            raise Unheard("not_in_call")
        if other and others == [None]:
            await self.disconnect(other.sid)
            return sitting, None
        return sitting, other if other and self._has_the_seat(other) else None

    async def _other_still_seated(self, seat: Seat) -> Sitting | None:
        other = self._other(seat)
        if other and await self._house.seats([other.request], seat.call) == [None]:
            await self.disconnect(other.sid)
            return None
        return other

    def _has_the_seat(self, sitting: Sitting) -> bool:
        # Two pages that come at once: the library cannot disconnect one that is still coming in.
        return self._by_seat.get((sitting.seat.call, sitting.seat.side)) is sitting

    def _other(self, seat: Seat) -> Sitting | None:
        return self._by_seat.get((seat.call, OTHER[seat.side]))

    async def _tell(self, sitting: Sitting, told: Told) -> None:
        await self.emit(told.name, told.as_dict(), to=sitting.sid)


def _short(word: Any) -> str:
    """A word as it may be looked up and told on; what no id can be is none."""
    text = str(word or "")[:LONGEST_WORD]
    return text if text.isprintable() else ""


def _only(data: tuple[Any, ...]) -> Any:
    """The one argument of an event. Raises Unheard for none and for more."""
    if len(data) != 1:
        raise Unheard("bad_message")
    return data[0]


def _refused(bad: Unheard) -> Ack:
    return {"ok": False, "error": str(bad)}
