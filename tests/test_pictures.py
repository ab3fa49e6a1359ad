"""Documents become pictures in a real child process, and hostile ones become a reason."""

import asyncio
import io
import struct
import zlib
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission
from PIL import Image, ImageDraw, ImageStat

from desk.access.children import UnreadableDocument, worker_environment
from desk.access.picture_rules import GOOD_PAGE_BYTES, LONGEST_SIDE, MAX_PAGES
from desk.access.pictures import PagePicture, render_pages
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
LETTER = surat_tugas(letter_facts(APPLICANTS[0], date(2026, 11, 24)))


async def render(
    tmp_path: Path, content: bytes, media_type: str, timeout_s: float = 20.0
) -> list[PagePicture]:
    document = tmp_path / "upload"
    document.write_bytes(content)
    with document.open("rb") as source:
        return await render_pages(source, media_type, tmp_path / "pages", timeout_s=timeout_s)


async def reason_for(tmp_path: Path, content: bytes, media_type: str = PDF, **limits: float) -> str:
    with pytest.raises(UnreadableDocument) as refusal:
        await render(tmp_path, content, media_type, **limits)
    assert names_in(tmp_path) == {"upload"}
    return refusal.value.reason


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def share_of_ink(picture: PagePicture) -> float:
    with Image.open(picture.path) as image:
        counts = image.convert("L").histogram()
    return sum(counts[:128]) / sum(counts)


def pdf_of(objects: list[str]) -> bytes:
    """A PDF by hand: the objects numbered from 1, the first one its catalogue."""
    body = b"%PDF-1.7\n"
    offsets = []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    tail += f"trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + tail.encode("latin-1")


def stream(content: str, entries: str = "") -> str:
    return f"<</Length {len(content)}{entries}>>\nstream\n{content}\nendstream"


def pages_object(count: int, media_box: str = "0 0 595 842") -> str:
    kids = " ".join(["3 0 R"] * count)
    return f"<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[{media_box}]>>"


BLACK_SQUARE = "0 g 100 100 200 200 re f"


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


async def test_a_letter_becomes_readable_pictures(tmp_path: Path) -> None:
    pages = await render(tmp_path, LETTER, PDF)
    assert [page.path.name for page in pages] == ["page-1.webp", "page-2.webp"]
    for page in pages:
        with Image.open(page.path) as image:
            assert image.format == "WEBP"
            assert image.size == (page.width, page.height)
        assert page.height == LONGEST_SIDE
        assert page.path.stat().st_size <= GOOD_PAGE_BYTES
    assert 0.02 < share_of_ink(pages[0]) < 0.2
    assert 0.005 < share_of_ink(pages[1]) < 0.1


async def test_a_photograph_is_turned_upright_and_loses_its_metadata(tmp_path: Path) -> None:
    photo = Image.new("RGB", (2400, 1200), "white")
    ImageDraw.Draw(photo).rectangle((0, 0, 300, 1200), fill="black")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010E] = "rahasia"
    [page] = await render(tmp_path, encoded(photo, "JPEG", exif=exif), JPEG)
    assert (page.width, page.height) == (900, 1800)
    with Image.open(page.path) as image:
        assert not image.getexif()
        upright = image.convert("L")
        above, below = upright.crop((0, 0, 900, 100)), upright.crop((0, 1700, 900, 1800))
        assert ImageStat.Stat(above).mean[0] < 60
        assert ImageStat.Stat(below).mean[0] > 200
    assert b"rahasia" not in page.path.read_bytes()


async def test_a_small_transparent_drawing_lies_on_white_and_is_not_enlarged(
    tmp_path: Path,
) -> None:
    drawing = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).rectangle((0, 0, 99, 199), fill="black")
    [page] = await render(tmp_path, encoded(drawing, "PNG"), PNG)
    assert (page.width, page.height) == (300, 200)
    assert share_of_ink(page) == pytest.approx(1 / 3, abs=0.01)


