"""One side of a call as a browser sends it to the recorder: ready-made frames over DTLS-SRTP."""

import asyncio
import random
import struct
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aioice.ice import get_host_addresses
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import is_rtx
from aiortc.rtp import RTCP_PSFB_PLI, RtcpPsfbPacket, RtcpRtpfbPacket

from tests.media_pictures import FRAMES_PER_S, PACKETS_PER_S, Loop

LARGEST_PIECE = 1100
KEPT = 1024
NTP_EPOCH_S = 2_208_988_800


def here() -> list[str]:
    """The networks of this machine, which a recorder of a test may send to."""
    return [f"{address}/32" for address in get_host_addresses(use_ipv4=True, use_ipv6=False)]


class Track:
    """One stream of packets: what RTP wants to know of it, and what may be asked for again."""

    def __init__(self, sender: Any, ticks_per_s: int) -> None:
        self.sender, self.ticks_per_s = sender, ticks_per_s
        self.ssrc: int = sender._ssrc
        self.sequence = random.randrange(1 << 15)
        self.first_timestamp = random.randrange(1 << 32)
        self.kind = self.again_kind = 0
        self.again_sequence = 0
        self.kept: OrderedDict[int, bytes] = OrderedDict()
        self.asked: list[int] = []
        self.wants_key = False
        self.begun: Callable[[], None] = lambda: None
        sender.send, sender._handle_rtcp_packet = self._begin, self._told

    async def _begin(self, parameters: Any) -> None:
        """In the place of aiortc's own sending, which encodes."""
        for codec in parameters.codecs:
            if not is_rtx(codec):
                self.kind = self.kind or codec.payloadType
            elif codec.parameters["apt"] == self.kind:
                self.again_kind = self.again_kind or codec.payloadType
        self.sender.transport._register_rtp_sender(self.sender, parameters)
        self.begun()

    async def _told(self, packet: Any) -> None:
        if isinstance(packet, RtcpRtpfbPacket):
            self.asked += packet.lost
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_PLI:
            self.wants_key = True


