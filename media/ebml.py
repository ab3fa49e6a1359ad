"""EBML, as far as Matroska needs it: elements made, and elements that another one holds."""

from collections.abc import Iterator
from typing import NamedTuple

EBML = 0x1A45DFA3
SEGMENT = 0x18538067
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
INFO, TIMESTAMP_SCALE, DURATION = 0x1549A966, 0x2AD7B1, 0x4489
MUXING_APP, WRITING_APP = 0x4D80, 0x5741
TRACKS, TRACK_ENTRY, TRACK_NUMBER, TRACK_UID, CODEC = 0x1654AE6B, 0xAE, 0xD7, 0x73C5, 0x86
CLUSTER, TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP = 0x1F43B675, 0xE7, 0xA3, 0xA0
CUES, CUE_POINT, CUE_TIME = 0x1C53BB6B, 0xBB, 0xB3
CUE_TRACK_POSITIONS, CUE_TRACK, CUE_CLUSTER_POSITION = 0xB7, 0xF7, 0xF1

SIZE_BYTES = 8
UINT_BYTES = 8
# An id has at most four bytes, a size eight.
LONGEST_HEAD = 12
# No element has this id: it stands for what is none.
UNREAD = 0
# The size of what ends where the next one begins.
UNKNOWN = -1


class Element(NamedTuple):
    """One element: its id and what it holds."""

    id: int
    content: bytes


def named(identifier: int) -> bytes:
    """An id on the wire; the mark of its length is part of it."""
    return identifier.to_bytes((identifier.bit_length() + 7) // 8)


def head(identifier: int, size: int) -> bytes:
    """The id and the size of an element, the size always in eight bytes."""
    return named(identifier) + (size | 1 << 56).to_bytes(SIZE_BYTES)


def element(identifier: int, *contents: bytes) -> bytes:
    """A whole element."""
    content = b"".join(contents)
    return head(identifier, len(content)) + content


def uint(identifier: int, value: int) -> bytes:
    """A number, always in eight bytes: what is written later may be larger."""
    return element(identifier, value.to_bytes(UINT_BYTES))


def _number(content: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A number of variable length with its mark, and its bytes; None where it is not all there."""
    if at >= len(content) or not content[at]:
        return None
    length = 9 - content[at].bit_length()
    if at + length > len(content):
        return None
    return int.from_bytes(content[at : at + length]), length


def head_at(held: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """The id, the beginning and the size of the element at this place, if its head is there."""
    if (name := _number(held, at)) is None:
        return None
    if (size := _number(held, at + name[1])) is None:
        return None
    without_mark = (1 << 7 * size[1]) - 1
    known = size[0] & without_mark
    start = at + name[1] + size[1]
    return name[0], start, UNKNOWN if known == without_mark else known


def children(content: bytes) -> Iterator[Element]:
    """The elements that another one holds. What is cut off at its end is left out."""
    at = 0
    while taken := head_at(content, at):
        identifier, start, size = taken
        if size == UNKNOWN or start + size > len(content):
            return
        yield Element(identifier, content[start : start + size])
        at = start + size


def webm_head() -> bytes:
    """What a WebM file begins with."""
    numbers = ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8), (0x4287, 4), (0x4285, 2))
    doc_type = element(0x4282, b"webm")
    return element(EBML, *(uint(name, value) for name, value in numbers), doc_type)
