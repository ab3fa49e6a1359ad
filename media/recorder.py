"""All legs of one process: opened up to a limit, served by one timer, and what is told of them."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiortc import RTCIceServer

from media.candidates import Network
from media.clock import Now
from media.facts import SegmentFacts
from media.files import segment_file
from media.leg import Leg
from media.receiver import install
from media.segment import Place

# Sockets are read in turns of this length: many packets in one go cost less than one at a time.
TURN_S = 0.08
# How far a sender's clock is from ours shows in when its first report came: to be seen at once.
FIRST_TURN_S = 0.01
WRITE_EVERY_S = 1.0
SILENT_AFTER_S = 3.0

log = logging.getLogger(__name__)


class Full(Exception):
    """No more calls are taken."""


@dataclass(frozen=True)
class OpenLeg:
    """An offer of one side of a call, and the key of its recording; segments count from 1."""

    recording: str
    side: str
    segment: int
    key: bytes
    offer: str


@dataclass(frozen=True)
class Told:
    """What is told of a segment: `started` (frames were written), `silent`, `heard`, `closed`."""

    news: str
    recording: str
    side: str
    segment: int
    facts: SegmentFacts | None = None


def _now() -> Now:
    return Now(asyncio.get_running_loop().time(), datetime.now(UTC))


class Recorder:
    """Records the calls of one process.

    `limit` counts calls. `tell` gets the news; `allowed` are networks that are not public and may
    be sent to all the same; `relays` gives what a recording's legs may be reached through.
    """

    def __init__(
        self,
        limit: int,
        folder: Path,
        tell: Callable[[Told], None],
        *,
        allowed: Sequence[Network] = (),
        relays: Callable[[str], Sequence[RTCIceServer]] = lambda _recording: (),
        clock: Callable[[], Now] = _now,
    ) -> None:
        """Write into this folder."""
        install()
        self._limit, self._folder, self._tell = limit, folder, tell
        self._allowed, self._relays, self._clock = allowed, relays, clock
        self._open: dict[tuple[str, str, int], _Opened] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._write_s = float("-inf")
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def load(self) -> int:
        """How many calls are being recorded."""
        return len({recording for recording, *_ in self._open})

    async def open(self, wanted: OpenLeg) -> str:
        """Answer an offer; an older leg of the same side ends. Raises Full, BadOffer."""
        others = [one for one in self._open.values() if one.side == (wanted.recording, wanted.side)]
        if wanted.recording not in {one for one, *_ in self._open} and self.load >= self._limit:
            raise Full
        now = self._clock()
        name = segment_file(wanted.recording, wanted.side, wanted.segment)
        leg = Leg(Place(self._folder / name, wanted.key, name), now)
        opened = self._open[wanted.recording, wanted.side, wanted.segment] = _Opened(wanted, leg)
        try:
            answer = await leg.answer(wanted.offer, self._allowed, self._relays(wanted.recording))
        except BaseException:
            self._forget(opened)
            raise
        opened.is_answered = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FIRST_TURN_S, self._turn)
        for other in others:
            other.leg.note("replaced")
            await self._end(other)
        return answer

    async def close(self, recording: str, side: str | None = None) -> None:
        """End the legs of a recording, or of one side of it; returns when their files are whole."""
        await self._end_all(
            opened
            for opened in self._open.values()
            if opened.wanted.recording == recording and side in (None, opened.wanted.side)
        )

    async def stop(self) -> None:
        """End all legs."""
        await self._end_all(self._open.values())
        if self._timer is not None:
            self._timer.cancel()
        if self._ending:
            await asyncio.wait(self._ending)

    def serve(self) -> None:
        """Do for every leg what is due now. The timer calls it."""
        now = self._clock()
        # All at once: what is needed for it is at hand then.
        if writes := now.s >= self._write_s:
            self._write_s = now.s + WRITE_EVERY_S
        for opened in list(self._open.values()):
            try:
                self._serve(opened, now, writes=writes)
            except Exception as error:
                # One leg must not take the others with it: a full disk, or a fault of ours.
                log.exception("a segment was ended")
                opened.leg.note("disk_failed" if isinstance(error, OSError) else "failed")
                self._end_soon(opened)

    def _turn(self) -> None:
        self.serve()
        self._timer = None
        if self._open:
            now_s = self._clock().s
            are_timed = all(one.leg.is_timed(now_s) for one in self._open.values())
            turn_s = TURN_S if are_timed else FIRST_TURN_S
            self._timer = asyncio.get_running_loop().call_later(turn_s, self._turn)

    def _serve(self, opened: "_Opened", now: Now, *, writes: bool) -> None:
        leg = opened.leg
        leg.drain(now.s)
        leg.request(now.s)
        self._tell_of(opened, now)
        if writes and opened.is_answered:
            leg.report(now.s)
            leg.write(now)
            if leg.is_over(now.s):
                self._end_soon(opened)

    def _tell_of(self, opened: "_Opened", now: Now) -> None:
        if opened.leg.is_written and not opened.was_started:
            opened.was_started = True
            self._say("started", opened)
        is_silent = now.s - opened.leg.heard_s >= SILENT_AFTER_S
        if is_silent != opened.is_silent:
            opened.is_silent = is_silent
            self._say("silent" if is_silent else "heard", opened)

    def _end_soon(self, opened: "_Opened") -> None:
        task = asyncio.get_running_loop().create_task(self._end(opened))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_all(self, legs: "Iterable[_Opened]") -> None:
        # At once: where a relay is gone, each of them takes seconds to end.
        await asyncio.gather(*map(self._end, list(legs)))

    async def _end(self, opened: "_Opened") -> None:
        """End a leg and tell its facts, once."""
        if self._forget(opened):
            self._say("closed", opened, await opened.leg.close(self._clock()))

    def _forget(self, opened: "_Opened") -> bool:
        wanted = opened.wanted
        key = wanted.recording, wanted.side, wanted.segment
        return self._open.get(key) is opened and self._open.pop(key) is opened

    def _say(self, news: str, opened: "_Opened", facts: SegmentFacts | None = None) -> None:
        wanted = opened.wanted
        self._tell(Told(news, wanted.recording, wanted.side, wanted.segment, facts))


class _Opened:
    """A leg, and what was told of it."""

    def __init__(self, wanted: OpenLeg, leg: Leg) -> None:
        self.wanted, self.leg = wanted, leg
        self.side = wanted.recording, wanted.side
        self.is_answered = self.was_started = self.is_silent = False
