"""What lies on the disk of a recording, by a look at every byte of it."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from media.sealed import SealedReader, Tampered
from media.tally import Contents, contents_of, tallies_of_side


@dataclass(frozen=True, slots=True)
class Found:
    """What lies there of a file.

    `state`: whole, cut (its end is not there), changed (from `frame` on; None: its head), missing.
    The hash is of all of a whole or cut file that can be read; `torn_sha256` of the rest of a
    frame behind it. `contents`, of a segment alone, is what a side's file has to hold to stand for
    it; None where no such file can.
    """

    state: str
    sha256: str | None = None
    plain_bytes: int = 0
    frame: int | None = None
    torn_sha256: str | None = None
    contents: Contents | None = None


def look(
    folder: Path, file: str, key: bytes, read: Callable[[Iterable[bytes]], object] = iter
) -> Found:
    """Read a whole file, and say what is there. `read` gets the same, as far as it wants."""
    digest, plain_bytes = hashlib.sha256(), 0

    def hashed(blocks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal plain_bytes
        for block in blocks:
            digest.update(block)
            plain_bytes += len(block)
            yield block

    try:
        with SealedReader(folder / file, key, file) as reader:
            blocks = hashed(reader.blocks())
            read(blocks)
            deque(blocks, maxlen=0)
            state = "whole" if reader.is_whole else "cut"
            torn = None if reader.is_whole else hashlib.sha256(reader.torn()).hexdigest()
    except FileNotFoundError:
        return Found("missing")
    except Tampered as tampered:
        return Found("changed", frame=tampered.frame)
    return Found(state, digest.hexdigest(), plain_bytes, torn_sha256=torn)


def look_at_segment(folder: Path, file: str, key: bytes) -> Found:
    """The same of a segment, with its contents."""
    contents: list[Contents | None] = []
    found = look(folder, file, key, lambda blocks: contents.append(contents_of(blocks)))
    return replace(found, contents=contents[0]) if found.sha256 else found


def look_at_side(
    folder: Path, file: str, key: bytes, segments: Sequence[dict[str, Any]]
) -> tuple[Found, int]:
    """The same of a side's file, and how many it holds of these segments, given by the tracks of
    their contents in their order, up to the first that is not there as it was.
    """
    there: list[dict[str, Any]] = []
    frames = [sum(track["frames"] for track in tracks.values()) for tracks in segments]
    found = look(folder, file, key, lambda blocks: there.extend(tallies_of_side(blocks, frames)))
    same = [one == other for one, other in zip(segments, there, strict=False)]
    return found, [*same, False].index(False)
