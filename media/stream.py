"""A Matroska stream taken apart as it comes: ours, or what a browser has recorded itself.

The latter is a stranger's: what is no Matroska, or has elements that are too large, is read as far
as it makes sense, and never held as a whole.
"""

from collections.abc import Iterable, Iterator

from media import ebml
from media.ebml import Element

# A cluster of ours is a second; browsers make longer ones, and do not say how long.
MOST_BYTES = 4 * 2**20
FRAMES = {ebml.SIMPLE_BLOCK, ebml.BLOCK_GROUP}
IN_CLUSTER = FRAMES | {ebml.TIMESTAMP, 0xA7, 0xAB, 0xEC, 0xBF}


def segment_children(blocks: Iterable[bytes]) -> Iterator[Element]:
    """What a stream's segment holds, each whole. Where more is there that makes no sense, or an
    end that is torn, that is told last, as an empty UNREAD.
    """
    stream = _Stream()
    for block in blocks:
        yield from stream.take(block)
        if stream.is_broken:
            break
    yield from stream.rest_of_cluster()
    if not stream.is_read:
        yield Element(ebml.UNREAD, b"")


class _Stream:
    """What has come and was not given on yet. A cluster of unknown size is collected."""

    def __init__(self) -> None:
        self.is_broken = False
        self._held = bytearray()
        self._stamp, self._blocks = b"", bytearray()
        self._in_cluster = False

    @property
    def is_read(self) -> bool:
        """Whether all that has come was given on."""
        return not (self.is_broken or self._held)

    def take(self, block: bytes) -> Iterator[Element]:
        self._held += block
        while not self.is_broken and (head := ebml.head_at(self._held, 0)):
            identifier, start, size = head
            if size == ebml.UNKNOWN or identifier == ebml.SEGMENT:
                yield from self._enter(identifier, start)
                continue
            self.is_broken = size > MOST_BYTES
            end = start + size
            if self.is_broken or end > len(self._held):
                return
            whole = bytes(self._held[:end])
            del self._held[:end]
            yield from self._found(identifier, whole, start)
        # No element begins so.
        self.is_broken = self.is_broken or len(self._held) >= ebml.LONGEST_HEAD

    def _enter(self, identifier: int, start: int) -> Iterator[Element]:
        """What is of unknown size is gone into."""
        del self._held[:start]
        yield from self.rest_of_cluster()
        self._in_cluster = identifier == ebml.CLUSTER
        self.is_broken = identifier not in {ebml.SEGMENT, ebml.CLUSTER}

    def _found(self, identifier: int, whole: bytes, start: int) -> Iterator[Element]:
        if not self._in_cluster or identifier not in IN_CLUSTER:
            yield from self.rest_of_cluster()
            self._in_cluster = False
            if identifier != ebml.EBML:
                yield Element(identifier, whole[start:])
        elif identifier == ebml.TIMESTAMP:
            self._stamp = whole
        elif identifier in FRAMES:
            self._blocks += whole
            if len(self._blocks) >= MOST_BYTES:
                yield from self.rest_of_cluster()

    def rest_of_cluster(self) -> Iterator[Element]:
        """What there is of a cluster that did not say how long it is."""
        if self._blocks:
            yield Element(ebml.CLUSTER, self._stamp + bytes(self._blocks))
        self._blocks.clear()
