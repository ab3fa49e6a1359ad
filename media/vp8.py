"""As much of VP8 as one has to see in order not to decode it (RFC 7741, RFC 6386)."""

EXTENDED = 0x80
# The first partition begins, and with it the frame.
BEGINS, BEGINS_FRAME = 0x17, 0x10
LEAST_EXTENDED_BYTES = 3
PICTURE_ID = 0x80
# By the second byte, which says what follows; a picture id that is long has one more.
DESCRIPTOR_BYTES = [
    2 + bool(flags & PICTURE_ID) + bool(flags & 0x40) + bool(flags & 0x30) for flags in range(256)
]
KEY_FRAME_HEAD_BYTES = 10
START_CODE = b"\x9d\x01\x2a"


def content(payload: bytes) -> tuple[bool, bytes]:
    """Whether a packet is the first one of a frame, and what it holds behind its descriptor."""
    first, at = payload[0], 1
    if first & EXTENDED:
        at = len(payload)
        if at >= LEAST_EXTENDED_BYTES:
            flags = payload[1]
            at = DESCRIPTOR_BYTES[flags] + (flags & PICTURE_ID and payload[2] >> 7)
    return first & BEGINS == BEGINS_FRAME, payload[at:]


def begins_key_frame(payload: bytes) -> bool:
    """Whether a packet, perhaps an empty one, is the first one of a key frame."""
    if not payload:
        return False
    begins, frame = content(payload)
    return begins and is_key_frame(frame)


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
