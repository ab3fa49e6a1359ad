"""How long the worst that pages of calls may say holds the desk's event loop.

Counted is the time that the loop's own thread works without a pause: on a shared machine the clock
on the wall would count what others do, too.
"""

import asyncio
import json
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import aiohttp

from desk.demo.load import PASSWORD
from signaling.limits import DEEPEST, LARGEST_MESSAGE_BYTES, MESSAGES_AT_ONCE
from signaling.messages import LARGEST_DESCRIPTION
from tests.bench.result import Result, alone
from tests.support import Visitor, free_port

CALLS = 5
ROUNDS = 15
# What is let through at once, and what time lets through while it is said.
MOST = 4 * MESSAGES_AT_ONCE
OPENS_WITHIN_S = 60
LOOK_AGAIN_S = 0.05


def _worst() -> list[str]:
    """As large, as deep and as wrong as a message may be before its connection is closed for it."""
    room = LARGEST_MESSAGE_BYTES - 200
    deep = "[" * DEEPEST + "]" * DEEPEST
    nested = ",".join([deep] * (room // (len(deep) + 1)))
    sdp = "v=0\r\n" + "a=x\r\n" * ((LARGEST_DESCRIPTION - 10) // 5)
    offer = {"description": {"type": "offer", "sdp": sdp}}
    too_large = {"description": {"type": "offer", "sdp": "x" * (room - 100)}}
    return [
        f'42/call,1["signal",{json.dumps(offer)}]',
        f'42/call,2["signal",{json.dumps(too_large)}]',
        f'42/call,3["signal",[{nested}]]',
        f'42/call,4["chat",{{"text":"{"y" * (room - 100)}"}}]',
        '42/call,5["quality",{"bars":' + "9" * (room - 100) + "}]",
        f'42/call,6["nothing",{{"a":{nested[: room // 2]}}}]',
    ]


@dataclass
class Watched:
    """The desk, and how long its loop was held."""

    process: asyncio.subprocess.Process
    base: str

    async def longest_ms(self) -> float:
        """Since it was asked last."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"?\n")
        return float(await self.process.stdout.readline())


async def hostile_hold() -> Result:
    """Milliseconds of work: the longest hold in each round of pages that say the worst at once."""
    with tempfile.TemporaryDirectory() as folder:
        desk = await _started(Path(folder))
        try:
            pages = [page for number in range(1, CALLS + 1) for page in await _call(desk, number)]
            held = []
            for _round in range(ROUNDS):
                await desk.longest_ms()
                await asyncio.gather(*(_say_the_worst(visitor, call) for visitor, call in pages))
                held.append(await desk.longest_ms())
            for visitor, _call_id in pages:
                await visitor.http.close()
        finally:
            desk.process.kill()
            await desk.process.wait()
    case = f"{2 * CALLS} pages flood until they are closed, messages up to 64 kB"
    return alone(held, unit="ms", case=case, digits=1)


async def _started(folder: Path) -> Watched:
    port = free_port()
    environment = {"DESK_DATA_DIR": str(folder), "DESK_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.watched_desk"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    desk = Watched(process, f"http://127.0.0.1:{port}")
    async with aiohttp.ClientSession() as http:
        for _try in range(round(OPENS_WITHIN_S / LOOK_AGAIN_S)):
            if await _is_ready(http, desk.base):
                return desk
            await asyncio.sleep(LOOK_AGAIN_S)
    raise RuntimeError("the desk did not start")


async def _is_ready(http: aiohttp.ClientSession, base: str) -> bool:
    try:
        async with http.get(f"{base}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _call(desk: Watched, number: int) -> list[tuple[Visitor, str]]:
    """The two sides of a call: who they are, and which call."""
    applicant = await _signed_in(desk, f"pemohon{number}@demo.test")
    verifier = await _signed_in(desk, f"verifikator{number}@demo.test")
    _status, home = await applicant.open("/")
    meeting = home.partition('href="/meetings/')[2].partition('"')[0]
    await applicant.act(f"/meetings/{meeting}/join")
    _status, taken = await verifier.act("/desk/take")
    await verifier.open("/desk")
    return [(applicant, taken["call"]), (verifier, taken["call"])]


async def _signed_in(desk: Watched, email: str) -> Visitor:
    http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    return await Visitor(desk.base, http).sign_in(email, PASSWORD)


async def _say_the_worst(visitor: Visitor, call: str) -> None:
    """Until the desk has had enough, and closes."""
    url = f"{visitor.base}/socket.io/?EIO=4&transport=websocket"
    async with visitor.http.ws_connect(url, headers={"Origin": visitor.base}) as ws:
        await ws.receive()
        auth = {"csrf": visitor.csrf, "call": call, "page": "hostile"}
        await ws.send_str(f"40/call,{json.dumps(auth)}")
        reading = asyncio.create_task(_read(ws))
        for frame in islice(cycle(_worst()), MOST):
            if reading.done():
                break
            with suppress(ConnectionError):
                await ws.send_str(frame)
        await ws.close()
        await reading


async def _read(ws: aiohttp.ClientWebSocketResponse) -> None:
    async for _message in ws:
        pass
