"""The few RTCP packets that a recorder reads and sends (RFC 3550, RFC 4585)."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SENDER_REPORT, RECEIVER_REPORT = 200, 201
NACK, PLI = (205, 1), (206, 1)
_HEAD = struct.Struct("!BBH")
_SENT = struct.Struct("!IQI")
NTP_SECOND = 1 << 32
VERSION = 2
# A NACK names one number, and those that follow it by a bit each.
BITS = 16


class Report(NamedTuple):
    """What a sender says of its clocks: this time stamp was that moment, in NTP's fixed point."""

    ssrc: int
    ntp: int
    timestamp: int


class Reception(NamedTuple):
    """What is said back of one source: losses, the last report, and how long ago it came."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    report_ntp: int
    report_age_s: float


def reports(data: bytes) -> Iterator[Report]:
    """The sender reports of a compound packet; what cannot be read ends it."""
    at = 0
    while at + _HEAD.size <= len(data):
        first, kind, words = _HEAD.unpack_from(data, at)
        end = at + _HEAD.size + words * 4
        if first >> 6 != VERSION or end > len(data):
            return
        if kind == SENDER_REPORT and end - at >= _HEAD.size + _SENT.size:
            yield Report(*_SENT.unpack_from(data, at + _HEAD.size))
        at = end


def nack(own: int, ssrc: int, numbers: Sequence[int]) -> bytes:
    """Ask for these packets again, in the order of their numbers."""
    pairs: list[list[int]] = []
    for number in numbers:
        step = (number - pairs[-1][0] - 1) & 0xFFFF if pairs else BITS
        if step < BITS:
            pairs[-1][1] |= 1 << step
        else:
            pairs.append([number, 0])
    return _feedback(NACK, own, ssrc, b"".join(struct.pack("!HH", *pair) for pair in pairs))


def picture_lost(own: int, ssrc: int) -> bytes:
    """Ask for a key frame."""
    return _feedback(PLI, own, ssrc, b"")


def receiver_report(own: int, receptions: Sequence[Reception]) -> bytes:
    """Say how it arrives."""
    content = struct.pack("!I", own)
    for one in receptions:
        lost = max(-(1 << 23), min(one.lost, (1 << 23) - 1)) & 0xFFFFFF
        middle = one.report_ntp >> 16 & 0xFFFFFFFF
        age = min(int(one.report_age_s * 65536), 0xFFFFFFFF) if middle else 0
        content += struct.pack(
            "!IIIIII", one.ssrc, one.fraction_lost << 24 | lost, one.highest, 0, middle, age
        )
    return _packet(RECEIVER_REPORT, len(receptions), content)


def _feedback(kind: tuple[int, int], own: int, ssrc: int, content: bytes) -> bytes:
    return _packet(*kind, struct.pack("!II", own, ssrc) + content)


def _packet(kind: int, count: int, content: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(content) // 4) + content