async def test_a_scan_of_sixteen_bits_a_pixel_stays_visible(tmp_path: Path) -> None:
    scan = Image.new("I;16", (100, 100), 0x2000)
    [page] = await render(tmp_path, encoded(scan, "PNG"), PNG)
    with Image.open(page.path) as image:
        assert image.convert("L").getpixel((50, 50)) == pytest.approx(0x20, abs=2)


async def test_a_page_full_of_noise_is_written_as_finely_as_fits(tmp_path: Path) -> None:
    noise = Image.effect_noise((2000, 1500), 60).convert("RGB")
    [page] = await render(tmp_path, encoded(noise, "JPEG"), JPEG)
    assert (page.width, page.height) == (1800, 1350)


async def test_what_is_active_in_a_file_leaves_no_trace_in_its_pictures(tmp_path: Path) -> None:
    hostile = pdf_of(
        [
            "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
            "/Names<</EmbeddedFiles<</Names[(evil.exe) 5 0 R]>>>>>>",
            pages_object(1),
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/AA<</O<</S/URI/URI(http://x.test)>>>>>>",
            stream(BLACK_SQUARE),
            "<</Type/Filespec/F(evil.exe)/EF<</F 6 0 R>>>>",
            stream("MZ evil payload", "/Type/EmbeddedFile"),
        ]
    )
    [page] = await render(tmp_path, hostile, PDF)
    assert share_of_ink(page) == pytest.approx(200 * 200 / (595 * 842), abs=0.005)
    assert names_in(page.path.parent) == {"page-1.webp", "pages.json"}
    for written in page.path.parent.iterdir():
        content = written.read_bytes()
        assert b"evil" not in content
        assert b"alert" not in content


async def test_a_visible_electronic_signature_is_drawn(tmp_path: Path) -> None:
    appearance = stream("0 g 0 0 200 200 re f", "/Type/XObject/Subtype/Form/BBox[0 0 200 200]")
    signed = pdf_of(
        [
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>",
            pages_object(1),
            "<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>",
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/F 4/Rect[100 100 300 300]"
            "/P 3 0 R/AP<</N 5 0 R>>>>",
            appearance,
        ]
    )
    [page] = await render(tmp_path, signed, PDF)
    assert share_of_ink(page) == pytest.approx(200 * 200 / (595 * 842), abs=0.005)


async def test_an_encrypted_document_is_named_as_such(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_encryption("owner", "reader", permissions=AccessPermission.none())
    assert await reason_for(tmp_path, bytes(pdf.output())) == "encrypted"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", PDF),
        (b"", PNG),
        (b"<!doctype html><script>alert(1)</script>", PDF),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PNG),
        (LETTER[:300], PDF),
        (encoded(Image.new("RGB", (400, 400), "red"), "PNG")[:-60], PNG),
        (encoded(Image.effect_noise((400, 400), 50), "JPEG")[:2000], JPEG),
        (encoded(Image.new("RGB", (40, 40)), "GIF"), PNG),
        (pdf_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]), PDF),
    ],
    ids=[
        "empty-pdf",
        "empty-png",
        "html",
        "svg",
        "cut-pdf",
        "cut-png",
        "cut-jpeg",
        "gif",
        "no-page",
    ],
)
async def test_what_is_no_document_is_damaged(
    tmp_path: Path, content: bytes, media_type: str
) -> None:
    assert await reason_for(tmp_path, content, media_type) == "damaged"


async def test_a_picture_that_claims_to_be_enormous_is_refused(tmp_path: Path) -> None:
    for width, height in ((50_000, 50_000), (6_000, 5_000)):
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
        )
        assert await reason_for(tmp_path, bomb, PNG) == "too_large"


async def test_a_page_larger_than_any_paper_is_refused(tmp_path: Path) -> None:
    for box in ("0 0 1000000 1000000", "0 0 20000 1"):
        wall = [
            "<</Type/Catalog/Pages 2 0 R>>",
            pages_object(1, box),
            "<</Type/Page/Parent 2 0 R>>",
        ]
        assert await reason_for(tmp_path, pdf_of(wall)) == "too_large"


