"""The desk's end of its connections to recorders: who is there, how busy, asked and answered."""

import asyncio
import itertools
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from media import control
from media.control import Answer, Ask, Close, Greeting, Hello, News, Open

# Opening a leg takes a tenth of a second; a recorder that thinks longer has a fault.
ANSWERS_WITHIN_S = 10.0
FINISHES_WITHIN_S = 600.0
HELLO_WITHIN_S = 5.0

log = logging.getLogger(__name__)


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


@dataclass
class Listener:
    """Whoever wants to know: a recorder came, told something of a segment, or is gone."""

    met: Callable[[Hello], Awaitable[None]]
    told: Callable[[News], Awaitable[None]]
    lost: Callable[[str], Awaitable[None]]


class Recorders:
    """Lets recorders in on a socket of the data directory that nobody else can open."""

    def __init__(self, socket: Path, key: bytes) -> None:
        """Nobody is there yet; `listener` is to be set before anybody is let in."""
        self._socket, self._key = socket, key
        self._here: dict[str, Connected] = {}
        self._ids = itertools.count(1)
        self._is_closing = False
        self.listener: Listener

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

    async def listening(self, _app: web.Application) -> AsyncIterator[None]:
        """A cleanup context in which recorders are let in."""
        door = web.Application()
        door.router.add_get(control.PATH, self._welcome)
        runner = web.AppRunner(door, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        # Left by a desk that was killed.
        self._socket.unlink(missing_ok=True)
        await web.UnixSite(runner, str(self._socket)).start()
        self._socket.chmod(0o600)
        yield
        self._is_closing = True
        for one in list(self._here.values()):
            await one.wire.close()
        await runner.cleanup()
        self._socket.unlink(missing_ok=True)

    async def _welcome(self, request: web.Request) -> web.StreamResponse:
        wire = web.WebSocketResponse(
            heartbeat=control.HEARTBEAT_S, max_msg_size=control.LARGEST_MESSAGE_BYTES
        )
        await wire.prepare(request)
        if hello := await self._hello(wire):
            one = Connected(hello.name, hello.limit, wire)
            one.recordings.update(leg.recording for leg in hello.legs)
            self._here[hello.name] = one
            try:
                await self.listener.met(hello)
                await self._hear(one)
            finally:
                await self._part(one)
        await wire.close()
        return wire

    async def _hello(self, wire: web.WebSocketResponse) -> Hello | None:
        nonce = secrets.token_hex(16)
        await wire.send_str(Greeting(nonce=nonce).model_dump_json())
        try:
            said = await wire.receive_str(timeout=HELLO_WITHIN_S)
            hello = Hello.model_validate_json(said)
        except (ValidationError, TypeError, TimeoutError):
            return None
        right = control.proof_of(self._key, nonce)
        if not compare_digest(hello.proof.encode(), right.encode()) or hello.name in self._here:
            log.warning("somebody came as a recorder and is none")
            return None
        return hello

    async def _hear(self, one: Connected) -> None:
        async for message in one.wire:
            try:
                heard = control.HEARD.validate_json(message.data)
            except ValidationError:
                log.exception("a recorder says what nobody understands")
                return
            if isinstance(heard, News):
                await self.listener.told(heard)
            else:
                _answer(one, heard)

    async def _part(self, one: Connected) -> None:
        del self._here[one.name]
        for question in one.questions.values():
            if not question.done():
                question.set_exception(NotRecorded("no_recorder"))
        if not self._is_closing:
            await self.listener.lost(one.name)


def _answer(one: Connected, heard: Answer) -> None:
    question = one.questions.get(heard.id)
    if question is None or question.done():
        return
    if heard.error is None:
        question.set_result(heard.answer)
    else:
        question.set_exception(NotRecorded(heard.error))
