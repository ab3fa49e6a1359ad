"""Recorders that are there: how busy each is, who takes the next call; asked, and answered."""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from media import control
from media.control import Answer, Ask, Close, Open

# Opening a leg takes a tenth of a second; a recorder that thinks longer has a fault.
ANSWERS_WITHIN_S = 10.0
FINISHES_WITHIN_S = 600.0


class NotRecorded(Exception):
    """A recorder did not do what it was asked; the text is a stable word."""


@dataclass(eq=False)
class Connected:
    """A recorder that is there, with the calls that it was given."""

    name: str
    limit: int
    wire: web.WebSocketResponse
    recordings: set[str] = field(default_factory=set)
    questions: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    def hear(self, answer: Answer) -> None:
        """It has answered a question, of which somebody may wait for that no longer."""
        question = self.questions.get(answer.id)
        if question is None or question.done():
            return
        if answer.error is None:
            question.set_result(answer.answer)
        else:
            question.set_exception(NotRecorded(answer.error))


class Recorders:
    """Those that the door has let in."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self._here: dict[str, Connected] = {}
        self._ids = itertools.count(1)

    def come(self, one: Connected) -> None:
        """A recorder is there, under a name that no other has."""
        self._here[one.name] = one

    def part(self, one: Connected) -> None:
        """A recorder is gone; what it was asked stays undone."""
        del self._here[one.name]
        for question in one.questions.values():
            if not question.done():
                question.set_exception(NotRecorded("no_recorder"))

    async def send_away(self) -> None:
        """End all connections."""
        for one in list(self._here.values()):
            await one.wire.close()

    def names(self) -> set[str]:
        """The recorders that are there."""
        return set(self._here)

    def choose(self, recording: str) -> str:
        """Who takes a recording: the one that has it, else the least busy. Raises NotRecorded."""
        for one in self._here.values():
            if recording in one.recordings:
                return one.name
        if not self._here:
            raise NotRecorded("no_recorder")
        free = [one for one in self._here.values() if len(one.recordings) < one.limit]
        if not free:
            raise NotRecorded("recorders_full")
        least = min(free, key=lambda one: len(one.recordings))
        least.recordings.add(recording)
        return least.name

    def release(self, recording: str) -> None:
        """The recording is over, and makes room for another."""
        for one in self._here.values():
            one.recordings.discard(recording)

    async def open(self, name: str, wanted: Open) -> str:
        """The answer to a side's offer. Raises NotRecorded."""
        return str(await self._ask(name, wanted, ANSWERS_WITHIN_S))

    async def close(self, recording: str, side: control.Side | None = None) -> None:
        """End the legs of a recording, whoever has them; one that is gone has none."""
        for one in list(self._here.values()):
            if recording in one.recordings:
                with suppress(NotRecorded):
                    close = Close(recording=recording, side=side)
                    await self._ask(one.name, close, ANSWERS_WITHIN_S)

    async def finish(self, wanted: control.Finish) -> dict[str, Any]:
        """What came of a recording's segments, by side. Raises NotRecorded."""
        if not self._here:
            raise NotRecorded("no_recorder")
        least = min(self._here.values(), key=lambda one: len(one.recordings))
        return dict(await self._ask(least.name, wanted, FINISHES_WITHIN_S))

    async def _ask(self, name: str, ask: Ask, within_s: float) -> Any:
        one = self._here.get(name)
        if one is None:
            raise NotRecorded("no_recorder")
        ask = ask.model_copy(update={"id": next(self._ids)})
        answer = one.questions[ask.id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                await one.wire.send_str(ask.model_dump_json())
                return await answer
        except (TimeoutError, ConnectionError):
            raise NotRecorded("no_recorder") from None
        finally:
            del one.questions[ask.id]
