"""One direction of a link: a rate, a bounded queue, a delay, a loss. Time is handed in."""

from collections import deque
from collections.abc import Callable, Iterator

from tests.link.profiles import Shape


class Lane:
    """Packets that are on their way; they come in the order in which they were sent.

    `draw` gives a number from 0 to 1 for each packet: below the loss it is lost on the way.
    """

    def __init__(self, shape: Shape, draw: Callable[[], float]) -> None:
        self._shape = shape
        self._draw = draw
        self._free_at = 0.0
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._is_cut = False

    def become(self, shape: Shape) -> None:
        """Treat packets so from now on; those under way are no longer touched."""
        self._shape = shape

    def cut(self) -> None:
        """Nothing comes through any more, and what was under way is lost."""
        self._is_cut = True
        self._under_way.clear()
        self._free_at = 0.0

    def mend(self) -> None:
        """Packets come through again."""
        self._is_cut = False

    def send(self, now_s: float, packet: bytes) -> None:
        """Take a packet at this moment; where the queue is full, it is dropped (drop-tail)."""
        starts_at = max(now_s, self._free_at)
        if self._is_cut or starts_at - now_s > self._shape.queue_s:
            return
        self._free_at = starts_at + len(packet) * 8 / self._shape.rate_bps
        # A packet lost on the way has taken its time of the line all the same.
        if self._draw() < self._shape.loss:
            return
        comes_at = self._free_at + self._shape.delay_s
        if self._under_way:
            comes_at = max(comes_at, self._under_way[-1][0])
        self._under_way.append((comes_at, packet))

    def next_at(self) -> float:
        """When the next packet comes; infinity where none is under way."""
        return self._under_way[0][0] if self._under_way else float("inf")

    def arrived(self, now_s: float) -> Iterator[bytes]:
        """Take out whatever has come by this moment."""
        while self._under_way and self._under_way[0][0] <= now_s:
            yield self._under_way.popleft()[1]
