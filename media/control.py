"""What desk and recorder say to each other: JSON on one local WebSocket, both ways.

The desk greets with a nonce; the recorder proves that it knows the key, and says what it is doing.
From then on the desk asks (`open`, `close`, `finish`), the recorder answers each question under its
`id`, and tells of its legs by itself: `started`, `silent`, `heard`, `closed`.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, TypeAdapter

HEARTBEAT_S = 5.0
LARGEST_MESSAGE_BYTES = 1024 * 1024
LARGEST_OFFER = 32 * 1024
PATH = "/recorder"

Side = Literal["applicant", "verifier"]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Key = Annotated[
    bytes,
    PlainValidator(lambda said: said if isinstance(said, bytes) else base64.b64decode(said)),
    PlainSerializer(lambda key: base64.b64encode(key).decode(), return_type=str),
]


class Message(BaseModel):
    """Base of all messages; nothing is taken that is not expected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(Message):
    """Take a side's offer, and write what comes into a segment. Answered with an SDP answer.

    Errors: `full`, `bad_offer`, `not_vp8`, `no_candidates`.
    """

    ask: Literal["open"] = "open"
    id: int = 0
    recording: Name
    side: Side
    segment: int
    key: Key
    offer: str


class Close(Message):
    """End the leg of one side, or of both. Answered once their files are whole."""

    ask: Literal["close"] = "close"
    id: int = 0
    recording: Name
    side: Side | None = None


class Piece(Message):
    """A segment's file and when it began, in milliseconds from the recording's zero."""

    side: Side
    file: str
    offset_ms: int


class Finish(Message):
    """Make each side's file to be played out of its segments. Answered with the facts of each.

    Errors: `tampered`, `missing`, `disk_failed`.
    """

    ask: Literal["finish"] = "finish"
    id: int = 0
    recording: Name
    key: Key
    pieces: list[Piece]


Ask = Open | Close | Finish
ASK: TypeAdapter[Ask] = TypeAdapter(Annotated[Ask, Field(discriminator="ask")])


class Answer(Message):
    """The answer to the question of this id, or the word for why there is none."""

    id: int
    answer: Any = None
    error: str | None = None


class Greeting(Message):
    """The desk's first word."""

    nonce: str


class Going(Message):
    """A leg that goes on, and what was told of it so far."""

    recording: Name
    side: Side
    segment: int
    is_started: bool
    is_silent: bool


class Hello(Message):
    """The recorder's first word: who it is, how many calls it takes, which legs go on."""

    name: Name
    proof: str
    limit: int
    legs: list[Going]


class News(Message):
    """What a recorder tells of a segment; `facts` once it is closed."""

    news: Literal["started", "silent", "heard", "closed"]
    recording: Name
    side: Side
    segment: int
    facts: dict[str, Any] | None = None


HEARD: TypeAdapter[Answer | News] = TypeAdapter(Answer | News)


def proof_of(key: bytes, nonce: str) -> str:
    """That one knows the key, in hexadecimal."""
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()


def moment(written: str | None) -> datetime | None:
    """A moment out of the facts of a segment."""
    return datetime.fromisoformat(written) if written else None
