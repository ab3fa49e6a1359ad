"""A PDF made anew out of what its pages show: all else is left behind.

Kept of a page are its contents, what they draw with, and its measures. What can act (scripts,
actions, forms, links), what is carried along (files, metadata) and what nobody refers to has no
place in the new document.
"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Name, StreamDecodeLevel

from desk.access.confined import Refused
from desk.access.jpeg import bare_jpeg
from desk.access.picture_rules import MAX_UNPACKED_BYTES, MAX_UPLOAD_PAGES

KEPT_OF_A_PAGE = {"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate"}
# Never part of what is drawn, wherever it hangs: an action, a file, a form, a note of a program.
NEVER_KEPT = (
    "/AA", "/AF", "/Annots", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/Launch", "/Metadata",
    "/OPI", "/OpenAction", "/PieceInfo", "/URI", "/XFA",
)  # fmt: skip
# The one filter of a photograph, in both of its spellings.
PHOTOGRAPH = (Name.DCTDecode, pikepdf.Array([Name.DCTDecode]))
DEEPEST = 50


def clean_pdf(data: bytes) -> bytes:
    """The new document; raises Refused, and what the library raises for a damaged one."""
    try:
        source = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    with source, pikepdf.new() as made:
        if source.is_encrypted:
            raise Refused("encrypted")
        if not len(source.pages):
            raise Refused("damaged")
        if len(source.pages) > MAX_UPLOAD_PAGES:
            raise Refused("too_many_pages")
        _bare_pages(source)
        made.pages.extend(source.pages)
        _scrub(made)
        buffer = io.BytesIO()
        made.save(
            buffer,
            compress_streams=True,
            # What is packed is unpacked and packed again: nothing lies hidden behind its end.
            stream_decode_level=StreamDecodeLevel.generalized,
            recompress_flate=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return buffer.getvalue()


def _bare_pages(source: pikepdf.Pdf) -> None:
    """Draw stamps and visible signatures into the pages, then leave them what they show."""
    source.flatten_annotations("screen")
    for page in source.pages:
        for key in set(page.obj.keys()) - KEPT_OF_A_PAGE - {"/Parent"}:
            del page.obj[key]


def _scrub(made: pikepdf.Pdf) -> None:
    """Take what can act or hide out of every object, and refuse what unpacks without end."""
    left = MAX_UNPACKED_BYTES
    for thing in made.objects:
        _without_actions(thing)
        if isinstance(thing, pikepdf.Stream):
            if thing.get(Name.Filter) in PHOTOGRAPH:
                _bare(thing)
            left -= _unpacked_bytes(thing)
            if left < 0:
                raise Refused("too_large")


def _without_actions(thing: object, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise Refused("damaged")
    if isinstance(thing, pikepdf.Array):
        for one in thing:
            _direct(one, depth)
    elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        is_stream = isinstance(thing, pikepdf.Stream)
        for key in (*NEVER_KEPT, *(("/F", "/FFilter", "/Ref") if is_stream else ())):
            if key in thing:
                del thing[key]
        for key in list(thing.keys()):
            _direct(thing[key], depth)


def _direct(thing: object, depth: int) -> None:
    # Whatever has a number of its own comes by itself.
    if isinstance(thing, pikepdf.Object) and not thing.is_indirect:
        _without_actions(thing, depth + 1)


def _bare(photograph: pikepdf.Stream) -> None:
    """A photograph keeps its pixels as they are, and forgets where it was taken."""
    colours = photograph.get(Name.DecodeParms)
    photograph.write(bare_jpeg(photograph.read_raw_bytes()), filter=Name.DCTDecode)
    if colours is not None:
        photograph.DecodeParms = colours[0] if isinstance(colours, pikepdf.Array) else colours


def _unpacked_bytes(stream: pikepdf.Stream) -> int:
    """How large a stream is unpacked; pictures in a format of their own count as they are."""
    try:
        return len(stream.read_bytes(StreamDecodeLevel.generalized))
    except pikepdf.PdfError:
        if stream.get(Name.Subtype) != Name.Image:
            raise
        return len(stream.read_raw_bytes())
