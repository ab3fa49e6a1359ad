"""When a call has ended: of each side's segments one file to play, and a strip to find one's way.

Runs in a thread of the recorder. What is written gets its name only when it is whole, so it may be
done again after a recorder died in the middle of it.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from media.files import SIDES, side_file, strip_file
from media.peaks import strip_of
from media.sealed import Sealed, SealedReader, SealedWriter, Tampered
from media.webm import NothingRecorded, Remuxed, remux


@dataclass(frozen=True, slots=True)
class Part:
    """A segment to be put together with the others: `offset_ms` from the recording's zero, which
    is the start of the earliest segment of both sides.
    """

    side: str
    file: str
    offset_ms: int


@dataclass(frozen=True, slots=True)
class Found:
    """What lies on the disk of a segment, by a look at every byte of it.

    `state`: whole, cut (its end is not there), changed (from `frame` on; None: its head), missing.
    The hash is of all of a whole or cut segment that can be read; `torn_sha256` of the rest of a
    frame behind it.
    """

    state: str
    sha256: str | None = None
    plain_bytes: int = 0
    frame: int | None = None
    torn_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a side: a file to play. `strip` is empty where it could not be decoded."""

    file: str
    sha256: str
    plain_bytes: int
    duration_ms: int
    cues: int
    strip: str
    strip_sha256: str


def finish(folder: Path, recording: str, key: bytes, segments: Sequence[Part]) -> dict[str, Any]:
    """Make each side's file out of its segments, as far as they can be read.

    Gives, as JSON has them, what was `found` by file, and what was made of the `sides`; a side of
    which there is nothing is left out. Raises OSError, for a full disk say.
    """
    found = {part.file: look(folder, part.file, key) for part in segments}
    good = [part for part in segments if found[part.file].sha256]
    sides: dict[str, Any] = {}
    for side in SIDES:
        if parts := [part for part in good if part.side == side]:
            with suppress(NothingRecorded):
                sides[side] = asdict(_finish_side(folder, recording, side, key, parts))
    return {"found": {file: asdict(what) for file, what in found.items()}, "sides": sides}


def look(folder: Path, file: str, key: bytes) -> Found:
    """Read a whole file, and say what is there."""
    digest, plain_bytes = hashlib.sha256(), 0
    try:
        with SealedReader(folder / file, key, file) as reader:
            for block in reader.blocks():
                digest.update(block)
                plain_bytes += len(block)
            state = "whole" if reader.is_whole else "cut"
            torn = None if reader.is_whole else hashlib.sha256(reader.torn()).hexdigest()
    except FileNotFoundError:
        return Found("missing")
    except Tampered as tampered:
        return Found("changed", frame=tampered.frame)
    return Found(state, digest.hexdigest(), plain_bytes, torn_sha256=torn)


def _finish_side(
    folder: Path, recording: str, side: str, key: bytes, parts: Iterable[Part]
) -> Finished:
    file = side_file(recording, side)
    written: list[Remuxed] = []
    with ExitStack() as stack:
        readers = [
            (stack.enter_context(SealedReader(folder / part.file, key, part.file)), part.offset_ms)
            for part in parts
        ]
        sealed = _write(folder, file, key, lambda target: written.append(remux(readers, target)))
    with SealedReader(folder / file, key, file) as reader:
        strip = strip_of(reader.blocks())
    name, strip_sha256 = "", ""
    if strip is not None:
        name, content = strip_file(recording, side), strip
        strip_sha256 = _write(folder, name, key, lambda target: target.write(content)).sha256
    (made,) = written
    return Finished(
        file, sealed.sha256, sealed.plain_bytes, made.duration_ms, made.cues, name, strip_sha256
    )


def _write(folder: Path, file: str, key: bytes, write: Callable[[SealedWriter], object]) -> Sealed:
    """A file that is there whole or not at all."""
    fresh = folder / f"{file}.new"
    fresh.unlink(missing_ok=True)
    target = SealedWriter(fresh, key, file)
    try:
        write(target)
    except BaseException:
        target.abandon()
        fresh.unlink()
        raise
    sealed = target.close()
    fresh.replace(folder / file)
    return sealed
