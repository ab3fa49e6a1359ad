"""What uploads cost the server in memory: one at the limit, ten at once, one that is refused."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from tests.bench.passes import Pass, invited
from tests.bench.result import Result, alone
from tests.bench.servers import Server, desk_server, running

ROUNDS = 3
AT_ONCE = 10
LOOKS_EVERY_S = 0.01
LIMIT_BYTES = 2_000_000
TOO_MUCH_BYTES = 100_000_000
PIECE = bytes(2**16)


async def upload_memory() -> list[Result]:
    """MB: by how much the server's resident memory is larger at most while somebody uploads."""
    photo = _at_the_limit()
    with tempfile.TemporaryDirectory() as folder:
        people = await invited(Path(folder), AT_ONCE)
        server = desk_server(Path(folder), {})
        async with running(server), aiohttp.ClientSession() as http:
            uploads = Uploads(server, http, photo)
            # Nothing is made for the first time any more.
            await uploads.taken(people[0])
            return [
                await uploads.measured("one at the limit", people[:1]),
                await uploads.measured(f"{AT_ONCE} at the limit at once", people),
                await uploads.measured_refusal(people[0]),
            ]


def _at_the_limit() -> bytes:
    """A photograph of as many bytes as may be sent."""
    buffer = io.BytesIO()
    Image.effect_noise((2_400, 1_600), 40).convert("RGB").save(buffer, "JPEG", quality=60)
    photo = buffer.getvalue()
    if len(photo) > LIMIT_BYTES:
        raise RuntimeError(f"the photograph has {len(photo)} bytes")
    # What follows a picture is nothing to those who read pictures.
    return photo + bytes(LIMIT_BYTES - len(photo))


class Uploads:
    """People who upload to a server while its memory is looked at."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, photo: bytes) -> None:
        """Each of them sends this photograph."""
        self._server, self._http, self._photo = server, http, photo

    async def measured(self, case: str, people: list[Pass]) -> Result:
        """So many upload at once, and take it back."""
        grown = [
            await self._growth_mb(asyncio.gather(*(self.taken(who) for who in people)))
            for _round in range(ROUNDS)
        ]
        return alone(grown, unit="MB", case=case, digits=1)

    async def measured_refusal(self, who: Pass) -> Result:
        """Somebody sends far too much."""
        grown = [await self._growth_mb(self._refused(who)) for _round in range(ROUNDS)]
        return alone(grown, unit="MB", case="one of 100 MB, which is refused", digits=1)

    async def taken(self, who: Pass) -> None:
        """One is uploaded, looked at as its page does, and removed."""
        form = aiohttp.FormData({"title": "Surat Tugas"}, default_to_multipart=True)
        form.add_field("file", io.BytesIO(self._photo), filename="surat.jpg")
        answer = await self._ask(who, "POST", "/uploads", data=form)
        await self._ask(who, "GET", f"/uploads/{answer['id']}/pages/1")
        await self._ask(who, "POST", f"/uploads/{answer['id']}/remove", json={})

    async def _ask(self, who: Pass, method: str, path: str, **more: Any) -> Any:
        async with self._http.request(
            method, self._server.base + path, headers=_head(who), raise_for_status=True, **more
        ) as answer:
            is_json = answer.content_type == "application/json"
            return await (answer.json() if is_json else answer.read())

    async def _refused(self, who: Pass) -> None:
        """Without saying beforehand how much it will be, so that the server has to count."""
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        url = f"{self._server.base}/uploads"
        # Closed while more is sent: refused as well.
        with suppress(aiohttp.ClientConnectionError):
            async with self._http.post(url, data=_far_too_much(), headers=_head(who) | kind) as no:
                if no.status != 413:
                    raise RuntimeError(f"100 MB were answered with {no.status}")

    async def _growth_mb(self, work: Awaitable[object]) -> float:
        before_kb = most_kb = await asyncio.to_thread(self._server.resident_kb)
        task = asyncio.ensure_future(work)
        while not task.done():
            await asyncio.wait({task}, timeout=LOOKS_EVERY_S)
            most_kb = max(most_kb, await asyncio.to_thread(self._server.resident_kb))
        await task
        return (most_kb - before_kb) / 1000


def _head(who: Pass) -> dict[str, str]:
    return {"Cookie": who.cookie, "X-CSRF-Token": who.csrf, "Accept": "application/json"}


async def _far_too_much() -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    for _piece in range(TOO_MUCH_BYTES // len(PIECE)):
        yield PIECE
    yield b"\r\n--b--\r\n"
