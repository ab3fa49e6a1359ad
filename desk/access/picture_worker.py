"""The child process that turns one uploaded document into pictures of its pages.

It is started by desk.access.pictures, never imported for its work: it reads the document from its
standard input, writes page-1.webp ... and pages.json into its working directory, and answers with
its exit status. Of ours it imports the little that children share, so that it starts fast.
"""

from __future__ import annotations

import io
import json
import math
import os
import sys
from functools import partial
from pathlib import Path

import pypdfium2
from PIL import Image

from desk.access.confined import Refused, run
from desk.access.picture_rules import (
    GOOD_PAGE_BYTES,
    LONGEST_SIDE,
    MANIFEST,
    MAX_PAGE_POINTS,
    MAX_PAGES,
    MAX_PIXELS,
    MEDIA_TYPES,
    PDF,
    page_name,
)
from desk.access.pixels import upright


def pdf_pages(data: bytes) -> list[bytes]:
    """Every page of a PDF, drawn and encoded; raises Refused."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (
            pypdfium2.raw.FPDF_ERR_PASSWORD,
            pypdfium2.raw.FPDF_ERR_SECURITY,
        )
        raise Refused("encrypted" if locked else "damaged") from error
    with document:
        if not len(document):
            raise Refused("damaged")
        if len(document) > MAX_PAGES:
            raise Refused("too_many_pages")
        # Without this an electronic signature's visible field stays blank. It runs no script:
        # this build of PDFium has no JavaScript engine.
        document.init_forms()
        return [encode(draw_page(document, index)) for index in range(len(document))]


def draw_page(document: pypdfium2.PdfDocument, index: int) -> Image.Image:
    """One page on white, its longest side LONGEST_SIDE pixels."""
    page = document[index]
    longest, shortest = max(page.get_size()), min(page.get_size())
    if not math.isfinite(longest) or shortest <= 0:
        raise Refused("damaged")
    if longest > MAX_PAGE_POINTS:
        raise Refused("too_large")
    picture: Image.Image = page.render(scale=LONGEST_SIDE / longest).to_pil().convert("RGB")
    page.close()
    return picture


def image_page(data: bytes) -> list[bytes]:
    """A photographed or scanned page, upright, without its metadata; raises Refused."""
    return [encode(upright(data, MAX_PIXELS, LONGEST_SIDE))]


def encode(image: Image.Image) -> bytes:
    """WebP that a person reads with ease: exact where that is small, else as fine as fits."""
    few_colours = image.getcolors(4096) is not None
    attempts = [{"lossless": True, "quality": 40}] if few_colours else []
    attempts += [{"quality": 82}, {"quality": 55}]
    page = b""
    for options in attempts:
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", method=2, **options)
        page = buffer.getvalue()
        if len(page) <= GOOD_PAGE_BYTES:
            break
    return page


def size_of(page: bytes) -> tuple[int, int]:
    """Width and height in pixels of a page that `encode` made."""
    with Image.open(io.BytesIO(page), formats=["WEBP"]) as image:
        return image.size


def write_pages(pages: list[bytes]) -> None:
    """Pages first, manifest last, all on the disk before the parent gives the folder its name."""
    for number, page in enumerate(pages, start=1):
        write_through(Path(page_name(number)), page)
    write_through(Path(MANIFEST), json.dumps([size_of(page) for page in pages]).encode())


def write_through(path: Path, content: bytes) -> None:
    """Writes and waits for the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def draw(media_type: str, data: bytes) -> None:
    """Draw and write the pages of a document; raises Refused."""
    if media_type not in MEDIA_TYPES:
        raise Refused("unsupported_type")
    write_pages(pdf_pages(data) if media_type == PDF else image_page(data))


if __name__ == "__main__":
    media_type, cpu_s = sys.argv[1:]
    sys.exit(run(partial(draw, media_type), int(cpu_s)))
