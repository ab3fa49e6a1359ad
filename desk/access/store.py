"""Where documents lie, and their pages as pictures, made once and kept beside them."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from desk.access.picture_rules import page_name
from desk.access.pictures import UnreadableDocument, finished_pages, render_pages
from desk.access.tables import Document

log = logging.getLogger(__name__)

# Each child may take a whole core for a second: more at once would starve the calls.
CHILDREN_AT_ONCE = 2


class DocumentStore:
    """The files of the documents, under names of ours, in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Folders are made as they are needed."""
        self._documents = data_dir / "documents"
        self._pictures = data_dir / "pictures"
        self.children = asyncio.Semaphore(CHILDREN_AT_ONCE)
        self._unreadable: dict[str, str] = {}
        self._preparing: set[asyncio.Task[None]] = set()

    def keep(self, stored_as: str, content: bytes) -> tuple[int, str]:
        """Write a document: its size in bytes and its SHA-256."""
        self._documents.mkdir(parents=True, exist_ok=True)
        (self._documents / stored_as).write_bytes(content)
        return len(content), hashlib.sha256(content).hexdigest()

    async def page_count(self, document: Document) -> int:
        """How many pages there are; pictures are made if none are. Raises UnreadableDocument."""
        if reason := self._unreadable.get(document.stored_as):
            raise UnreadableDocument(reason)
        source, folder = (
            parent / document.stored_as for parent in (self._documents, self._pictures)
        )
        try:
            if drawn := await asyncio.to_thread(finished_pages, folder):
                return len(drawn)
            async with self.children:
                pages = await render_pages(source, document.media_type, folder)
        except UnreadableDocument as unreadable:
            # Not drawn anew by each look at the page, which for a hostile file takes long.
            self._unreadable[document.stored_as] = unreadable.reason
            raise
        except (OSError, RuntimeError) as error:
            # A fault of ours, but the verifier must still be able to speak, and to end the call.
            log.exception("document %s could not be drawn", document.id)
            raise UnreadableDocument("failed") from error
        return len(pages)

    async def page_picture(self, document: Document, number: int) -> bytes | None:
        """One page as WebP, or None where there is no such page."""
        path = self._pictures / document.stored_as / page_name(number)
        return await asyncio.to_thread(lambda: path.read_bytes() if path.is_file() else None)

    def prepare(self, documents: Iterable[Document]) -> None:
        """Begin to make the pictures, so that they are there when the verifier's page opens."""
        for document in documents:
            task = asyncio.create_task(self._prepare(document))
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)

    async def _prepare(self, document: Document) -> None:
        try:
            await self.page_count(document)
        except UnreadableDocument as unreadable:
            log.info("document %s cannot be shown: %s", document.id, unreadable.reason)

    async def close(self) -> None:
        """Stop what is being prepared; a later page makes it anew."""
        for task in self._preparing:
            task.cancel()
        await asyncio.gather(*self._preparing, return_exceptions=True)
