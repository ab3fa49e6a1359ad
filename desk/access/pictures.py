"""Uploaded documents as pictures, so that nothing active in a file reaches a verifier's browser.

The decoding happens in a child process with limits (desk.access.picture_worker); this process
never parses a document, and reads of the child's work only a short list of numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import math
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from desk.access.picture_rules import (
    EXIT_REASONS,
    MANIFEST,
    MAX_DOCUMENT_BYTES,
    MAX_PAGES,
    MEDIA_TYPES,
    page_name,
)

log = logging.getLogger(__name__)

WORKER = "desk.access.picture_worker"
STDERR_KEPT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as a WebP file; `width` and `height` in pixels."""

    path: Path
    width: int
    height: int


class UnreadableDocument(Exception):
    """A document that is not drawn.

    `reason` is too_large, encrypted, damaged, timeout, too_many_pages or unsupported_type; where
    the fault is ours, the store says failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def render_pages(
    document: Path, media_type: str, folder: Path, *, timeout_s: float = 20.0
) -> list[PagePicture]:
    """Draws each page of a PDF, JPEG or PNG into `folder`, or finds it drawn there already.

    `folder` appears whole or not at all, also where several calls race for it. Raises
    UnreadableDocument; RuntimeError where the worker itself cannot run.
    """
    if media_type not in MEDIA_TYPES:
        raise UnreadableDocument("unsupported_type")
    finished = await asyncio.to_thread(finished_pages, folder)
    if finished:
        return finished
    work = await asyncio.to_thread(make_work_folder, folder)
    try:
        await run_worker(document, media_type, work, timeout_s)
        return await asyncio.to_thread(publish, work, folder)
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


def publish(work: Path, folder: Path) -> list[PagePicture]:
    """Gives the finished work its name; where another call was first, that one's pages stay."""
    try:
        work.rename(folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    pages = finished_pages(folder)
    if not pages:
        raise RuntimeError(f"{folder} is not empty and holds no pages")
    return pages


async def run_worker(document: Path, media_type: str, work: Path, timeout_s: float) -> None:
    """Runs one child to its end; raises UnreadableDocument or RuntimeError as its status says."""
    with document.open("rb") as source:
        if os.fstat(source.fileno()).st_size > MAX_DOCUMENT_BYTES:
            raise UnreadableDocument("too_large")
        cpu_s = str(math.ceil(timeout_s) + 1)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", WORKER, media_type, cpu_s),
            stdin=source,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=work,
            env=worker_environment(),
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(timeout_s):
            complaint = await read_bounded(child)
            status = await child.wait()
    except TimeoutError as error:
        raise UnreadableDocument("timeout") from error
    finally:
        await end_child(child)
    judge_status(status, complaint)


def worker_environment() -> dict[str, str]:
    """What the child may know: where Python finds its packages, and no setting or secret."""
    folders = [str(Path(entry).resolve()) for entry in sys.path]
    return {"LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(folders)}


async def read_bounded(child: asyncio.subprocess.Process) -> str:
    """The beginning of what the child says on stderr; the rest is read and dropped."""
    if child.stderr is None:
        raise RuntimeError("the picture worker was started without a pipe for its errors")
    kept = b""
    while chunk := await child.stderr.read(STDERR_KEPT_BYTES):
        kept = (kept + chunk)[:STDERR_KEPT_BYTES]
    return kept.decode("utf-8", "replace")


async def end_child(child: asyncio.subprocess.Process) -> None:
    """Kills the child's whole group if it still runs, and waits until it is gone."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):  # it ended between the look and the signal
            os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def judge_status(status: int, complaint: str) -> None:
    """Turns the child's exit status into nothing, UnreadableDocument or RuntimeError."""
    if status == 0:
        return
    if status in EXIT_REASONS:
        reason = EXIT_REASONS[status]
    elif status in (-signal.SIGXCPU, -signal.SIGKILL):
        reason = "timeout"
    elif status < 0:
        reason = "damaged"
    else:
        raise RuntimeError(f"the picture worker failed with status {status}: {complaint}")
    log.info("document not drawn: %s (status %d) %s", reason, status, complaint)
    raise UnreadableDocument(reason)
