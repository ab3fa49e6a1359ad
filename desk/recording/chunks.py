"""Where UDP is blocked: what a browser has recorded itself, in numbered chunks over HTTP.

To the desk this is one more recorder, and what it tells is the client's word: `facts` say so.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desk.clock import Clock
from desk.problems import Problem
from desk.words import _
from media.control import News, Open
from media.files import segment_file
from media.sealed import SealedWriter
from signaling.messages import Side

BROWSER = "browser"
SILENT_AFTER_S = 3.0
GONE_AFTER_S = 20.0


@dataclass
class Coming:
    """A segment whose chunks are coming; `next` is the number of the one that is awaited."""

    recording: str
    side: Side
    segment: int
    file: SealedWriter
    opened_at: datetime
    heard_s: float
    next: int = 0
    is_silent: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Chunk:
    """Some of a segment; it began `after_ms` after the desk had opened it, as the browser says."""

    content: bytes
    after_ms: int = 0


class Chunks:
    """Seals chunks as they come, each once and in their order."""

    def __init__(self, folder: Path, told: Callable[[News], Awaitable[None]], clock: Clock) -> None:
        """`told` hears of it what it hears of recorders."""
        self._folder, self._told, self._clock = folder, told, clock
        self._coming: dict[tuple[str, Side], Coming] = {}

    async def open(self, wanted: Open) -> None:
        """Await the chunks of a segment; an older one of the same side ends."""
        await self.close(wanted.recording, wanted.side)
        name = segment_file(wanted.recording, wanted.side, wanted.segment)
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._coming[wanted.recording, wanted.side] = Coming(
            wanted.recording,
            wanted.side,
            wanted.segment,
            SealedWriter(path, wanted.key, name),
            self._clock.now(),
            self._clock.seconds(),
        )

    async def take(
        self, recording: str, side: Side, segment: int, number: int, chunk: Chunk
    ) -> int:
        """Keep a chunk unless it is there already: the number of the next. Raises a Problem."""
        one = self._coming.get((recording, side))
        if one is None or one.segment != segment:
            detail = _("Bagian rekaman ini sudah ditutup. Peramban memulai bagian berikutnya.")
            raise Problem(409, "segment_closed", _("Bagian ditutup"), detail)
        if number > one.next:
            detail = _("Potongan rekaman sebelumnya belum sampai.")
            raise Problem(409, "chunk_missing", _("Potongan terlewat"), detail, next=one.next)
        one.heard_s = self._clock.seconds()
        if number == one.next and chunk.content:
            one.file.write(chunk.content)
            one.next += 1
            one.ended_at = now = self._clock.now()
            await self._begun(one, chunk.after_ms, now)
        return one.next

    async def _begun(self, one: Coming, after_ms: int, now: datetime) -> None:
        if one.started_at is None:
            # The first chunk comes when it is full, and late on a weak network.
            longest_ms = (now - one.opened_at) / timedelta(milliseconds=1)
            one.started_at = one.opened_at + timedelta(milliseconds=min(after_ms, longest_ms))
            await self._tell("started", one)
        elif one.is_silent:
            one.is_silent = False
            await self._tell("heard", one)

    async def close(self, recording: str, side: Side | None = None) -> None:
        """End the segments of a recording, or of one side of it."""
        for key, one in list(self._coming.items()):
            if key[0] == recording and side in {None, key[1]}:
                await self._end(one)

    async def look(self) -> None:
        """Say who is silent, and end what nothing came of for too long."""
        for one in list(self._coming.values()):
            silence_s = self._clock.seconds() - one.heard_s
            if silence_s > GONE_AFTER_S:
                await self._end(one)
            elif silence_s > SILENT_AFTER_S and not one.is_silent and one.started_at:
                one.is_silent = True
                await self._tell("silent", one)

    async def _end(self, one: Coming) -> None:
        del self._coming[one.recording, one.side]
        sealed = one.file.close()
        facts = {
            "sha256": sealed.sha256,
            "plain_bytes": sealed.plain_bytes,
            "started_at": one.started_at and one.started_at.isoformat(),
            "ended_at": one.ended_at and one.ended_at.isoformat(),
            "chunks": one.next,
            "notes": {"clients_word": 1},
        }
        await self._tell("closed", one, facts)

    async def _tell(self, news: str, one: Coming, facts: dict[str, Any] | None = None) -> None:
        told = {"recording": one.recording, "side": one.side, "segment": one.segment}
        await self._told(News.model_validate(told | {"news": news, "facts": facts}))