class MediaSender:
    """Sends a loop of frames and sounds; `loses` says which packets the network eats."""

    def __init__(
        self, loses: Callable[[], bool] = lambda: False, *, has_video: bool = True
    ) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.loses = loses
        self.sound = Track(self._sender("audio"), 48_000)
        self.picture = Track(self._sender("video"), 90_000) if has_video else None
        self.frames_sent = self.sounds_sent = self.sounds_lost = 0
        self._begun_anew = 0
        self._held: list[bytes] | None = None
        self.wall_ahead_s = 0.0
        # Set by the last track that may send.
        self.connected = asyncio.Event()
        (self.picture or self.sound).begun = self.connected.set

    def _sender(self, kind: str) -> Any:
        return self.connection.addTransceiver(kind, direction="sendonly").sender

    async def connect(self, answered: Callable[[str], Awaitable[str]]) -> None:
        """Offer, take the answer; returns when the way is open."""
        connection = self.connection
        await connection.setLocalDescription(await connection.createOffer())
        answer = await answered(connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        await self.connection.close()

    def send_frame(self, frame: bytes, at_s: float) -> None:
        """One frame of the picture, made so many seconds after the first."""
        track = self.picture
        assert track is not None
        pieces = [frame[at : at + LARGEST_PIECE] for at in range(0, len(frame), LARGEST_PIECE)]
        for number, piece in enumerate(pieces):
            # As Chromium does: extended, a picture id of two bytes.
            descriptor = struct.pack("!BBH", 0x90 if number == 0 else 0x80, 0x80, 0x8000)
            self._packet(track, at_s, number == len(pieces) - 1, descriptor + piece)
        self.frames_sent += 1

    def send_next_frame(self, loop: Loop, number: int) -> None:
        """The next one of a loop, which begins anew where a key frame was asked for."""
        assert self.picture is not None
        if self.picture.wants_key:
            self.picture.wants_key = False
            self._begun_anew = number
        frame = loop.frames[(number - self._begun_anew) % len(loop.frames)]
        self.send_frame(frame, number / FRAMES_PER_S)

    def send_sound(self, sound: bytes, at_s: float) -> None:
        """One packet of sound."""
        self._packet(self.sound, at_s, False, sound)
        self.sounds_sent += 1

    def report(self, track: Track, at_s: float, wall_s: float) -> None:
        """Say which time stamp is which moment of the sender's clock."""
        ntp = int((wall_s + self.wall_ahead_s + NTP_EPOCH_S) * (1 << 32))
        stamp = (track.first_timestamp + round(at_s * track.ticks_per_s)) & 0xFFFFFFFF
        self.control(struct.pack("!BBHIQIII", 0x80, 200, 6, track.ssrc, ntp, stamp, 0, 0))

    def repeat(self) -> None:
        """Send again what was asked for."""
        track = self.picture
        assert track is not None
        asked, track.asked = track.asked, []
        for number in asked:
            if (packet := track.kept.get(number)) is None:
                continue
            head = struct.pack(
                "!BBH", 0x80, packet[1] & 0x80 | track.again_kind, track.again_sequence
            )
            track.again_sequence = (track.again_sequence + 1) & 0xFFFF
            again = head + packet[4:8] + struct.pack("!I", self.picture_again_ssrc)
            self.raw(again + packet[2:4] + packet[12:])

    @property
    def picture_again_ssrc(self) -> int:
        assert self.picture is not None
        return int(self.picture.sender._rtx_ssrc)

    def _packet(self, track: Track, at_s: float, is_last: bool, payload: bytes) -> None:
        stamp = (track.first_timestamp + round(at_s * track.ticks_per_s)) & 0xFFFFFFFF
        kind = is_last << 7 | track.kind
        packet = struct.pack("!BBHII", 0x80, kind, track.sequence, stamp, track.ssrc) + payload
        track.kept[track.sequence] = packet
        if len(track.kept) > KEPT:
            track.kept.popitem(last=False)
        track.sequence = (track.sequence + 1) & 0xFFFF
        self.raw(packet)

    def raw(self, packet: bytes) -> None:
        """Seal one RTP packet, and send it unless the network eats it."""
        dtls = self.sound.sender.transport
        sealed = dtls._tx_srtp.protect(packet)
        if self.loses():
            self.sounds_lost += packet[1] & 0x7F == self.sound.kind
        else:
            self.datagram(sealed)

    def control(self, packet: bytes) -> None:
        """Send RTCP."""
        self.datagram(self.sound.sender.transport._tx_srtp.protect_rtcp(packet))

    @contextmanager
    def held_up(self) -> Iterator[list[bytes]]:
        """The network keeps what is sent meanwhile, for `bring`."""
        held: list[bytes] = []
        self._held = held
        yield held
        self._held = None

    def bring(self, held: list[bytes]) -> None:
        """The network brings what it has kept, in its order."""
        for data in held:
            self.datagram(data)

    def datagram(self, data: bytes) -> None:
        """Send bytes as they are to where the recorder listens."""
        if self._held is not None:
            self._held.append(data)
            return
        pair = self.sound.sender.transport.transport._connection._nominated[1]
        pair.protocol.transport._sock.sendto(data, pair.remote_addr)


def play(
    sender: MediaSender, loop: Loop, number: int, wall_s: float, picture_late_s: float = 0.0
) -> None:
    """Send the tick of this number, twenty milliseconds each.

    `wall_s` is the sender's clock. A camera and an encoder take their time: `picture_late_s`.
    """
    at_s = number / PACKETS_PER_S
    sender.send_sound(loop.sounds[number % len(loop.sounds)], at_s)
    if sender.picture is not None:
        late = round(picture_late_s * PACKETS_PER_S)
        first, end = (
            max(0, -(-(tick - late) * FRAMES_PER_S // PACKETS_PER_S))
            for tick in (number, number + 1)
        )
        for frame in range(first, end):
            sender.send_next_frame(loop, frame)
        sender.repeat()
    if number % PACKETS_PER_S == 0:
        for track in (sender.sound, sender.picture):
            if track is not None:
                sender.report(track, at_s, wall_s)
