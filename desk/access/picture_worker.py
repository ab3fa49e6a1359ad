"""The child process that turns one uploaded document into pictures of its pages.

It is started by desk.access.pictures, never imported for its work: it reads the document from its
standard input, writes page-1.webp ... and pages.json into its working directory, and answers with
its exit status. Of ours it imports the constants alone, so that it starts fast.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import sys
import traceback
import warnings
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from desk.access.picture_rules import (
    EXIT_REASONS,
    GOOD_PAGE_BYTES,
    LONGEST_SIDE,
    MANIFEST,
    MAX_DOCUMENT_BYTES,
    MAX_PAGE_POINTS,
    MAX_PAGES,
    MAX_PIXELS,
    MEDIA_TYPES,
    PDF,
    page_name,
)

MEMORY_BYTES = 2**30
FILE_BYTES = 16 * 2**20
OPEN_FILES = 64


class Refused(Exception):
    """The document is not drawn; `reason` is one of the words of EXIT_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def limit_resources(cpu_s: int) -> None:
    """Bounds what a hostile document can cost the machine, for the rest of this process."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


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
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused below, by our limit
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
    except Image.DecompressionBombError as error:
        raise Refused("too_large") from error
    except UnidentifiedImageError as error:
        raise Refused("damaged") from error
    if image.width * image.height > MAX_PIXELS:
        raise Refused("too_large")
    image = on_white(ImageOps.exif_transpose(image))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return [encode(image)]


def on_white(image: Image.Image) -> Image.Image:
    """RGB pixels and nothing else: paper is white where a picture is transparent."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain conversion would clip to white
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


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


def draw(media_type: str, data: bytes) -> list[bytes]:
    """The pages of a document, encoded; raises Refused for whatever a document can do wrong."""
    if media_type not in MEDIA_TYPES:
        raise Refused("unsupported_type")
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Refused("too_large")
    try:
        return pdf_pages(data) if media_type == PDF else image_page(data)
    except Refused:
        raise
    except MemoryError as error:
        raise Refused("too_large") from error
    except Exception as error:  # decoders meet hostile bytes with exceptions of every kind
        raise Refused("damaged") from error


def main(arguments: list[str]) -> int:
    """The exit status: 0, or the one of EXIT_REASONS; 1 is our own failure."""
    media_type, cpu_s = arguments
    limit_resources(int(cpu_s))
    data = sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
    try:
        pages = draw(media_type, data)
    except Refused as refusal:
        traceback.print_exc()
        statuses = {reason: status for status, reason in EXIT_REASONS.items()}
        return statuses[refusal.reason]
    write_pages(pages)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
