"""What a page handler is given, and what it gives back."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.sessions import Identity
from desk.keys import LIMITS, SETTINGS
from desk.limits import too_slow
from desk.problems import PROBLEM_JSON, invalid_input
from desk.settings import Settings
from signaling.server import Signaling

Thing = TypeVar("Thing")
Body = TypeVar("Body", bound=BaseModel)
Read = TypeVar("Read")
Tell = Callable[[Signaling], Awaitable[None] | None]

# As JSON writes it, and not a backslash before five ordinary characters.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
JSON_KINDS = ("application/json", PROBLEM_JSON)
LONGEST_PATH = 500


def _path_of_ours(path: str) -> str:
    # Browsers drop tabs and line ends from an address, so that "/\t/host" would be "//host".
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_path and path.isprintable() and len(path) <= LONGEST_PATH else "/"


# Where to go on; anything that could lead to another host becomes the home page.
OwnPath = Annotated[str, AfterValidator(_path_of_ours)]


@dataclass(frozen=True, slots=True)
class Ask(Generic[Thing]):
    """One request, after it was found to be allowed, inside its one transaction."""

    request: web.Request
    session: AsyncSession
    identity: Identity
    now: datetime
    thing: Thing
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The desk's settings."""
        return self.request.app[SETTINGS]

    def body(self, model: type[Body]) -> Body:
        """What was sent, as `model`. Raises the Problem invalid_input."""
        return parse(model, self.sent)


@dataclass(frozen=True, slots=True)
class View:
    """A page: its template, the data that scripts get as JSON, and what only the page needs."""

    template: str
    data: dict[str, Any]
    page_only: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """A command's answer: JSON for scripts, `location` for forms, and whom to tell afterwards.

    `is_kept` is false for an answer that is not to lie in the database under an Idempotency-Key.
    """

    body: dict[str, Any]
    location: str
    tell: Tell | None = None
    is_kept: bool = True


def parse(model: type[Body], sent: Mapping[str, Any]) -> Body:
    """`sent` as `model`. Raises the Problem invalid_input, which names the fields."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise invalid_input(
            {".".join(str(part) for part in e["loc"]): e["msg"] for e in error.errors()}
        ) from None


async def read_body(request: web.Request) -> dict[str, Any]:
    """The body of a form or of JSON as a mapping. Raises a Problem: invalid_input, too_slow."""
    return await in_time(request, _read_body(request))


async def in_time(
    request: web.Request, reading: Awaitable[Read], within_s: float | None = None
) -> Read:
    """What `reading` reads of the body. Raises a Problem: invalid_input, too_slow."""
    try:
        async with asyncio.timeout(within_s or request.app[LIMITS].slowest_body_s):
            return await reading
    except TimeoutError:
        raise too_slow() from None
    except ConnectionError:
        # Gone in the middle of it: nobody reads the answer, and nothing of ours has failed.
        raise invalid_input() from None


async def _read_body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        try:
            sent = json.loads(await request.read())
        except (ValueError, RecursionError, web.RequestPayloadError):
            raise invalid_input() from None
        if not isinstance(sent, dict) or not _can_be_stored(sent):
            raise invalid_input()
        return sent
    try:
        form = await request.post()
    except (ValueError, LookupError, web.RequestPayloadError):
        # A torn multipart body, an encoding nobody knows, a gzip that is none.
        raise invalid_input() from None
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    if not _can_be_stored(sent):
        raise invalid_input()
    return sent


def _can_be_stored(sent: dict[str, Any]) -> bool:
    """Text of whole characters without NUL, which PostgreSQL does not take."""
    try:
        written = json.dumps(sent, ensure_ascii=False)
        return NUL.search(written) is None and bool(written.encode())
    except (UnicodeEncodeError, RecursionError):
        return False


def wants_json(request: web.Request) -> bool:
    """Whether a script asks: browsers that open a page name text/html."""
    accept = request.headers.get("Accept", "")
    return any(kind in accept for kind in JSON_KINDS) and "text/html" not in accept
