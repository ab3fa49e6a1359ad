"""A JPEG inside a PDF, without decoding it: what is seen stays, what is said beside it goes."""

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
# Application data and comments, but for JFIF's (E0) and Adobe's (EE): they tell of colours.
SAYING = {0xFE, 0xEF, *range(0xE1, 0xEE)}


def bare_jpeg(data: bytes) -> bytes:
    """The picture alone: no EXIF, no comment, nothing behind its end. Raises ValueError."""
    if not data.startswith(START):
        raise ValueError("no JPEG")
    kept, at = [START], len(START)
    while (marker := _marker(data, at)) != SCAN:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker not in SAYING:
            kept.append(data[at:end])
        at = end
    end = data.rindex(END) + len(END)
    return b"".join((*kept, data[at:end]))


def _marker(data: bytes, at: int) -> int:
    if at + 4 > len(data) or data[at] != START[0]:
        raise ValueError("a torn JPEG")
    return data[at + 1]
