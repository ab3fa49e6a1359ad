"""One leg: a send-only connection of one side of a call, and the file of what it brings."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import get_capabilities

from media import audio, rtcp, video
from media.candidates import Network
from media.clock import Now, SideClock, TrackClock
from media.facts import SegmentFacts, TrackFacts
from media.matroska import AUDIO, VIDEO
from media.offers import FORMATS, BadOffer, checked
from media.receiver import Intake, Receiver, receivers
from media.segment import Place, Segment
from media.source import Source

# How long frames wait for those that are still on their way, if no repair is under way.
HELD_BACK_S = 0.4
# Nothing for so long: the other side is gone, or never came.
GONE_AFTER_S = 40.0
# A browser reports within seconds of its first packet; who does not is not waited for.
REPORTS_WITHIN_S = 15.0
CLOSES_WITHIN_S = 3.0
END_OF_TIME_S = float("inf")


class Leg:
    """A connection on its way into a file. `recorder` calls what is to be done every so often."""

    def __init__(self, place: Place, now: Now) -> None:
        """Nothing is connected yet."""
        self._place, self._opened_s = place, now.s
        self._connection: RTCPeerConnection | None = None
        self._intakes: dict[Any, Intake] = {}
        self._sources: dict[str, Source] = {}
        self._receivers: list[Receiver] = []
        self._clock = SideClock()
        self._notes: Counter[str] = Counter()
        self._segment = Segment(place, [])

    async def answer(
        self, offer: str, allowed: Sequence[Network], relays: Sequence[RTCIceServer]
    ) -> str:
        """Connect to the sender of an offer. Raises BadOffer."""
        sdp, kinds = checked(offer, allowed)
        # Without a list, aiortc asks a public server abroad.
        self._connection = connection = RTCPeerConnection(RTCConfiguration(iceServers=list(relays)))
        self._receive(connection, kinds)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            await connection.setLocalDescription(await connection.createAnswer())
        except Exception as error:
            await connection.close()
            raise BadOffer("bad_offer") from error
        return str(connection.localDescription.sdp)

    def _receive(self, connection: RTCPeerConnection, kinds: Sequence[str]) -> None:
        """Expect these tracks, in the one format of each that is written."""
        self._segment = segment = Segment(self._place, kinds)
        for kind in kinds:
            wanted = (FORMATS[kind], f"{kind}/rtx")
            codecs = get_capabilities(kind).codecs
            transceiver = connection.addTransceiver(kind, direction="recvonly")
            transceiver.setCodecPreferences([one for one in codecs if one.mimeType in wanted])
            self._sources[kind] = _source(kind, self._clock, segment)
        self._receivers = receivers(connection)
        for receiver in self._receivers:
            receiver.prepare(self._sources[receiver.kind], self._intakes)

    @property
    def heard_s(self) -> float:
        """When media last came; before that, when the leg was opened."""
        return max([self._opened_s, *(one.heard_s for one in self._intakes.values())])

    @property
    def is_written(self) -> bool:
        """Whether frames are in the file."""
        return self._segment.is_begun

    def is_over(self, now_s: float) -> bool:
        """Whether nothing more will come."""
        return (
            any(one.is_disconnected for one in self._receivers)
            or self._connection is None
            or self._connection.connectionState in ("failed", "closed")
            or now_s - self.heard_s > GONE_AFTER_S
        )

    def is_timed(self, now_s: float) -> bool:
        """Whether the sender's clock is known, or will not be by waiting for it."""
        return self._clock.is_known or now_s - self._opened_s > REPORTS_WITHIN_S

    def drain(self, now_s: float) -> None:
        """Take what has come."""
        for intake in self._intakes.values():
            intake.drain(now_s)

    def request(self, now_s: float) -> None:
        """Ask for what is missing."""
        for receiver, source, intake in self._ways():
            if asked := source.requests(receiver.own_ssrc, now_s):
                intake.send(asked)

    def report(self, now_s: float) -> None:
        """Tell the sender how it arrives."""
        for receiver, source, intake in self._ways():
            if (reception := source.reception(now_s)) is not None:
                intake.send(rtcp.receiver_report(receiver.own_ssrc, [reception]))

    def write(self, now: Now) -> None:
        """Write a cluster of what is in order. Raises OSError where the disk takes no more."""
        until_s = now.s - HELD_BACK_S
        picture = self._picture
        if picture is not None and picture.is_waiting:
            until_s = min(until_s, picture.wrote_s + video.STEP_S)
        self._write(until_s, now)

    def _write(self, until_s: float, now: Now) -> None:
        if self._picture is not None and self._picture.sizes:
            self._segment.size = self._picture.sizes[0]
        self._segment.write(until_s, now)

    async def close(self, now: Now) -> SegmentFacts:
        """End the connection and the file."""
        self.drain(now.s)
        if self._connection is not None:
            # A relay that is gone takes its time to say so.
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSES_WITHIN_S):
                    await self._connection.close()
        sealed = None
        try:
            if self._picture is not None:
                self._picture.finish(now.s)
            self._write(END_OF_TIME_S, now)
            # It waits for the disk.
            sealed = await asyncio.to_thread(self._segment.close)
        except OSError:
            self.note("disk_failed")
        return SegmentFacts(
            sealed.sha256 if sealed else None,
            sealed.plain_bytes if sealed else 0,
            self._segment.started_at,
            self._segment.ended_at,
            [self._track_facts(*one) for one in self._sources.items()],
            self._picture.sizes if self._picture else [],
            self._all_notes(),
        )

    def note(self, word: str) -> None:
        """Keep something odd for the facts."""
        self._notes[word] += 1

    @property
    def _picture(self) -> video.Video | None:
        source = self._sources.get("video")
        return source.media if source and isinstance(source.media, video.Video) else None

    def _ways(self) -> list[tuple[Receiver, Source, Intake]]:
        return [
            (one, self._sources[one.kind], self._intakes[one.transport])
            for one in self._receivers
            if one.transport in self._intakes
        ]

    def _track_facts(self, kind: str, source: Source) -> TrackFacts:
        media, at_ms = source.media, self._segment.at_ms
        gaps = [(at_ms(start_s), at_ms(end_s)) for start_s, end_s in media.gaps]
        codec = FORMATS[kind]
        return TrackFacts(codec, media.frames, media.packets, media.lost, media.repaired, gaps)

    def _all_notes(self) -> dict[str, int]:
        notes = self._notes
        notes["clock_jumped"] += self._clock.jumps
        notes["late"] += self._segment.late
        for intake in self._intakes.values():
            notes["not_rtp"] += intake.not_rtp
            notes["refused"] += intake.refused
            notes["wrong_type"] += intake.wrong_type
        for source in self._sources.values():
            notes["ssrc_changed"] += source.changes
            notes["other_ssrc"] += source.others
            notes["renumbered"] += source.renumbered
            notes["doubled"] += source.media.doubled
            notes |= Counter(source.media.notes())
        return {word: count for word, count in notes.items() if count}


def _source(kind: str, side: SideClock, segment: Segment) -> Source:
    if kind == "video":
        clock, number = TrackClock(video.TICKS_PER_S, side), VIDEO
        media: video.Video | audio.Audio = video.Video(clock, partial(segment.take, number))
    else:
        clock, number = TrackClock(audio.TICKS_PER_S, side), AUDIO
        media = audio.Audio(clock, partial(segment.take, number), segment.has_passed)
    return Source(media, clock, partial(segment.move, number))