async def test_a_book_is_refused_and_a_full_file_is_not(tmp_path: Path) -> None:
    def book(count: int) -> bytes:
        with pypdfium2.PdfDocument.new() as document:
            for _ in range(count):
                document.new_page(200, 300).close()
            buffer = io.BytesIO()
            document.save(buffer)
        return buffer.getvalue()

    assert await reason_for(tmp_path, book(10_000)) == "too_many_pages"
    assert await reason_for(tmp_path, book(MAX_PAGES + 1)) == "too_many_pages"
    assert len(await render(tmp_path, book(MAX_PAGES), PDF)) == MAX_PAGES


async def test_a_picture_inside_a_pdf_cannot_take_all_memory(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(2**20)).decode("latin-1")
    image = stream(
        packed,
        "/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB"
        "/BitsPerComponent 8/Filter/FlateDecode",
    )
    greedy = pdf_of(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            pages_object(1),
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
            stream("500 0 0 500 0 0 cm /I Do"),
            image,
        ]
    )
    [page] = await render(tmp_path, greedy, PDF)
    assert share_of_ink(page) == 0  # PDFium leaves out what it finds no room for


def endless_pdf() -> bytes:
    """One picture drawn a hundred thousand times over: hours of work in little memory."""
    packed = zlib.compress(bytes(2**20)).decode("latin-1")
    image = stream(
        packed,
        "/Type/XObject/Subtype/Image/Width 1024/Height 1024/ColorSpace/DeviceGray"
        "/BitsPerComponent 8/Filter/FlateDecode",
    )
    return pdf_of(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            pages_object(1),
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
            stream("590 0 0 840 0 0 cm " + "/I Do " * 100_000),
            image,
        ]
    )


def children_at_work_in(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                where = (entry / "cwd").readlink()
            except OSError:  # it ended while we looked
                continue
            if folder in where.parents:
                found.append(entry.name)
    return found


@pytest.mark.parametrize("timeout_s", [0.01, 2.0], ids=["at-once", "while-drawing"])
async def test_an_endless_document_meets_the_timeout(tmp_path: Path, timeout_s: float) -> None:
    assert await reason_for(tmp_path, endless_pdf(), timeout_s=timeout_s) == "timeout"
    assert children_at_work_in(tmp_path) == []


async def test_a_cancelled_drawing_ends_its_child(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):  # what cancels is ours, long before the drawing's own limit
        async with asyncio.timeout(1):
            await render(tmp_path, endless_pdf(), PDF)
    assert children_at_work_in(tmp_path) == []
    assert names_in(tmp_path) == {"upload"}


async def test_calls_at_once_for_one_folder_agree(tmp_path: Path) -> None:
    first, second, third = await asyncio.gather(*(render(tmp_path, LETTER, PDF) for _ in range(3)))
    assert first == second == third
    assert names_in(tmp_path) == {"upload", "pages"}


async def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    document = tmp_path / "upload"
    document.write_bytes(LETTER)
    with document.open("rb") as source:
        pages = await render_pages(source, PDF, tmp_path / "pictures" / "one" / "pages")
    assert names_in(tmp_path / "pictures" / "one") == {"pages"}
    assert pages[0].path.is_file()


async def test_what_is_finished_is_found_again(tmp_path: Path) -> None:
    pages = await render(tmp_path, LETTER, PDF)
    made = pages[0].path.stat().st_mtime_ns
    assert await render(tmp_path, LETTER, PDF) == pages
    assert pages[0].path.stat().st_mtime_ns == made


async def test_other_types_and_other_sizes_are_refused_before_anything_is_read(
    tmp_path: Path,
) -> None:
    assert await reason_for(tmp_path, b"<svg/>", "image/svg+xml") == "unsupported_type"
    assert await reason_for(tmp_path, bytes(21 * 2**20)) == "too_large"


def test_the_child_is_told_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "rahasia")
    environment = worker_environment()
    assert set(environment) == {"LANG", "PYTHONPATH"}
    assert "rahasia" not in "".join(environment.values())
