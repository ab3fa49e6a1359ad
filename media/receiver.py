"""All that touches the inside of aiortc, aioice, pylibsrtp and asyncio's sockets.

There is no public way to get at packets before they are decoded. `install` puts a receiver of ours
into aiortc; once a leg is connected, its datagrams are read from the socket many at a time, opened
in place and handed on, without the queue, the task and the objects that aiortc makes of each.
`tests/test_receiver_surface.py` fails when what is used here changes.
"""

import asyncio
import struct
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import aiortc.rtcpeerconnection
import pylibsrtp
from aiortc import RTCPeerConnection
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from pylibsrtp._binding import ffi, lib

from media import rtcp
from media.datagrams import LARGEST, MOST, Reading, as_bytes, places, view
from media.source import Source

HEADER_BYTES = 12
# What the first byte of RTP and RTCP may be (RFC 7983), and the second one of RTCP.
MEDIA = frozenset(range(128, 192))
CONTROL = frozenset(range(192, 224))
MARKER = 0x80
# Padding, an extension, contributing sources: what makes a header longer, or the end shorter.
PADDED, EXTENDED, SOURCES, ANYTHING_MORE = 0x20, 0x10, 0x0F, 0x3F
NUMBER_BYTES = 2
# Each source costs libsrtp memory that it keeps: nobody needs more than these.
MOST_SOURCES = 12

_header = struct.Struct("!BBHII").unpack_from
_unprotect = lib.srtp_unprotect
_size = ffi.new("int *")


def install() -> None:
    """Have aiortc make receivers of ours, in every connection of this process from now on."""
    vars(aiortc.rtcpeerconnection)["RTCRtpReceiver"] = Receiver


class Intake:
    """The datagrams of one connection, on their way to the sources of its tracks."""

    def __init__(self, dtls: Any) -> None:
        """Read what comes for this connected DTLS transport."""
        self._dtls, self._ice = dtls, dtls.transport._connection
        self._srtp = dtls._rx_srtp._srtp[0]
        self._sources: dict[int, Source] = {}
        self._again: dict[int, Source] = {}
        self._known: set[int] = set()
        self._reading: Reading | None = None
        self._rest: Callable[[bytes, Any], None]
        self.refused = self.not_rtp = self.wrong_type = 0
        self.heard_s = float("-inf")
        self._now_s: float | None = None
        self._early: list[bytes] = []

    def add(self, source: Source, codecs: list[Any]) -> None:
        """Hand to this source what comes under the payload types of these codecs."""
        for codec in codecs:
            (self._again if is_rtx(codec) else self._sources)[codec.payloadType] = source

    def take_over(self) -> None:
        """Read from the socket, and look first at what the other ways bring. To be called once."""
        pair = self._ice._nominated.get(1)
        for protocol in self._ice._protocols:
            rest = protocol.datagram_received
            protocol.datagram_received = partial(self._arrived, rest)
            # A relay's datagrams come wrapped, out of a socket that is not only ours.
            sock = getattr(protocol.transport, "_sock", None)
            if pair and protocol is pair.protocol and sock and sys.platform == "linux":
                asyncio.get_running_loop()._remove_reader(sock)  # type: ignore[attr-defined]
                self._reading, self._rest = Reading(sock), rest
        waiting = self._ice._queue
        for _ in range(waiting.qsize()):
            if (one := waiting.get_nowait()) is None or one[0][0] not in MEDIA:
                waiting.put_nowait(one)
            else:
                self._arrived(lambda _data, _address: None, one[0], None)

    def drain(self, now_s: float) -> None:
        """Take all that has come."""
        self._now_s = now_s
        for data in self._early:
            self._take(data, now_s)
        self._early.clear()
        reading = self._reading
        if reading is None:
            return
        count = MOST
        while count == MOST:
            count = reading.receive()
            for number, (size,) in enumerate(reading.addresses.sizes(count)):
                at = number * LARGEST
                if size > HEADER_BYTES and view[at] in MEDIA:
                    self._open(number, at, size, now_s)
                elif size:
                    self._pass_on(as_bytes[at : at + size], reading.addresses.sender(number))

    def _pass_on(self, data: bytes, address: tuple[str, int]) -> None:
        try:
            self._rest(data, address)
        except Exception:
            # Anybody may send anything here; asyncio would only have logged it.
            self.refused += 1

    def send(self, packet: bytes) -> None:
        """Send RTCP to the other side, if there is still a way."""
        pair = self._ice._nominated.get(1)
        if pair is not None:
            sealed = self._dtls._tx_srtp.protect_rtcp(packet)
            pair.protocol.transport.sendto(sealed, pair.remote_addr)

    def _arrived(self, rest: Callable[[bytes, Any], None], data: bytes, address: Any) -> None:
        """A datagram that asyncio has read; before the first turn it has no time yet."""
        if HEADER_BYTES < len(data) <= LARGEST and data[0] in MEDIA:
            if self._now_s is None:
                self._early.append(data)
            else:
                self._take(data, self._now_s)
        elif data:
            # aiortc ends the connection over one that is empty.
            rest(data, address)

    def _take(self, data: bytes, now_s: float) -> None:
        view[: len(data)] = data
        self._open(0, 0, len(data), now_s)

    def _open(self, number: int, at: int, size: int, now_s: float) -> None:
        """Decrypt what lies there, and hand it on."""
        first, kind, sequence, timestamp, ssrc = _header(view, at)
        if kind in CONTROL:
            self._control(as_bytes[at : at + size], now_s)
            return
        _size[0] = size
        is_full = ssrc not in self._known and len(self._known) == MOST_SOURCES
        if is_full or _unprotect(self._srtp, places[number], _size):
            self.refused += 1
            return
        self._known.add(ssrc)
        self.heard_s = now_s
        start, end = at + HEADER_BYTES, at + _size[0]
        if first & ANYTHING_MORE:
            start, end = _content(first, start, end)
            if start > end:
                self.not_rtp += 1
                return
        source = self._sources.get(kind & ~MARKER)
        if source is None:
            self._opened_again(kind, timestamp, start, end, now_s)
        elif source.ssrc == ssrc or source.is_now(ssrc, now_s):
            source.heard_s = now_s
            source.taken(sequence, timestamp, kind >= MARKER, as_bytes[start:end], now_s)

    def _opened_again(self, kind: int, timestamp: int, start: int, end: int, now_s: float) -> None:
        """A packet that was asked for: its own number stands in front of its content."""
        source = self._again.get(kind & ~MARKER)
        if source is None:
            self.wrong_type += 1
        elif end - start > NUMBER_BYTES and source.ssrc is not None:
            sequence = view[start] << 8 | view[start + 1]
            content = as_bytes[start + NUMBER_BYTES : end]
            source.taken(sequence, timestamp, kind >= MARKER, content, now_s)

    def _control(self, packet: bytes, now_s: float) -> None:
        try:
            data = self._dtls._rx_srtp.unprotect_rtcp(packet)
        except (pylibsrtp.Error, ValueError):
            self.refused += 1
            return
        for report in rtcp.reports(data):
            for source in set(self._sources.values()):
                source.reported(report, now_s)


