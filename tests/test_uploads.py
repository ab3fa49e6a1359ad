"""Uploading documents: what is taken, what is refused, who sees it, and what is left of it."""

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from desk.access import store as store_module
from desk.access.uploads import KEPT_UNSENT, add, attach, shown_name
from desk.housekeeping import Housekeeping
from desk.keys import DOCUMENTS, LIMITS
from desk.problems import Problem
from tests import nasties
from tests.nasties import letter, picture
from tests.scenes import count, enter, fetch, is_problem, nothing_changes, upload, value
from tests.support import Applicant, RunningDesk, Visitor, on_sqlite
from waiting_room.tables import new_id

BOUNDARY = "a-boundary-of-tests"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form_of(content: bytes, name: str = "surat.pdf", title: str | None = "Surat Tugas") -> Any:
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    if title is not None:
        form.add_field("title", title)
    form.add_field("file", io.BytesIO(content), filename=name, content_type="image/png")
    return form


async def uploader(desk: RunningDesk) -> tuple[Applicant, Visitor]:
    who = await desk.people.applicant()
    return who, await enter(desk, who.account)


def files_of(desk: RunningDesk) -> set[str]:
    """What lies in the data directory, but for the database and the log's anchor."""
    return {
        path.name
        for folder in ("documents", "pages")
        for path in (desk.settings.data_dir / folder).rglob("*")
    }


@asynccontextmanager
async def nothing_is_left(desk: RunningDesk) -> AsyncIterator[None]:
    """No row, no file."""
    before = files_of(desk)
    async with nothing_changes(desk):
        yield
    assert files_of(desk) == before


