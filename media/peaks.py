"""The strip to find one's way by: how loud a side is, and small pictures of it.

What frames hold is a stranger's, so they are decoded by a child process (`peaks_worker.py`): it
gets a plain WebM on its standard input, no key, no setting and no folder, and answers with JSON.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

TIMEOUT_S = 300


def strip_of(blocks: Iterable[bytes]) -> bytes | None:
    """The strip of a plain WebM, as JSON: `level_ms`, `levels` (base64, a byte each) and
    `pictures` (`at_ms`, `webp` in base64). None where its frames cannot be decoded.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "media.peaks_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)},
    ) as child:
        try:
            _feed(child.stdin, blocks)
            answer, _nothing = child.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            child.kill()
    return answer if child.returncode == 0 else None


def _feed(child: IO[bytes] | None, blocks: Iterable[bytes]) -> None:
    """All of the blocks, or as many as the child reads: it may have given up."""
    try:
        for block in blocks:
            child.write(block)  # type: ignore[union-attr]  # a pipe was asked for
    except BrokenPipeError:
        return
