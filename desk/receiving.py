"""Reading a form with a file piece by piece: no more of it is held than one piece."""

import asyncio
from collections.abc import Awaitable
from typing import BinaryIO, NamedTuple

from aiohttp import BodyPartReader, MultipartReader, web

from desk.asks import Read, in_time
from desk.keys import LIMITS, PARTS
from desk.problems import Problem, invalid_input

MULTIPART = "multipart/form-data"
# The paths whose forms are read so.
STREAMED = {"/uploads"}

PIECE_BYTES = 64 * 1024
LONGEST_FIELD_BYTES = 4096
MOST_PARTS = 10
# What a form has around its file.
FORM_BYTES = 16 * 1024


class TooLarge(Exception):
    """The file is larger than it may be; reading has stopped."""


class TwoFiles(Exception):
    """There is a second file in the form; reading has stopped."""


class Form(NamedTuple):
    """What a form holds: its fields as text, and the name of its file if there is one."""

    fields: dict[str, str]
    file_name: str | None


async def first_field(request: web.Request, name: str) -> str:
    """The field with which a streamed form begins; empty where it begins with another one.

    Raises a Problem: invalid_input, too_slow.
    """

    async def read() -> str:
        part = await _next(await _parts(request))
        return await _text(part) if part is not None and part.name == name else ""

    return await in_time(request, _whole(read()))


async def receive(request: web.Request, file: BinaryIO, most_bytes: int) -> Form:
    """Read the rest of a form, its file into `file`.

    Raises TooLarge, at once where the request says so itself; TwoFiles; or a Problem:
    invalid_input, too_slow.
    """
    if (request.content_length or 0) > most_bytes + FORM_BYTES:
        raise TooLarge
    within_s = request.app[LIMITS].slowest_upload_s
    return await in_time(request, _whole(_receive(request, file, most_bytes)), within_s)


async def _receive(request: web.Request, file: BinaryIO, most_bytes: int) -> Form:
    parts = await _parts(request)
    fields: dict[str, str] = {}
    file_name = None
    for _part in range(MOST_PARTS):
        part = await _next(parts)
        if part is None:
            return Form(fields, file_name)
        if part.filename is None:
            fields[part.name or ""] = await _text(part)
        elif file_name is not None:
            raise TwoFiles
        else:
            file_name = part.filename
            await _copy(part, file, most_bytes)
    raise invalid_input()


async def _parts(request: web.Request) -> MultipartReader:
    if PARTS not in request:
        request[PARTS] = await request.multipart()
    return request[PARTS]


async def _next(parts: MultipartReader) -> BodyPartReader | None:
    part = await parts.next()
    if isinstance(part, MultipartReader):
        raise invalid_input()
    return part


async def _text(part: BodyPartReader) -> str:
    text = b""
    while piece := await part.read_chunk(LONGEST_FIELD_BYTES):
        text += piece
        if len(text) > LONGEST_FIELD_BYTES:
            raise invalid_input()
    return text.decode()


async def _copy(part: BodyPartReader, file: BinaryIO, most_bytes: int) -> None:
    left = most_bytes
    while piece := await part.read_chunk(PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            raise TooLarge
        await asyncio.to_thread(file.write, piece)


async def _whole(reading: Awaitable[Read]) -> Read:
    try:
        return await reading
    except Problem:
        raise
    except (ValueError, LookupError, AssertionError, RuntimeError, web.RequestPayloadError):
        # No multipart at all, a torn one, text that is none: the library has a word for each.
        raise invalid_input() from None
