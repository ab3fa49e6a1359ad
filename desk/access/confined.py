"""What the children that touch documents have in common: their limits, and how they refuse.

A child reads one document from its standard input and answers with its exit status.
"""

from __future__ import annotations

import errno
import resource
import sys
import traceback
from collections.abc import Callable

from desk.access.picture_rules import EXIT_REASONS, MAX_DOCUMENT_BYTES

MEMORY_BYTES = 2**30
FILE_BYTES = 16 * 2**20
OPEN_FILES = 64


class Refused(Exception):
    """The document is not worked on; `reason` is one of the words of EXIT_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def limit_resources(cpu_s: int) -> None:
    """Bounds what a hostile document can cost the machine, for the rest of this process."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def run(work: Callable[[bytes], None], cpu_s: int) -> int:
    """Do `work` on the document within the limits: 0, or the exit status of EXIT_REASONS."""
    limit_resources(cpu_s)
    data = sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
    try:
        if len(data) > MAX_DOCUMENT_BYTES:
            raise Refused("too_large")
        work(data)
    except Exception as error:  # decoders meet hostile bytes with exceptions of every kind
        traceback.print_exc()
        return _status_of(error)
    return 0


def _status_of(error: Exception) -> int:
    statuses = {reason: status for status, reason in EXIT_REASONS.items()}
    if isinstance(error, Refused):
        return statuses[error.reason]
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.EFBIG:
        return statuses["too_large"]
    # What the system refuses, a full disk say, is our own failure and not the document's.
    return 1 if getattr(error, "errno", None) else statuses["damaged"]
