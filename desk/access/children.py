"""Child processes for documents: this process never parses one.

A child gets an open file as its standard input, no setting and no secret, and limits that it sets
itself (desk.access.confined). What it found is its exit status.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from desk.access.picture_rules import EXIT_REASONS, MAX_DOCUMENT_BYTES

log = logging.getLogger(__name__)

STDERR_KEPT_BYTES = 4096


class UnreadableDocument(Exception):
    """A document that is not taken, or not drawn.

    `reason` is too_large, encrypted, damaged, timeout, too_many_pages or unsupported_type; where
    the fault is ours, the store says failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def run_worker(
    module: str,
    *arguments: str,
    source: BinaryIO,
    timeout_s: float,
    folder: Path | None = None,
    output: BinaryIO | None = None,
) -> None:
    """Runs one child on `source` from its beginning; it writes into `folder`, or to `output`.

    Raises UnreadableDocument, or RuntimeError where the child itself cannot run.
    """
    if os.fstat(source.fileno()).st_size > MAX_DOCUMENT_BYTES:
        raise UnreadableDocument("too_large")
    source.seek(0)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module, *arguments, str(math.ceil(timeout_s) + 1)),
        stdin=source,
        stdout=output or asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder or "/",
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
        raise RuntimeError("the child was started without a pipe for its errors")
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
        raise RuntimeError(f"the child failed with status {status}: {complaint}")
    log.info("document refused: %s (status %d) %s", reason, status, complaint)
    raise UnreadableDocument(reason)
