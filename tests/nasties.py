"""Files that nobody should send, made by kept libraries."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw

SCRIPT = "app.alert('canary')"
CANARY = b"canary"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"alert('canary')\"/>"
HTML = b"<!doctype html><script>alert('canary')</script>"
A4 = (595, 842)

Change = Callable[[pikepdf.Pdf], None]


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    """A PDF as bytes."""
    buffer = io.BytesIO()
    pdf.save(buffer, **options)
    return buffer.getvalue()


def letter(pages: int = 1, *changes: Change, **options: Any) -> bytes:
    """A PDF of so many pages with a black square on each, changed as it is asked for."""
    pdf = pikepdf.new()
    for _page in range(pages):
        page = pdf.add_blank_page(page_size=A4)
        page.Contents = pdf.make_stream(b"0 g 100 100 200 200 re f")
    for change in changes:
        change(pdf)
    return saved(pdf, **options)


def on_open(action: Dictionary) -> Change:
    """Do something as soon as the document is opened, printed or turned."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = action
        pdf.Root.AA = Dictionary(WP=action)
        pdf.pages[0].obj.AA = Dictionary(O=action)

    return change


def javascript(pdf: pikepdf.Pdf) -> None:
    """Scripts wherever a PDF may have them."""
    action = Dictionary(S=Name.JavaScript, JS=String(SCRIPT))
    on_open(action)(pdf)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))


launch = on_open(Dictionary(S=Name.Launch, F=String("canary.exe")))
uri = on_open(Dictionary(S=Name.URI, URI=String("http://canary.test/")))


def embedded_file(pdf: pikepdf.Pdf) -> None:
    """A program in the luggage."""
    pdf.attachments["canary.exe"] = b"MZ canary"


def link(pdf: pikepdf.Pdf) -> None:
    """A place to click."""
    action = Dictionary(S=Name.URI, URI=String("http://canary.test/"))
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action)]
    )


def form(pdf: pikepdf.Pdf) -> None:
    """A form with XFA, and a script for each key."""
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("canary"), F=4,
            Rect=Array([100, 500, 300, 600]), V=String("canary"),
            AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String(SCRIPT))),
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    xfa = pdf.make_stream(b"<xdp:xdp>canary</xdp:xdp>")
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=xfa)


def hidden_in_a_font(pdf: pikepdf.Pdf) -> None:
    """An action and a file where only what is drawn with belongs."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    font.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String(SCRIPT)))
    font.PieceInfo = Dictionary(Canary=pdf.make_stream(b"canary"))
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(F1=font))
    pdf.pages[0].obj.Metadata = pdf.make_stream(b"<x:xmpmeta>canary</x:xmpmeta>")


def photograph(pdf: pikepdf.Pdf) -> None:
    """A photograph as scanning apps embed it: with its place, and with what hides behind it."""
    image = pikepdf.Stream(pdf, located_photo() + archive())
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Filter = Array([Name.DCTDecode])
    image.DecodeParms = Array([Dictionary(ColorTransform=1)])
    image.Width, image.Height, image.BitsPerComponent = 2400, 1200, 8
    image.ColorSpace = Name.DeviceRGB
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I1=pdf.make_indirect(image)))


EVERYWHERE = (javascript, embedded_file, link, form, hidden_in_a_font, photograph)
ACTIVE: dict[str, Change] = {
    **{one.__name__: one for one in EVERYWHERE},
    "launch": launch,
    "uri": uri,
}


def flate_bomb(megabytes: int) -> bytes:
    """A page whose contents unpack to so much."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(megabytes)) + packer.flush()

    def change(pdf: pikepdf.Pdf) -> None:
        bomb = pikepdf.Stream(pdf, packed)
        bomb.Filter = Name.FlateDecode
        pdf.pages[0].Contents = pdf.make_indirect(bomb)

    return letter(1, change, compress_streams=False)


def encrypted(user: str) -> bytes:
    """A PDF that wants a password to be read, or with an empty one only to be changed."""
    return letter(1, encryption=pikepdf.Encryption(user=user, owner="owner"))


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), **options: Any) -> bytes:
    """White, its left third black."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 3 - 1, size[1]), fill="black")
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def located_photo() -> bytes:
    """A photograph on its side that says where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x013B] = "canary"
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 30.0), 29: "canary"})
    return picture("JPEG", (2400, 1200), exif=exif, comment=b"canary")


def pixel_bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def archive() -> bytes:
    """A ZIP, which readers find from its end."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("canary.js", SCRIPT)
    return buffer.getvalue()


# What is shown and what hides behind it.
POLYGLOTS = {
    "pdf-zip": letter() + archive(),
    "pdf-html": b"<!--canary-->\n" + letter(),
    "jpeg-js": picture("JPEG") + b"\n*/;alert('canary')//",
    "jpeg-zip": picture("JPEG") + archive(),
    "png-html": picture() + HTML,
    "png-zip": picture() + archive(),
}

# By the reason for which they are refused.
REFUSED: dict[str, list[bytes]] = {
    "empty": [b""],
    "unsupported_type": [
        SVG, HTML, archive(), b"\0" * 500, b"GIF89a" + b"\0" * 100, b"\xff\xd8",
        b"MZ" + letter()[9:],
        picture("GIF"), picture("TIFF"), picture("WEBP"), picture("BMP"),
    ],
    "damaged": [
        letter()[:120], picture()[:-60], picture("JPEG")[:400], b"%PDF-1.7", b"%PDF-1.7\n" + HTML,
        b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", letter(0),
    ],
    "encrypted": [encrypted("reader"), encrypted("")],
    "too_many_pages": [letter(21), letter(400)],
    "too_large": [pixel_bomb(50_000, 50_000), pixel_bomb(8_000, 6_000), flate_bomb(700)],
}  # fmt: skip
