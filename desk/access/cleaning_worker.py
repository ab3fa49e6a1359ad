"""The child process that makes an upload anew: nothing of it passes but what can be seen.

It is started by desk.access.cleaning: it reads the upload from its standard input, writes our file
to its standard output, and answers with its exit status. What the upload is called, and what the
browser says of it, is not asked: its first bytes decide.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from PIL import Image

from desk.access.confined import Refused, run
from desk.access.picture_rules import (
    GOOD_PICTURE_BYTES,
    LONGEST_KEPT_SIDE,
    MAX_UPLOAD_PIXELS,
)
from desk.access.pixels import upright

IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
PDF_MARK = b"%PDF-"
# Readers look for it so far into the file (ISO 32000-1, annex H).
PDF_MARK_WITHIN = 1024
FEW_COLOURS = 32


def clean_image(data: bytes) -> bytes:
    """Pixels alone, upright, as a PNG where they are of few colours, else as a JPEG."""
    image = upright(data, MAX_UPLOAD_PIXELS, LONGEST_KEPT_SIDE)
    # A new picture: the old one still carries its profile, its comment, its EXIF.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    kinds: list[tuple[str, dict[str, Any]]] = []
    if image.getcolors(FEW_COLOURS):
        kinds = [("PNG", {"optimize": True})]
    kinds += [("JPEG", {"quality": quality}) for quality in (88, 75, 55)]
    made = b""
    for kind, options in kinds:
        buffer = io.BytesIO()
        bare.save(buffer, kind, **options)
        made = buffer.getvalue()
        if len(made) <= GOOD_PICTURE_BYTES:
            break
    return made


def clean(data: bytes) -> None:
    """Write our own rewriting of an upload; raises Refused."""
    if data.startswith(IMAGES):
        made = clean_image(data)
    elif PDF_MARK in data[:PDF_MARK_WITHIN]:
        # Loaded for a PDF alone: the library is large.
        from desk.access.pdf_cleaning import clean_pdf  # noqa: PLC0415

        made = clean_pdf(data)
    else:
        raise Refused("unsupported_type" if data else "empty")
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(run(clean, int(sys.argv[1])))