async def test_an_upload_is_made_anew_and_shown_to_its_owner_alone(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    content = letter(2, nasties.javascript)
    status, body = await upload(visitor, form_of(content, "../Surat\u202e Tugas.pdf"))
    assert (status, body["file_name"], body["title"]) == (200, "Surat Tugas.pdf", "Surat Tugas")
    assert body["pages"] == 2
    query = "SELECT media_type || size_bytes FROM upload"
    assert await value(desk.database, query) == f"application/pdf{body['size_bytes']}"
    assert await count(desk.database, "audit_entry", "act = 'uploaded'") == 1
    url = f"/uploads/{body['id']}/pages/2"
    status, page = await fetch(visitor, url, "image/*")
    assert (status, page[8:12]) == (200, b"WEBP")
    assert (await fetch(visitor, f"/uploads/{body['id']}/pages/3"))[0] == 404
    for other in ((await uploader(desk))[1], desk.visitor()):
        assert (await other.read(url))[0] in {401, 404}
    for path in (desk.settings.data_dir / "documents").iterdir():
        assert len(path.name) == 22
        assert b"%PDF" not in path.read_bytes()


async def test_a_form_without_a_script_goes_on_to_its_page(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    path = "/uploads?next=/organisation&field=upload-1"
    for content, location in (
        (letter(), "/organisation#upload-1"),
        (b"", "/organisation?upload_problem=empty&upload_field=upload-1#upload-1"),
    ):
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("csrf_token", visitor.csrf)
        form.add_field("title", "Surat Tugas")
        form.add_field("file", content, filename="surat.pdf")
        async with visitor.http.post(
            visitor.base + path, data=form, headers={"Accept": "text/html"}, allow_redirects=False
        ) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, location)
    for elsewhere in ("https://evil.test/", "//evil.test", "/\t/evil.test"):
        status, _text = await _plain(visitor, elsewhere)
        assert status == 303
        assert "evil" not in _text


async def _plain(visitor: Visitor, to: str) -> tuple[int, str]:
    fields = {"csrf_token": visitor.csrf, "title": "Surat Tugas"}
    form = aiohttp.FormData(fields, default_to_multipart=True)
    async with visitor.http.post(
        visitor.base + "/uploads", params={"next": to}, data=form,
        headers={"Accept": "text/html"}, allow_redirects=False,
    ) as answer:  # fmt: skip
        return answer.status, answer.headers.get("Location", "")


async def test_a_form_begins_with_its_token(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    own, visitor.csrf = visitor.csrf, ""
    for fields in ([], [("title", "a"), ("csrf_token", own)], [("csrf_token", own[:-2] + "00")]):
        form = aiohttp.FormData(default_to_multipart=True)
        for name, text in fields:
            form.add_field(name, text)
        form.add_field("file", letter(), filename="surat.pdf")
        async with nothing_is_left(desk):
            is_problem(await upload(visitor, form), 403, "csrf")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty"),
        (nasties.SVG, 422, "unsupported_type"),
        (nasties.HTML, 422, "unsupported_type"),
        (letter()[:200], 422, "damaged"),
        (nasties.encrypted(""), 422, "encrypted"),
        (letter(21), 422, "too_many_pages"),
        (nasties.pixel_bomb(50_000, 50_000), 422, "too_large"),
        (picture() + b"\0" * 2_000_000, 413, "file_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@on_sqlite
async def test_what_is_refused_leaves_nothing(
    desk: RunningDesk, content: bytes, status: int, code: str
) -> None:
    _who, visitor = await uploader(desk)
    async with nothing_is_left(desk):
        is_problem(await upload(visitor, form_of(content, "surat.png")), status, code)


@on_sqlite
async def test_what_cannot_be_drawn_is_refused_with_its_reason(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)

    def wall(pdf: Any) -> None:
        pdf.pages[0].obj.MediaBox = [0, 0, 20_000, 20_000]

    async with nothing_is_left(desk):
        is_problem(await upload(visitor, form_of(letter(1, wall))), 422, "too_large")


@on_sqlite
async def test_an_upload_leaves_the_disk_its_reserve(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _who, visitor = await uploader(desk)
    monkeypatch.setattr(store_module, "RESERVE_BYTES", 10**18)
    async with nothing_is_left(desk):
        is_problem(await upload(visitor, form_of(letter())), 507, "disk_full")


def part(name: str, content: bytes, more: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


FILE = '; filename="surat.pdf"'
END = f"--{BOUNDARY}--\r\n".encode()
TITLE = part("title", b"Surat Tugas")
TORN: dict[str, tuple[bytes, str]] = {
    "two-files": (TITLE + part("file", letter(), FILE) * 2 + END, "one_file_only"),
    "no-file": (TITLE + END, "no_file"),
    "nameless-file": (TITLE + part("file", b"", '; filename=""') + END, "no_file"),
    "no-title": (part("file", letter(), FILE) + END, "invalid_input"),
    "no-end": (TITLE + part("file", letter(), FILE), "invalid_input"),
    "no-parts": (b"no multipart at all", "invalid_input"),
    "nothing": (b"", "invalid_input"),
    "long-title": (part("title", b"x" * 5_000) + part("file", letter(), FILE) + END,
                   "invalid_input"),
    "many-parts": (TITLE * 20 + part("file", letter(), FILE) + END, "invalid_input"),
    "title-of-no-text": (part("title", b"\xff\xfe") + part("file", letter(), FILE) + END,
                         "invalid_input"),
    "nested": (
        TITLE + part("file", b"", "\r\nContent-Type: multipart/mixed; boundary=b") + END,
        "invalid_input",
    ),
}  # fmt: skip


@on_sqlite
async def test_what_is_no_form_with_one_file_is_refused(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    for name, (body, code) in TORN.items():
        async with nothing_is_left(desk):
            status, problem = await upload(visitor, body, **MULTIPART)
        assert (name, status, problem["code"]) == (name, 422, code)
    async with nothing_is_left(desk):
        is_problem(await visitor.act("/uploads", {"title": "a"}), 422, "invalid_input")


@on_sqlite
async def test_what_the_head_of_a_file_says_counts_for_nothing(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    for lie in (
        "Content-Length: 10",
        "Content-Type: image/png",
        "Content-Type: text/html\r\nContent-Encoding: gzip",
        "Content-Transfer-Encoding: base64",
    ):
        body = TITLE + part("file", letter(), f"{FILE}\r\n{lie}") + END
        status, shown = await upload(visitor, body, **MULTIPART)
        assert (status, shown.get("pages")) == (200, 1), lie
    kinds = "SELECT count(DISTINCT media_type) FROM upload WHERE media_type = 'application/pdf'"
    assert await value(desk.database, kinds) == 1


async def _endless(left: int) -> AsyncIterator[bytes]:
    yield TITLE + part("file", b"%PDF-1.7", FILE)[:-2]
    while left > 0:
        left -= 2**16
        yield b"\0" * 2**16
    yield b"\r\n" + END


@on_sqlite
async def test_reading_stops_at_the_limit(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    began = time.monotonic()
    async with nothing_is_left(desk):
        # With its length in the head, and in chunks that nobody announced.
        for said in ({"Content-Length": "100000000"}, {}):
            with suppress(aiohttp.ClientConnectionError):  # closed while we went on
                answer = await upload(visitor, _endless(100_000_000), **MULTIPART, **said)
                is_problem(answer, 413, "file_too_large")
    assert time.monotonic() - began < 10


@on_sqlite
async def test_a_body_that_does_not_come_is_not_waited_for(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    desk.app[LIMITS].slowest_upload_s = 0.1

    async def slow() -> AsyncIterator[bytes]:
        yield TITLE + part("file", b"%PDF-1.7", FILE)[:-2]
        await asyncio.get_running_loop().create_future()

    async with nothing_is_left(desk):
        is_problem(await upload(visitor, slow(), **MULTIPART), 408, "request_timeout")


async def add_one(desk: RunningDesk, account: str) -> str | None:
    """An upload without the work on its file: its id, or None where it was one too many."""
    row = {
        "id": new_id(), "account": account, "title": "Surat Tugas", "file_name": "surat.pdf",
        "stored_as": new_id(), "media_type": "application/pdf", "size_bytes": 9,
        "sha256": "0" * 64, "pages": 1, "created_at": desk.clock.now(),
    }  # fmt: skip
    try:
        async with desk.database.writing() as session:
            await add(session, row, desk.settings.upload_files)
    except Problem as problem:
        assert problem.code == "too_many_files"
        return None
    return str(row["id"])


async def test_no_more_than_so_many_wait_to_be_sent(desk: RunningDesk) -> None:
    who, visitor = await uploader(desk)
    most = desk.settings.upload_files
    added = await asyncio.gather(*(add_one(desk, who.account.id) for _one in range(20)))
    ids = [one for one in added if one]
    assert len(ids) == most
    assert await count(desk.database, "upload") == most
    async with nothing_is_left(desk):
        is_problem(await upload(visitor, form_of(picture())), 409, "too_many_files")
    assert (await visitor.act(f"/uploads/{ids[0]}/remove"))[0] == 200
    assert await count(desk.database, "audit_entry", "act = 'upload_removed'") == 1
    assert (await visitor.act(f"/uploads/{ids[0]}/remove"))[0] == 404
    another = await put(desk, visitor)
    assert len(list((desk.settings.data_dir / "documents").iterdir())) == 1
    assert (await visitor.act(f"/uploads/{another}/remove"))[0] == 200
    assert files_of(desk) == set()


async def test_two_that_arrive_at_once_for_the_last_place(desk: RunningDesk) -> None:
    who, visitor = await uploader(desk)
    for _one in range(desk.settings.upload_files - 1):
        await add_one(desk, who.account.id)
    answers = await asyncio.gather(*(upload(visitor, form_of(picture())) for _one in range(2)))
    assert sorted(status for status, _body in answers) == [200, 409]
    assert len(list((desk.settings.data_dir / "documents").iterdir())) == 1


async def put(desk: RunningDesk, visitor: Visitor, title: str = "Surat Tugas") -> str:
    status, body = await upload(visitor, form_of(picture(size=(9, 9)), title=title))
    assert status == 200, body
    return str(body["id"])


async def refused_to_attach(desk: RunningDesk, uploads: list[str], who: Applicant) -> str:
    with pytest.raises(Problem) as refusal:
        async with desk.database.writing() as session:
            await attach(session, uploads, who.access, desk.clock.now())
    return refusal.value.code


async def test_an_upload_becomes_a_document_once(desk: RunningDesk) -> None:
    who, visitor = await uploader(desk)
    other, stranger = await uploader(desk)
    mine, theirs = await put(desk, visitor), await put(desk, stranger)
    for uploads in ([mine, theirs], [mine, mine], ["A" * 22]):
        assert await refused_to_attach(desk, uploads, who) == "upload_gone"
    assert await count(desk.database, "document") == 0
    async with desk.database.writing() as session:
        [document] = await attach(session, [mine], who.access, desk.clock.now())
    assert (document.title, document.access) == ("Surat Tugas", who.access.id)
    assert await refused_to_attach(desk, [mine], who) == "upload_gone"
    assert await refused_to_attach(desk, [mine], other) == "upload_gone"
    # From now on it is the verifier's to see, and nobody's to remove.
    assert (await fetch(visitor, f"/uploads/{mine}/pages/1"))[0] == 404
    assert (await visitor.act(f"/uploads/{mine}/remove"))[0] == 404
    assert await count(desk.database, "audit_entry", "act = 'upload_sent'") == 1


async def test_what_nobody_sent_and_what_has_no_row_is_swept_away(desk: RunningDesk) -> None:
    who, visitor = await uploader(desk)
    sent, unsent = await put(desk, visitor), await put(desk, visitor)
    async with desk.database.writing() as session:
        await attach(session, [sent], who.access, desk.clock.now())
    store = desk.app[DOCUMENTS]
    folder = desk.settings.data_dir / "documents"
    (folder / ("A" * 22)).write_bytes(b"no row")
    (folder / ".half-written").write_bytes(b"no name")
    housekeeping = Housekeeping(desk.settings, desk.clock, desk.database, store)
    await housekeeping.tidy()
    assert len(list(folder.iterdir())) == 4  # all of them young
    for path in (*folder.iterdir(), *(desk.settings.data_dir / "pages").iterdir()):
        old = time.time() - store_module.SWEPT_AFTER_S - 60
        os.utime(path, (old, old))
    desk.clock.forward(seconds=KEPT_UNSENT.total_seconds())
    await housekeeping.tidy()
    assert await count(desk.database, "upload") == 2
    assert len(list(folder.iterdir())) == 2
    desk.clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await value(desk.database, "SELECT id FROM upload") == sent
    assert await count(desk.database, "audit_entry", f"subject = '{unsent}'") == 2
    kept = await value(desk.database, "SELECT stored_as FROM upload")
    assert files_of(desk) == {kept, "page-1.webp", "pages.json"}


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Dokumen\\surat.pdf": "surat.pdf",
    "surat\x00.pdf\r\nX: y": "surat.pdfX: y",
    "\u202egpj.exe": "gpj.exe",
    "...": "dokumen",
    "": "dokumen",
    "/": "dokumen",
    "con": "con",
    "  surat   tugas.pdf ": "surat tugas.pdf",
    "\U0001f600.png": "\U0001f600.png",
    "<b>surat</b>.pdf": "b>.pdf",
    "x" * 300 + ".jpeg": "x" * 114 + "….jpeg",
    "x" * 300: "x" * 119 + "…",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_only_what_can_be_shown(name: str) -> None:
    assert shown_name(name) == NAMES[name]
    assert len(shown_name(name)) <= 200


@on_sqlite
async def test_no_name_of_theirs_touches_the_disk(desk: RunningDesk) -> None:
    _who, visitor = await uploader(desk)
    root = desk.settings.data_dir
    before = {path for path in root.rglob("*") if path.is_file()}
    for name in list(NAMES)[:3]:
        quoted = name.replace("\x00", "%00").replace("\r\n", "%0D%0A")
        body = TITLE + part("file", picture(size=(9, 9)), f'; filename="{quoted}"') + END
        assert (await upload(visitor, body, **MULTIPART))[0] == 200
    fresh = {path.relative_to(root) for path in root.rglob("*") if path.is_file()} - before
    for path in {path for path in fresh if path.parts[0] in {"documents", "pages"}}:
        assert len(path.parts[1]) == 22
    stray = {path.name for path in root.iterdir()} - {"documents", "pages"}
    assert not {name for name in stray if "passwd" in name or "surat" in name}
