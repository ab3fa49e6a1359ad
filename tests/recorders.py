"""A recorder of a test's own, and somebody who sends to it as a browser does."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

from desk.keys import CONTROL_ROOM
from desk.settings import Settings
from tests.consenting import agree
from tests.media_pictures import PACKETS_PER_S, Loop, loop
from tests.media_sender import MediaSender, play
from tests.scenes import InCall
from tests.support import RunningDesk, Visitor

PATIENCE_S = 20  # a bound for hanging tests, never a measure


@asynccontextmanager
async def recorder(settings: Settings, **variables: str) -> AsyncIterator[Process]:
    """`desk record` beside a running desk, which may be killed."""
    told = settings.model_dump(mode="json", include={"data_dir", "port", "secret_key"})
    own = {f"DESK_{name.upper()}": str(value) for name, value in told.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "desk", "record", env=os.environ | own | variables
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


async def come(desk: RunningDesk, count: int = 1) -> None:
    """Wait until so many recorders are there."""
    recorders = desk.app[CONTROL_ROOM].recorders
    async with asyncio.timeout(PATIENCE_S):
        while len(recorders.names()) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@cache
def film() -> Loop:
    """What every sender of these tests shows."""
    return loop(160, 120, 100_000, 1)


async def consents(desk: RunningDesk, scene: InCall) -> None:
    """The applicant of a call agrees to be recorded."""
    status, answer = await agree(scene.who, scene.applicant)
    assert status == 200, answer


@asynccontextmanager
async def sending(visitor: Visitor, call: str) -> AsyncIterator[dict[str, Any]]:
    """A leg of this visitor's side, through which pictures and sound go all the time."""
    sender, opened = MediaSender(), {}

    async def answered(offer: str) -> str:
        status, body = await visitor.act(f"/calls/{call}/recording/leg", {"sdp": offer})
        assert status == 200, body
        opened.update(body)
        return str(body["answer"])

    async def send() -> None:
        number = 0
        while True:
            if sender.connection.connectionState == "connected":
                play(sender, film(), number, time.time())
                number += 1
            await asyncio.sleep(1 / PACKETS_PER_S)

    await sender.connect(answered)
    task = asyncio.create_task(send())
    try:
        yield opened
    finally:
        task.cancel()
        # The recorder may have closed it in the middle of a packet.
        with suppress(asyncio.CancelledError, KeyError, ConnectionError):
            await task
        await sender.close()
