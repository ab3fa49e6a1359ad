"""Documents at rest: encrypted, bound to their names, whole or not there."""

import io
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from desk.access.children import UnreadableDocument
from desk.access.encryption import MARK, PIECE_BYTES, Tampered
from desk.access.store import DocumentStore
from desk.access.tables import Document
from desk.access.vault import Vault
from tests.nasties import letter
from waiting_room.tables import new_id

KEY = bytes(range(32))
SECRET = "a secret key for tests " * 2


def read(vault: Vault, name: str) -> bytes:
    plain = io.BytesIO()
    assert vault.get(name, plain)
    return plain.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, 3 * PIECE_BYTES + 7])
def test_what_is_put_away_comes_back(tmp_path: Path, size: int) -> None:
    vault, content = Vault(tmp_path / "vault", KEY), b"plaintext" * (size // 9) + b"x" * (size % 9)
    vault.put("one", io.BytesIO(content))
    assert read(vault, "one") == content
    on_disk = vault.path("one").read_bytes()
    assert on_disk.startswith(MARK)
    assert b"plaintext" not in on_disk
    vault.put("two", io.BytesIO(content))
    # The same content looks different each time.
    assert vault.path("two").read_bytes()[len(MARK) :] != on_disk[len(MARK) :]


def test_files_are_for_our_eyes_alone_and_leave_nothing_half_written(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", KEY)
    vault.put("one", io.BytesIO(b"content"))
    assert stat.S_IMODE(vault.path("one").stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.path("one").parent.stat().st_mode) == 0o700

    class Torn(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        vault.put("one", Torn())
    assert read(vault, "one") == b"content"
    assert [path.name for path in (tmp_path / "vault").iterdir()] == ["one"]


def test_every_change_and_every_other_name_is_noticed(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEY)
    vault.put("one", io.BytesIO(b"content"))
    whole = vault.path("one").read_bytes()
    for place in range(len(MARK), len(whole)):
        vault.path("one").write_bytes(
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        )
        with pytest.raises(Tampered):
            read(vault, "one")
    for cut in (whole[:-1], whole + b"\0"):
        vault.path("one").write_bytes(cut)
        with pytest.raises(Tampered):
            read(vault, "one")
    vault.path("two").write_bytes(whole)
    with pytest.raises(Tampered):
        read(vault, "two")
    with pytest.raises(Tampered):
        Vault(tmp_path, bytes(32)).get("two", io.BytesIO())


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def stored(content: bytes, digest: str | None = None) -> Document:
    return Document(
        id=new_id(), stored_as=new_id(), media_type="application/pdf",
        sha256=digest or sha256(content).hexdigest(),
    )  # fmt: skip


async def test_neither_a_document_nor_its_pages_lie_there_in_plain(tmp_path: Path) -> None:
    store, document = DocumentStore(tmp_path, SECRET), stored(letter())
    size, digest = store.keep(document.stored_as, io.BytesIO(letter()))
    assert (size, digest) == (len(letter()), document.sha256)
    assert await store.page_count(document) == 1
    picture = await store.page_picture(document, 1)
    assert picture
    assert picture[8:12] == b"WEBP"
    assert await store.page_picture(document, 2) is None
    files = files_in(tmp_path)
    assert len(files) == 3
    for path in files:
        assert b"WEBP" not in path.read_bytes(), path
        assert b"%PDF" not in path.read_bytes(), path
    store.forget(document.stored_as)
    assert files_in(tmp_path) == []
    assert await store.page_picture(document, 1) is None


async def test_a_document_from_before_is_read_if_it_is_what_was_stored(tmp_path: Path) -> None:
    for digest, readable in ((None, True), ("0" * 64, False)):
        store, document = DocumentStore(tmp_path, SECRET), stored(letter(), digest)
        store.keep(document.stored_as, io.BytesIO(letter()))
        (tmp_path / "documents" / document.stored_as).write_bytes(letter())
        if readable:
            assert await store.page_count(document) == 1
        else:
            with pytest.raises(UnreadableDocument, match="failed"):
                await store.page_count(document)
