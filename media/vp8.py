"""As much of VP8 as one has to see in order not to decode it (RFC 7741, RFC 6386)."""

EXTENDED = 0x80
# The first partition begins, and with it the frame.
BEGINS, BEGINS_FRAME = 0x17, 0x10
LEAST_EXTENDED_BYTES = 3
KEY_FRAME_HEAD_BYTES = 10
START_CODE = b"\x9d\x01\x2a"


def begins_frame(payload: bytes) -> bool:
    """Whether a packet is the first one of a frame."""
    return payload[0] & BEGINS == BEGINS_FRAME


def content(payload: bytes) -> bytes:
    """What a packet holds behind its descriptor."""
    return payload[_descriptor_bytes(payload) if payload[0] & EXTENDED else 1 :]


def begins_key_frame(payload: bytes) -> bool:
    """Whether a packet, perhaps an empty one, is the first one of a key frame."""
    return bool(payload) and begins_frame(payload) and is_key_frame(content(payload))


def is_key_frame(frame: bytes) -> bool:
    """Whether this is the beginning of a key frame."""
    return bool(frame) and not frame[0] & 1


def size(frame: bytes) -> tuple[int, int] | None:
    """Width and height that a key frame names; None where it is none."""
    if len(frame) < KEY_FRAME_HEAD_BYTES or frame[3:6] != START_CODE:
        return None
    width = int.from_bytes(frame[6:8], "little") & 0x3FFF
    height = int.from_bytes(frame[8:10], "little") & 0x3FFF
    return (width, height) if width and height else None


def _descriptor_bytes(payload: bytes) -> int:
    if len(payload) < LEAST_EXTENDED_BYTES:
        return len(payload)
    flags = payload[1]
    length = 2 + bool(flags & 0x40) + bool(flags & 0x30)
    if flags & 0x80:
        length += 2 if payload[2] & 0x80 else 1
    return length
