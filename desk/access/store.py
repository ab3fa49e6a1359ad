"""Where documents lie, and their pages as pictures, made once and kept beside them; encrypted."""

import asyncio
import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from desk.access.children import UnreadableDocument
from desk.access.cleaning import clean
from desk.access.encryption import PIECE_BYTES, Tampered
from desk.access.picture_rules import page_name
from desk.access.pictures import finished_pages, render_pages
from desk.access.vault import Vault
from desk.keyring import derive

log = logging.getLogger(__name__)

# Each child may take a whole core for a second: more at once would starve the calls.
CHILDREN_AT_ONCE = 2
# Verdicts must be written whatever happens; uploads may wait.
RESERVE_BYTES = 10**9
# A file is written before its row: what is younger may be about to get one.
SWEPT_AFTER_S = 3_600.0


class Stored(Protocol):
    """What the store has to know of a document."""

    id: str
    stored_as: str
    media_type: str
    sha256: str


class Kept(NamedTuple):
    """What was made of an upload."""

    media_type: str
    size_bytes: int
    sha256: str


def sha256_of(content: BinaryIO) -> str:
    """The hash of the whole content, which is read to its end."""
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


class DocumentStore:
    """The files of the documents, under names of ours, in the data directory."""

    def __init__(self, data_dir: Path, secret_key: str) -> None:
        """Folders are made as they are needed."""
        self._documents = Vault(data_dir / "documents", derive(secret_key, "documents"))
        self._pages = Vault(data_dir / "pages", derive(secret_key, "pages"))
        # From before documents were encrypted; whatever was drawn there is drawn anew.
        self._plain_pictures = data_dir / "pictures"
        self.children = asyncio.Semaphore(CHILDREN_AT_ONCE)
        self._unreadable: dict[str, str] = {}
        self._preparing: set[asyncio.Task[None]] = set()

    def keep(self, stored_as: str, content: BinaryIO) -> tuple[int, str]:
        """Encrypt and write a document: its size in bytes and its SHA-256."""
        digest = sha256_of(content)
        size_bytes = content.tell()
        self._documents.put(stored_as, content)
        return size_bytes, digest

    async def keep_upload(self, stored_as: str, upload: BinaryIO) -> Kept:
        """Clean an upload and keep what comes of it. Raises UnreadableDocument."""
        with self._documents.nameless() as made:
            async with self.children:
                media_type = await clean(upload, made)
            return Kept(media_type, *await asyncio.to_thread(self.keep, stored_as, made))

    def has_room(self) -> bool:
        """Whether uploads leave enough of the disk to the database and its log."""
        return self._documents.free_bytes() >= RESERVE_BYTES

    def nameless(self) -> AbstractContextManager[BinaryIO]:
        """A file without a name, for what is arriving."""
        return self._documents.nameless()

    async def page_count(self, document: Stored) -> int:
        """How many pages there are; pictures are made if none are. Raises UnreadableDocument."""
        if reason := self._unreadable.get(document.stored_as):
            raise UnreadableDocument(reason)
        try:
            return await self._drawn(document)
        except UnreadableDocument as unreadable:
            # Not drawn anew by each look at the page, which for a hostile file takes long.
            self._unreadable[document.stored_as] = unreadable.reason
            raise
        except (OSError, RuntimeError, Tampered) as error:
            # A fault of ours, but the verifier must still be able to speak, and to end the call.
            log.exception("document %s could not be drawn", document.id)
            raise UnreadableDocument("failed") from error

    async def _drawn(self, document: Stored) -> int:
        folder = self._pages.path(document.stored_as)
        if drawn := await asyncio.to_thread(finished_pages, folder):
            return len(drawn)
        with self._documents.nameless() as plain:
            async with self.children:
                await asyncio.to_thread(self._read, document, plain)
                pages = await render_pages(
                    plain, document.media_type, folder, seal=self._sealing(document.stored_as)
                )
        return len(pages)

    def _read(self, document: Stored, plain: BinaryIO) -> None:
        """Decipher a document. What is not encrypted counts only if it is what was stored then."""
        is_encrypted = self._documents.get(document.stored_as, plain)
        if not is_encrypted and sha256_of(plain) != document.sha256:
            raise Tampered(document.stored_as)

    def _sealing(self, stored_as: str) -> Callable[[Path], None]:
        return lambda page: self._pages.put_in_place(f"{stored_as}/{page.name}", page)

    async def page_picture(self, document: Stored, number: int) -> bytes | None:
        """One page as WebP, or None where there is no such page."""

        def read() -> bytes | None:
            picture = BytesIO()
            with suppress(FileNotFoundError):
                self._pages.get(f"{document.stored_as}/{page_name(number)}", picture)
            return picture.getvalue() or None

        return await asyncio.to_thread(read)

    async def content(self, document: Stored) -> bytes:
        """A document as it is kept. Raises FileNotFoundError, or Tampered."""
        plain = BytesIO()
        await asyncio.to_thread(self._read, document, plain)
        return plain.getvalue()

    def forget(self, stored_as: str) -> None:
        """Remove a document that nothing refers to, and its pages."""
        self._documents.remove(stored_as)
        self._pages.remove(stored_as)
        self._unreadable.pop(stored_as, None)

    def old_files(self) -> set[str]:
        """The names of what has lain for a while, whether a row speaks of it or not."""
        before_s = time.time() - SWEPT_AFTER_S
        shutil.rmtree(self._plain_pictures, ignore_errors=True)
        return {*self._documents.older_than(before_s), *self._pages.older_than(before_s)}

    def prepare(self, documents: Iterable[Stored]) -> None:
        """Begin to make the pictures, so that they are there when the verifier's page opens."""
        for document in documents:
            task = asyncio.create_task(self._prepare(document))
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)

    async def _prepare(self, document: Stored) -> None:
        try:
            await self.page_count(document)
        except UnreadableDocument as unreadable:
            log.info("document %s cannot be shown: %s", document.id, unreadable.reason)

    async def close(self) -> None:
        """Stop what is being prepared; a later page makes it anew."""
        for task in self._preparing:
            task.cancel()
        await asyncio.gather(*self._preparing, return_exceptions=True)
