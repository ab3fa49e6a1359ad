"""An upload is made anew in a child process: what can be seen stays, and nothing else."""

import io
import tempfile

import pikepdf
import pytest
from PIL import Image, ImageStat

from desk.access import cleaning
from desk.access.children import UnreadableDocument
from desk.access.picture_rules import GOOD_PICTURE_BYTES, LONGEST_KEPT_SIDE
from tests import nasties
from tests.nasties import CANARY, letter, picture


async def cleaned(content: bytes, timeout_s: float = 20.0) -> tuple[str, bytes]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
        source.write(content)
        source.flush()
        media_type = await cleaning.clean(source, output, timeout_s=timeout_s)
        output.seek(0)
        return media_type, output.read()


def unpacked(pdf: bytes) -> bytes:
    """All that a PDF says, so that nothing hides in what is packed."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return nasties.saved(
            document,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
        )


@pytest.mark.parametrize("name", nasties.ACTIVE)
async def test_nothing_that_acts_is_left_of_a_pdf(name: str) -> None:
    hostile = letter(2, nasties.ACTIVE[name])
    assert CANARY in unpacked(hostile)
    media_type, made = await cleaned(hostile)
    assert media_type == "application/pdf"
    shown = unpacked(made)
    # What was typed into a form stays as it was drawn: as part of the page.
    for word in (b"/JS", b"/JavaScript", b"/AA", b"/OpenAction", b"/URI", b"/Launch", b"/Annots",
                 b"/AcroForm", b"/XFA", b"/EmbeddedFile", b"/Names", b"/Metadata", b"/PieceInfo",
                 b"/Info"):  # fmt: skip
        assert word not in shown, word
    assert CANARY not in shown or name == "form"
    with pikepdf.open(io.BytesIO(made)) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert len(document.pages) == 2
        for page in document.pages:
            assert b"100 100 200 200 re" in page.Contents.read_bytes()
            assert page.mediabox == [0, 0, *nasties.A4]


async def test_a_photograph_in_a_pdf_keeps_its_pixels() -> None:
    _media_type, made = await cleaned(letter(1, nasties.photograph))
    assert b"PK\x03\x04" not in unpacked(made)
    with pikepdf.open(io.BytesIO(made)) as document:
        kept = document.pages[0].Resources.XObject.I1.read_raw_bytes()
    with (
        Image.open(io.BytesIO(kept)) as ours,
        Image.open(io.BytesIO(nasties.located_photo())) as theirs,
    ):
        assert ours.tobytes() == theirs.tobytes()
        assert not ours.getexif()


async def test_pages_keep_what_they_inherit() -> None:
    def inherited(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.MediaBox = pikepdf.Array([0, 0, 300, 400])
        pdf.Root.Pages.Rotate = 90
        for page in pdf.pages:
            del page.obj["/MediaBox"]

    _media_type, made = await cleaned(letter(3, inherited))
    with pikepdf.open(io.BytesIO(made)) as document:
        for page in document.pages:
            assert page.mediabox == [0, 0, 300, 400]
            assert page.obj.Rotate == 90


async def test_a_visible_signature_stays_visible() -> None:
    def signed(pdf: pikepdf.Pdf) -> None:
        look = pdf.make_stream(
            b"0 g 0 0 99 99 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array([0, 0, 99, 99]),
        )  # fmt: skip
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, F=4,
            Rect=pikepdf.Array([400, 400, 499, 499]), AP=pikepdf.Dictionary(N=look),
            T=pikepdf.String("s"),
        )  # fmt: skip
        field = pdf.make_indirect(field)
        pdf.pages[0].obj.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)

    _media_type, made = await cleaned(letter(1, signed))
    assert b"0 0 99 99 re" in unpacked(made)
    assert b"/Sig" not in unpacked(made)


@pytest.mark.parametrize("name", nasties.POLYGLOTS)
async def test_what_hides_behind_a_file_is_gone(name: str) -> None:
    hostile = nasties.POLYGLOTS[name]
    assert CANARY in hostile
    media_type, made = await cleaned(hostile)
    assert CANARY not in made
    assert b"PK\x03\x04" not in made
    if media_type == "application/pdf":
        assert CANARY not in unpacked(made)


async def test_a_photograph_loses_its_place_and_stands_upright() -> None:
    hostile = nasties.located_photo()
    assert CANARY in hostile
    media_type, made = await cleaned(hostile)
    assert CANARY not in made
    with Image.open(io.BytesIO(made)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert image.size == (1200, 2400)
        upper = image.convert("L").crop((0, 0, 1200, 700))
        assert ImageStat.Stat(upper).mean[0] < 60
    assert media_type in {"image/png", "image/jpeg"}


async def test_a_large_photograph_is_made_smaller() -> None:
    noise = Image.effect_noise((5_000, 500), 60).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=30)
    media_type, made = await cleaned(buffer.getvalue())
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (LONGEST_KEPT_SIDE, LONGEST_KEPT_SIDE // 10)
    assert (media_type, len(made) <= GOOD_PICTURE_BYTES) == ("image/jpeg", True)


async def test_a_scan_in_black_and_white_stays_exact() -> None:
    media_type, made = await cleaned(picture("PNG"))
    assert media_type == "image/png"
    with Image.open(io.BytesIO(made)) as image, Image.open(io.BytesIO(picture("PNG"))) as given:
        assert image.convert("RGB").tobytes() == given.tobytes()


@pytest.mark.parametrize("reason", nasties.REFUSED)
async def test_what_is_refused_has_its_reason(reason: str) -> None:
    for hostile in nasties.REFUSED[reason]:
        with pytest.raises(UnreadableDocument) as refusal:
            await cleaned(hostile)
        assert refusal.value.reason == reason, hostile[:40]


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(UnreadableDocument, match="timeout"):
        await cleaned(letter(), timeout_s=0.01)
