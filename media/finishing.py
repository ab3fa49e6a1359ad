"""When a call has ended: of each side's segments one file to play, and a strip to find one's way.

Runs in a thread of the recorder. What is written gets its name only when it is whole, so it may be
done again after a recorder died in the middle of it. Segments are only read: it is the desk that
lets them give way to a file that holds them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from media.files import SIDES, is_settled, names_are_kept, side_file, strip_file
from media.looking import Found, look_at_segment, look_at_side
from media.peaks import strip_of
from media.sealed import Sealed, SealedReader, SealedWriter
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
class Finished:
    """What came of a side: a file to play. `strip` is empty where it could not be decoded.

    `holds` names segments in their order, from the first on: all of their frames were read again
    in the file once it was on the disk, and are the same.
    """

    file: str
    sha256: str
    plain_bytes: int
    duration_ms: int
    cues: int
    strip: str
    strip_sha256: str
    holds: list[str] = field(default_factory=list)


class Settled(OSError):
    """Segments gave way to this file already: it is all there is of them."""


def finish(folder: Path, recording: str, key: bytes, segments: Sequence[Part]) -> dict[str, Any]:
    """Make each side's file out of its segments, as far as they can be read.

    Gives, as JSON has them, what was `found` by file, and what was made of the `sides`; a side of
    which there is nothing is left out. Raises OSError, for a full disk say.
    """
    found = {part.file: look_at_segment(folder, part.file, key) for part in segments}
    good = [part for part in segments if found[part.file].sha256]
    sides: dict[str, Any] = {}
    for side in SIDES:
        if parts := sorted((part for part in good if part.side == side), key=_offset_ms):
            with suppress(NothingRecorded):
                made = _finish_side(folder, recording, key, parts)
                holds = _held(folder, made, key, {part.file: found[part.file] for part in parts})
                sides[side] = asdict(replace(made, holds=holds))
    return {"found": {file: asdict(what) for file, what in found.items()}, "sides": sides}


def _offset_ms(part: Part) -> int:
    return part.offset_ms


def _finish_side(folder: Path, recording: str, key: bytes, parts: Sequence[Part]) -> Finished:
    file = side_file(recording, parts[0].side)
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
        name, content = strip_file(recording, parts[0].side), strip
        strip_sha256 = _write(folder, name, key, lambda target: target.write(content)).sha256
    (made,) = written
    return Finished(
        file, sealed.sha256, sealed.plain_bytes, made.duration_ms, made.cues, name, strip_sha256
    )


def _held(folder: Path, made: Finished, key: bytes, found: Mapping[str, Found]) -> list[str]:
    """The segments that can be read again from a side's file as it lies there now."""
    tracks = []
    for one in found.values():
        if one.contents is None:
            break
        tracks.append(one.contents.tracks)
    there, count = look_at_side(folder, made.file, key, tracks)
    is_as_written = (there.state, there.sha256) == ("whole", made.sha256)
    return list(found)[:count] if is_as_written else []


def _write(folder: Path, file: str, key: bytes, write: Callable[[SealedWriter], object]) -> Sealed:
    """A file that is there whole or not at all, also after the power failed. Raises Settled."""
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
    if is_settled(folder / file):
        fresh.unlink()
        raise Settled(file)
    fresh.replace(folder / file)
    names_are_kept(fresh.parent)
    return sealed
