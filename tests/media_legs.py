"""A recorder for tests: its clock is set, its news are kept, what it wrote is decoded in full."""

import asyncio
import io
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import av
from aiortc import RTCIceServer, RTCPeerConnection

from media.clock import Now
from media.facts import SegmentFacts
from media.files import segment_file
from media.recorder import OpenLeg, Recorder, Told
from media.sealed import SealedReader
from media.video import Video
from tests.media_pictures import Loop, loop
from tests.media_sender import MediaSender, here, play

KEY = bytes(range(32))
TICK_S = 0.02
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass
class Decoded:
    """What a file gives: when each frame is due in seconds, its size, and what went wrong."""

    pictures_s: list[float] = field(default_factory=list)
    sounds_s: list[float] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)


def decoded(content: bytes, *, keeps_frames: bool = False) -> Decoded:
    """Decode everything. Raises av.FFmpegError where a frame cannot be."""
    found = Decoded()
    container: Any = av.open(io.BytesIO(content), format="matroska")
    with container:
        for packet in container.demux():
            for frame in packet.decode():
                at_s = float(frame.pts * frame.time_base)
                if isinstance(frame, av.VideoFrame):
                    found.pictures_s.append(at_s)
                    if (frame.width, frame.height) not in found.sizes[-1:]:
                        found.sizes.append((frame.width, frame.height))
                else:
                    found.sounds_s.append(at_s)
                if keeps_frames:
                    found.frames.append(frame)
    return found


class RunningRecorder:
    """A recorder whose time moves only when it is told to."""

    def __init__(self, folder: Path, limit: int = 2) -> None:
        self.folder, self.told = folder, list[Told]()
        self.now = Now(1_000.0, MORNING)
        self._heard, self._connected = asyncio.Event(), asyncio.Event()
        self._allowed = [ipaddress.ip_network(one) for one in here()]
        self.relays: list[RTCIceServer] = []
        self.recorder = Recorder(
            limit,
            folder,
            self._tell,
            allowed=self._allowed,
            relays=lambda _recording: self.relays,
            clock=lambda: self.now,
        )

    def _tell(self, told: Told) -> None:
        self.told.append(told)
        self._heard.set()

    def allow(self, networks: Sequence[str]) -> None:
        self._allowed[:] = [ipaddress.ip_network(one) for one in networks]

    def forbid_all(self) -> None:
        self._allowed.clear()

    async def open(
        self, offer: str, side: str = "applicant", segment: int = 1, recording: str = "one"
    ) -> str:
        answer = await self.recorder.open(OpenLeg(recording, side, segment, KEY, offer))
        connection = self.recorder._open[recording, side, segment].leg._connection
        assert connection is not None
        connection.on("connectionstatechange", partial(self._changed, connection))
        return answer

    def _changed(self, connection: RTCPeerConnection) -> None:
        if connection.connectionState == "connected":
            self._connected.set()

    async def sender(self, side: str = "applicant", segment: int = 1, **more: Any) -> MediaSender:
        """One side that is connected and has sent nothing yet."""
        sender = MediaSender(**more)
        await sender.connect(lambda offer: self.open(offer, side, segment))
        await self.connected(sender)
        return sender

    async def connected(self, sender: MediaSender) -> None:
        """Wait until a sender may send, and is heard."""
        async with asyncio.timeout(20):
            await sender.connected.wait()
            await self._connected.wait()
        self._connected.clear()
        # The socket is taken over in the next turn of the loop.
        await asyncio.sleep(0)

    def forward(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        self.now = Now(self.now.s + seconds, self.now.at + timedelta(seconds=seconds))
        self.recorder.serve()

    def picture(self, side: str = "applicant", segment: int = 1) -> Video:
        """The picture of an open leg, to be looked at."""
        media = self.recorder._open["one", side, segment].leg._sources["video"].media
        assert isinstance(media, Video)
        return media

    async def until(self, news: str) -> Told:
        """Wait for news that come by themselves."""
        async with asyncio.timeout(20):
            while not (found := [one for one in self.told if one.news == news]):
                self._heard.clear()
                await self._heard.wait()
        return found[-1]

    async def facts(self, side: str = "applicant") -> SegmentFacts:
        """End the side, and what is known of it then."""
        await self.recorder.close("one", side)
        facts = [one.facts for one in self.told if one.news == "closed" and one.side == side]
        assert facts[-1] is not None
        return facts[-1]

    def content(self, side: str = "applicant", segment: int = 1) -> bytes:
        """The plain bytes of a file."""
        name = segment_file("one", side, segment)
        with SealedReader(self.folder / name, KEY, name) as reader:
            return reader.read(0, reader.plain_bytes)


@cache
def small() -> Loop:
    """A second of a small picture."""
    return loop(160, 120, 100_000, seconds=1)


def send(running: RunningRecorder, sender: MediaSender, ticks: range) -> None:
    """Play these ticks, in the recorder's time as well."""
    for tick in ticks:
        play(sender, small(), tick, wall_s=running.now.s)
        running.forward(TICK_S)
