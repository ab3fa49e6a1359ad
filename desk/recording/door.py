"""The door for recorders: a socket in the data directory that nobody else can open.

Who comes proves that it knows the desk's key, and says what it is doing; then it is heard until it
goes.
"""

import logging
import secrets
from collections.abc import AsyncIterator
from hmac import compare_digest
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from desk.recording.following import Following
from desk.recording.recorders import Connected, Recorders
from media import control
from media.control import Greeting, Hello, News

HELLO_WITHIN_S = 5.0

log = logging.getLogger(__name__)


class Door:
    """Lets recorders in, and hears them."""

    def __init__(
        self, socket: Path, key: bytes, recorders: Recorders, following: Following
    ) -> None:
        """`recorders` has those that are there, `following` is told what they tell."""
        self._socket, self._key = socket, key
        self._recorders, self._following = recorders, following
        self._is_closing = False

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
        await self._recorders.send_away()
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
            self._recorders.come(one)
            try:
                await self._following.met(hello)
                await self._hear(one)
            finally:
                self._recorders.part(one)
                if not self._is_closing:
                    await self._following.lost(one.name)
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
        is_here = hello.name in self._recorders.names()
        if is_here or not compare_digest(hello.proof.encode(), right.encode()):
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
                await self._following.told(heard)
            else:
                one.hear(heard)
