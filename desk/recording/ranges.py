"""A sealed file over HTTP: opened as it goes out, from wherever a player wants it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from media.sealed import SealedReader

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Sought(NamedTuple):
    """A sealed file: where it lies, its key, its name."""

    path: Path
    key: bytes
    name: str

    def open(self) -> SealedReader:
        """Raises Tampered, FileNotFoundError."""
        return SealedReader(self.path, self.key, self.name)


class Unsatisfiable(Exception):
    """No such bytes, or more than one range of them."""


def span_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last, or None for all. Raises Unsatisfiable."""
    if header is None or not header.startswith("bytes="):
        return None
    if "," in header:
        raise Unsatisfiable
    found = ONE_RANGE.fullmatch(header.replace(" ", ""))
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise Unsatisfiable
    return start, end


async def answer(request: web.Request, sought: Sought, content_type: str) -> web.Response:
    """All of the file, or the one range that was asked for. Raises Tampered, FileNotFoundError.

    Nothing tells whether a file has changed since, so a conditional range is answered with all.
    """
    with await asyncio.to_thread(sought.open) as reader:
        size = reader.plain_bytes
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    try:
        asked = None if "If-Range" in request.headers else request.headers.get("Range")
        span = span_of(asked, size)
    except Unsatisfiable:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, end = span or (0, size)
    headers["Content-Length"] = str(end - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    body = None if request.method == "HEAD" else _pieces(sought, start, end - start)
    return web.Response(
        status=206 if span else 200, headers=headers, body=body, content_type=content_type
    )


async def _pieces(sought: Sought, offset: int, size: int) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(sought.open) as reader:
        pieces = reader.pieces(offset, size)
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
