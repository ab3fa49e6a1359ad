"""Every message on the sockets, typed: what the server tells, and what a client may say.

PROTOCOL.md describes each of them; a test holds the two together in both directions.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

NAMESPACES = ("/call", "/load", "/waiting")
EVERYWHERE = "every namespace"
LARGEST_DESCRIPTION = 32 * 1024
LARGEST_CANDIDATE = 2 * 1024
LONGEST_CHAT = 1_000
MOST_BARS = 4
LONGEST_RTT_MS = 60_000
HIGHEST_RATE_KBPS = 1_000_000

Side = Literal["applicant", "verifier"]
Away = Literal["passed_over", "set_aside"]
Sending = Literal["on", "off", "none"]
RecordingState = Literal["unasked", "refused", "withdrawn", "ready", "paused", "stopped"]
Recorded = Literal["none", "written", "silent", "cut"]
Path = Literal["direct_udp", "direct_tcp", "relay_udp", "relay_tcp", "relay_tls"]


class Unheard(Exception):
    """What a client said is not taken; the text is the error's stable word."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of the line a message speaks of: the sender's epoch, and its counter."""

    epoch: str
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """Base of what the server tells."""

    name: ClassVar[str]
    namespace: ClassVar[str]

    def as_dict(self) -> dict[str, Any]:
        """The message on the wire."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place(Told):
    """Where one ticket stands; position 1 is next.

    `away`: the line does not know yet that a page is open; `back_from`: it has just learnt it.
    """

    name = "place"
    namespace = "/waiting"
    ticket: str
    position: int
    waiting: int
    wait_s: list[int] | None
    version: Version
    away: Away | None = None
    back_from: Away | None = None


@dataclass(frozen=True, slots=True)
class Line(Told):
    """How the line moved, for all at once; each client derives its own place."""

    name = "line"
    namespace = "/waiting"
    version: Version
    waiting: int
    changes: list[tuple[int, int]]
    pace_s: list[float] | None


@dataclass(frozen=True, slots=True)
class Restarting(Told):
    """The desk is shutting down: come back after a random time within these seconds."""

    name = "restarting"
    namespace = EVERYWHERE
    within_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Called(Told):
    """The applicant's turn has come."""

    name = "called"
    namespace = "/waiting"
    call: str
    url: str
    version: Version


@dataclass(frozen=True, slots=True)
class Peer(Told):
    """Whether the other side of the call is there, and which of its page loads."""

    name = "peer"
    namespace = "/call"
    present: bool
    page: str | None


@dataclass(frozen=True, slots=True)
class Signal(Told):
    """A step of the WebRTC handshake, relayed from the other side's page."""

    name = "signal"
    namespace = "/call"
    page: str
    description: dict[str, Any] | None = None
    candidate: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The one step that it carries."""
        kind = "description" if self.description is not None else "candidate"
        return {"page": self.page, kind: getattr(self, kind)}


@dataclass(frozen=True, slots=True)
class Chat(Told):
    """A chat message, to both sides."""

    name = "chat"
    namespace = "/call"
    text: str
    sender: Side
    sender_name: str
    at: str

    def as_dict(self) -> dict[str, Any]:
        """`from` is no name Python allows."""
        return {"text": self.text, "from": self.sender, "name": self.sender_name, "at": self.at}


@dataclass(frozen=True, slots=True)
class Quality(Told):
    """How good the connection is on the other side of the call."""

    name = "quality"
    namespace = "/call"
    bars: int
    loss_percent: float
    rtt_ms: int | None
    rate_kbps: int
    path: Path | None
    sound_only: bool


@dataclass(frozen=True, slots=True)
class Media(Told):
    """Whether the other side of the call sends sound and picture."""

    name = "media"
    namespace = "/call"
    audio: Sending
    video: Sending


@dataclass(frozen=True, slots=True)
class Step(Told):
    """Which step of the verification the applicant is in; none of them: what was asked is done."""

    name = "step"
    namespace = "/call"
    step: str | None
    number: int
    steps: int


@dataclass(frozen=True, slots=True)
class RecordingNews(Told):
    """Whether the call may be recorded, and what of each side is being written this moment."""

    name = "recording"
    namespace = "/call"
    state: RecordingState
    applicant: Recorded
    verifier: Recorded


@dataclass(frozen=True, slots=True)
class Snapshots(Told):
    """How many pictures of the applicant lie at the desk from this call, one more or one less."""

    name = "snapshots"
    namespace = "/call"
    count: int


@dataclass(frozen=True, slots=True)
class Ended(Told):
    """The call is over for this page: why, and where to go."""

    name = "ended"
    namespace = "/call"
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Load(Told):
    """How busy the desk is, to verifiers and supervisors."""

    name = "load"
    namespace = "/load"
    waiting: int
    longest_wait_s: float
    verifiers: dict[str, int]
    service_level: float | None
    taken: int
    approved: int
    rejected: int
    left: int
    calls: int
    version: Version


TOLD: tuple[type[Told], ...] = (
    Place,
    Line,
    Restarting,
    Called,
    Peer,
    Signal,
    Chat,
    Quality,
    Media,
    Step,
    RecordingNews,
    Snapshots,
    Ended,
    Load,
)


class Said(BaseModel):
    """Base of what a client may say; anything more than its fields is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: ClassVar[str]
    namespace: ClassVar[str]

    @classmethod
    def parse(cls, data: Any) -> Self:
        """The message. Raises Unheard."""
        try:
            return cls.model_validate(data)
        except ValidationError:
            raise Unheard("bad_message") from None


class SaidDescription(BaseModel):
    """RTCSessionDescriptionInit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Field(max_length=LARGEST_DESCRIPTION)] = ""


class SaidCandidate(BaseModel):
    """RTCIceCandidateInit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    candidate: Annotated[str, Field(max_length=LARGEST_CANDIDATE)] = ""
    sdp_mid: Annotated[str | None, Field(alias="sdpMid", max_length=64)] = None
    sdp_m_line_index: Annotated[int | None, Field(alias="sdpMLineIndex", ge=0, le=64)] = None
    username_fragment: Annotated[str | None, Field(alias="usernameFragment", max_length=256)] = None


class SaidSignal(Said):
    """A step of the handshake, for the other side: exactly one of the two."""

    name = "signal"
    namespace = "/call"
    description: SaidDescription | None = None
    candidate: SaidCandidate | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.description is None) == (self.candidate is None):
            raise ValueError("exactly one of description and candidate")
        return self


def _can_be_stored(text: str) -> str:
    """Whole characters, and no NUL, which PostgreSQL does not take."""
    if "\0" in text:
        raise ValueError("a NUL")
    text.encode()
    return text


class SaidChat(Said):
    """A chat message."""

    name = "chat"
    namespace = "/call"
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_CHAT),
        AfterValidator(_can_be_stored),
    ]


class SaidQuality(Said):
    """How good the connection is on this side: what its page has measured."""

    name = "quality"
    namespace = "/call"
    bars: Annotated[int, Field(ge=0, le=MOST_BARS)]
    loss_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    rtt_ms: Annotated[int | None, Field(ge=0, le=LONGEST_RTT_MS)] = None
    rate_kbps: Annotated[int, Field(ge=0, le=HIGHEST_RATE_KBPS)]
    path: Path | None = None
    sound_only: bool


class SaidMedia(Said):
    """Whether this side sends sound and picture."""

    name = "media"
    namespace = "/call"
    audio: Sending
    video: Sending


SAID: tuple[type[Said], ...] = (SaidSignal, SaidChat, SaidQuality, SaidMedia)
