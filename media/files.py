"""The names of a recording's files: where each lies below the recordings' folder, and what it is
sealed under, so that no file passes for another.
"""

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