def _content(first: int, start: int, end: int) -> tuple[int, int]:
    """Where the payload lies; where the start is behind the end, it was no RTP."""
    start += (first & SOURCES) * 4
    if first & EXTENDED:
        start += 4 + (view[start + 2] << 8 | view[start + 3]) * 4
    if first & PADDED:
        end -= view[end - 1] or LARGEST
    return start, end


class Receiver:
    """What aiortc makes for each track that it is offered; it decodes nothing.

    A connection that only sends has some as well: they receive nothing.
    """

    def __init__(self, kind: str, transport: Any) -> None:
        """As RTCPeerConnection calls it."""
        self.kind = kind
        self.own_ssrc = 0
        self.is_disconnected = False
        self._enabled = True
        self._track: Any = None
        self._transport = transport
        self._source: Source | None = None
        self._intakes: dict[Any, Intake] = {}

    def prepare(self, source: Source, intakes: dict[Any, Intake]) -> None:
        """Hand all packets to `source`; `intakes` are those of its connection, one a transport."""
        self._source, self._intakes = source, intakes

    @property
    def track(self) -> Any:
        """The track that aiortc made; nobody reads it."""
        return self._track

    @property
    def transport(self) -> Any:
        """The DTLS transport, shared by the tracks of a bundle."""
        return self._transport

    def setTransport(self, transport: Any) -> None:  # noqa: N802
        """Be bundled with another track."""
        self._transport = transport

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        self.own_ssrc = ssrc

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """The connection is there: take its datagrams."""
        if self._source is None:
            return
        intake = self._intakes.get(self._transport)
        if intake is None:
            intake = self._intakes[self._transport] = Intake(self._transport)
            # Behind the other track, which is received in this same turn of the loop.
            asyncio.get_running_loop().call_soon(intake.take_over)
        intake.add(self._source, parameters.codecs)
        self._transport._register_rtp_receiver(self, parameters)

    async def stop(self) -> None:
        """The connection is being closed."""
        self._transport._unregister_rtp_receiver(self)

    def _handle_disconnect(self) -> None:
        self.is_disconnected = True

    async def _handle_rtp_packet(self, packet: Any, arrival_time_ms: int) -> None:
        """Not called: media is taken before aiortc opens it."""

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        """Not called either."""


def receivers(connection: RTCPeerConnection) -> list[Receiver]:
    """The receivers of a connection that was made after `install`."""
    found = [one.receiver for one in connection.getTransceivers()]
    return [one for one in found if isinstance(one, Receiver)]
