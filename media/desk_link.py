"""The recorder's end of its connection to the desk: found again as often as it is lost.

A desk that restarts costs no recording: the legs go on meanwhile, and what was to be told of them
waits until somebody listens.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import TypeAdapter, ValidationError

from media import control
from media.control import Answer, Ask, Close, Finish, Going, Hello, News, Open
from media.facts import SegmentFacts
from media.finishing import Part, finish
from media.offers import BadOffer
from media.recorder import Full, OpenLeg, Recorder, Told
from media.sealed import Tampered

KNOCKS_AGAIN_S = 0.5
FACTS = TypeAdapter(SegmentFacts)
# For each of some hundred calls a handful; more than these, and the desk is away for good.
MOST_UNTOLD = 10_000

log = logging.getLogger(__name__)
Leg = tuple[str, str]


class DeskLink:
    """What the desk asks of a recorder, and what it is told."""

    def __init__(self, socket: Path, key: bytes, name: str, folder: Path, limit: int) -> None:
        """Nothing is connected yet; `recorder` is to be set before `run`."""
        self._socket, self._key, self._name = socket, key, name
        self._folder, self._limit = folder, limit
        self._untold: deque[News] = deque(maxlen=MOST_UNTOLD)
        self._to_tell, self._all_told = asyncio.Event(), asyncio.Event()
        self._all_told.set()
        self._going: dict[Leg, Going] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self.is_finishing = False
        self.recorder: Recorder

    def tell(self, told: Told) -> None:
        """Tell the desk, now or as soon as it is there."""
        facts = None if told.facts is None else FACTS.dump_python(told.facts, mode="json")
        news = News.model_validate(
            {
                "news": told.news,
                "recording": told.recording,
                "side": told.side,
                "segment": told.segment,
                "facts": facts,
            }
        )
        self._follow(news)
        self._untold.append(news)
        self._all_told.clear()
        self._to_tell.set()

    def _follow(self, news: News) -> None:
        leg = news.recording, news.side
        going = self._going.get(leg)
        if going is None or going.segment != news.segment:
            return
        if news.news == "closed":
            del self._going[leg]
        elif news.news == "started":
            self._going[leg] = going.model_copy(update={"is_started": True})
        else:
            self._going[leg] = going.model_copy(update={"is_silent": news.news == "silent"})

    async def run(self) -> None:
        """Serve the desk until cancelled."""
        connector = aiohttp.UnixConnector(path=str(self._socket))
        async with aiohttp.ClientSession(connector=connector) as http:
            while True:
                with suppress(aiohttp.ClientError, OSError, ValidationError):
                    await self._serve(http)
                await asyncio.sleep(KNOCKS_AGAIN_S)

    async def _serve(self, http: aiohttp.ClientSession) -> None:
        async with http.ws_connect(
            f"http://desk{control.PATH}",
            heartbeat=control.HEARTBEAT_S,
            max_msg_size=control.LARGEST_MESSAGE_BYTES,
        ) as desk:
            greeting = control.Greeting.model_validate_json(await desk.receive_str())
            hello = Hello(
                name=self._name,
                proof=control.proof_of(self._key, greeting.nonce),
                limit=self._limit,
                legs=list(self._going.values()),
            )
            await desk.send_str(hello.model_dump_json())
            telling = asyncio.create_task(self._tell_all(desk))
            try:
                async for message in desk:
                    self._take(desk, control.ASK.validate_json(message.data))
            finally:
                telling.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await telling

    async def _tell_all(self, desk: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            while self._untold:
                await desk.send_str(self._untold[0].model_dump_json())
                self._untold.popleft()
            self._to_tell.clear()
            self._all_told.set()
            await self._to_tell.wait()

    def _take(self, desk: aiohttp.ClientWebSocketResponse, ask: Ask) -> None:
        task = asyncio.create_task(self._answer(desk, ask))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, desk: aiohttp.ClientWebSocketResponse, ask: Ask) -> None:
        answer = await self._do(ask)
        with suppress(ConnectionError):
            await desk.send_str(answer.model_dump_json())

    async def _do(self, ask: Ask) -> Answer:
        try:
            if isinstance(ask, Open):
                return Answer(id=ask.id, answer=await self._open(ask))
            if isinstance(ask, Close):
                await self.recorder.close(ask.recording, ask.side)
                # What became of the files is told first.
                await self._all_told.wait()
                return Answer(id=ask.id)
            return Answer(id=ask.id, answer=await self._finish(ask))
        except Exception as error:
            if not isinstance(error, BadOffer | Full):
                log.exception("%s of %s failed", ask.ask, ask.recording)
            return Answer(id=ask.id, error=_word(error))

    async def _finish(self, ask: Finish) -> dict[str, Any]:
        parts = [Part(**piece.model_dump()) for piece in ask.pieces]
        self.is_finishing = True
        try:
            return await asyncio.to_thread(finish, self._folder, ask.recording, ask.key, parts)
        finally:
            self.is_finishing = False

    async def _open(self, ask: Open) -> str:
        wanted = OpenLeg(ask.recording, ask.side, ask.segment, ask.key, ask.offer)
        answer = await self.recorder.open(wanted)
        self._going[ask.recording, ask.side] = Going(
            recording=ask.recording,
            side=ask.side,
            segment=ask.segment,
            is_started=False,
            is_silent=False,
        )
        return answer

    async def untold_are_told(self, within_s: float) -> None:
        """Wait until the desk has heard all, but no longer than this."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._all_told.wait()


def _word(error: Exception) -> str:
    if isinstance(error, BadOffer):
        return error.word
    words = {Full: "full", Tampered: "tampered", FileNotFoundError: "missing"}
    return words.get(type(error), "disk_failed" if isinstance(error, OSError) else "failed")
