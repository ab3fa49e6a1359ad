"""The recorder's end of its connection to the desk: found again as often as it is lost.

A desk that restarts costs no recording: the legs go on meanwhile, and what was to be told of them
waits (`telling`) until somebody listens.
"""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import ValidationError

from media import control
from media.control import Answer, Ask, Close, Finish, Hello, Open
from media.finishing import Part, finish
from media.offers import BadOffer
from media.recorder import Full, OpenLeg, Recorder
from media.sealed import Tampered
from media.telling import Telling

KNOCKS_AGAIN_S = 0.5

log = logging.getLogger(__name__)


class DeskLink:
    """What the desk asks of a recorder, and what it is told."""

    def __init__(self, socket: Path, key: bytes, name: str, folder: Path, limit: int) -> None:
        """Nothing is connected yet; `recorder`, which has `telling` to tell, comes before `run`."""
        self._socket, self._key, self._name = socket, key, name
        self._folder, self._limit = folder, limit
        self.telling = Telling()
        self._answering: set[asyncio.Task[None]] = set()
        self.is_finishing = False
        self.recorder: Recorder

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
                legs=self.telling.legs(),
            )
            await desk.send_str(hello.model_dump_json())
            telling = asyncio.create_task(self.telling.tell_all(desk.send_str))
            try:
                async for message in desk:
                    self._take(desk, control.ASK.validate_json(message.data))
            finally:
                telling.cancel()
                # Not suppressed: it may be this task that is cancelled meanwhile, as its desk goes.
                await asyncio.gather(telling, return_exceptions=True)

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
                await self.telling.all_is_told()
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
        self.telling.begin(wanted)
        return answer


def _word(error: Exception) -> str:
    if isinstance(error, BadOffer):
        return error.word
    words = {Full: "full", Tampered: "tampered", FileNotFoundError: "missing"}
    return words.get(type(error), "disk_failed" if isinstance(error, OSError) else "failed")
