"""An upload becomes a file of our own making, in a child process with limits."""

from typing import BinaryIO

from desk.access.children import UnreadableDocument, run_worker
from desk.access.picture_rules import PDF

WORKER = "desk.access.cleaning_worker"
OURS = {b"%PDF": PDF, b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
LONGEST_OPENING = max(map(len, OURS))


async def clean(source: BinaryIO, output: BinaryIO, *, timeout_s: float = 20.0) -> str:
    """Write what `source` shows, made anew, into `output`: its media type.

    Raises UnreadableDocument, or RuntimeError where the child itself cannot run.
    """
    await run_worker(WORKER, source=source, output=output, timeout_s=timeout_s)
    output.seek(0)
    opening = output.read(LONGEST_OPENING)
    for begins, media_type in OURS.items():
        if opening.startswith(begins):
            return media_type
    raise UnreadableDocument("damaged")
