"""Networks by name: what a link does to packets in each direction.

Rates and delays of the first three are those of WebPageTest's "LTE", "3G" and "3G Slow" (12/12
Mbit/s and 70 ms there and back; 1.6/0.768 Mbit/s and 300 ms; 400/400 kbit/s and 400 ms). The last
is the edge of a 3G cell: its delay, a tenth of its rate, and every twentieth packet lost. Queues
hold what a few hundred milliseconds carry, as those of small routers and of base stations do.
"""

from dataclasses import dataclass

KILO = 1_000


@dataclass(frozen=True, slots=True)
class Shape:
    """One direction: bits a second, seconds on the way, share lost, seconds that are queued."""

    rate_bps: float
    delay_s: float
    loss: float = 0.0
    queue_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Profile:
    """A network, as somebody in it has it."""

    up: Shape
    down: Shape


def _even(rate_bps: float, delay_s: float, loss: float, queue_s: float) -> Profile:
    shape = Shape(rate_bps, delay_s, loss, queue_s)
    return Profile(shape, shape)


PROFILES = {
    "4G": _even(12_000 * KILO, 0.035, 0.0, 0.2),
    "3G": Profile(Shape(768 * KILO, 0.150), Shape(1_600 * KILO, 0.150)),
    "400k": _even(400 * KILO, 0.200, 0.0, 0.4),
    "120k": _even(120 * KILO, 0.150, 0.05, 0.4),
}
