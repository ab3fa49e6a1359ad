"""Uploaded documents as pictures, so that nothing active in a file reaches a verifier's browser.

The decoding happens in a child process with limits (desk.access.picture_worker); this process
never parses a document, and reads of the child's work only a short list of numbers.
"""

from __future__ import annotations

import asyncio
import errno
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desk.access.children import UnreadableDocument, run_worker
from desk.access.picture_rules import MANIFEST, MAX_PAGES, MEDIA_TYPES, page_name

WORKER = "desk.access.picture_worker"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as a WebP file; `width` and `height` in pixels."""

    path: Path
    width: int
    height: int


async def render_pages(
    source: BinaryIO,
    media_type: str,
    folder: Path,
    *,
    timeout_s: float = 20.0,
    seal: Callable[[Path], None] | None = None,
) -> list[PagePicture]:
    """Draws each page of a PDF, JPEG or PNG into `folder`, or finds it drawn there already.

    `folder` appears whole or not at all, also where several calls race for it; before it does,
    `seal` may rewrite each page's file. Raises UnreadableDocument; RuntimeError where the worker
    itself cannot run.
    """
    if media_type not in MEDIA_TYPES:
        raise UnreadableDocument("unsupported_type")
    finished = await asyncio.to_thread(finished_pages, folder)
    if finished:
        return finished
    work = await asyncio.to_thread(make_work_folder, folder)
    try:
        await run_worker(WORKER, media_type, source=source, timeout_s=timeout_s, folder=work)
        return await asyncio.to_thread(publish, work, folder, seal)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def make_work_folder(folder: Path) -> Path:
    """A private folder beside `folder`, on the same file system, so that a rename publishes it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))


def finished_pages(folder: Path) -> list[PagePicture]:
    """The pages in a finished folder; none where there is no such folder yet."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return []
    sizes = json.loads(manifest.read_text("utf-8"))
    if not 0 < len(sizes) <= MAX_PAGES:
        raise RuntimeError(f"{manifest} lists {len(sizes)} pages")
    return [
        PagePicture(folder / page_name(number), int(width), int(height))
        for number, (width, height) in enumerate(sizes, start=1)
    ]


def publish(
    work: Path, folder: Path, seal: Callable[[Path], None] | None = None
) -> list[PagePicture]:
    """Gives the finished work its name; where another call was first, that one's pages stay."""
    if seal:
        for page in finished_pages(work):
            seal(page.path)
    try:
        work.rename(folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    pages = finished_pages(folder)
    if not pages:
        raise RuntimeError(f"{folder} is not empty and holds no pages")
    return pages
