"""The names of a recording's files: where each lies below the recordings' folder, and what it is
sealed under, so that no file passes for another.
"""

import os
import stat
from pathlib import Path

SIDES = ("applicant", "verifier")


def segment_file(recording: str, side: str, number: int) -> str:
    """One leg of one side as it came; numbers from 1 for each side."""
    return f"{recording}/{side}-{number:03}.mkv.sealed"


def side_file(recording: str, side: str) -> str:
    """All of a side, to be played."""
    return f"{recording}/{side}.webm.sealed"


def strip_file(recording: str, side: str) -> str:
    """What one finds one's way by in a side: how loud it is, and small pictures."""
    return f"{recording}/{side}.strip.sealed"


def settle(path: Path) -> None:
    """Segments give way to this file: nobody writes it anew, not even a recorder that was asked
    before and comes late.
    """
    path.chmod(stat.S_IRUSR)


def is_settled(path: Path) -> bool:
    """Whether segments gave way to what lies there."""
    return path.exists() and not path.stat().st_mode & stat.S_IWUSR


def names_are_kept(folder: Path) -> None:
    """Wait until the disk knows of a file under the name that it got."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
