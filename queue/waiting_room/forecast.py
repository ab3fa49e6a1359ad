"""The estimated wait, as a range that is rather too long than too short.

Whoever stands at position p waits until p verifiers have become free. With v verifiers on duty and
a handling time h for each call that is about p * h / v. The range takes h from the lower and the
upper quartile of the newest finished calls of today; before FINISHED_CALLS_NEEDED of them, or with
nobody on duty, there is no estimate, because a guess would be worse than none.
"""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

FINISHED_CALLS_NEEDED = 5
NEWEST_CALLS = 20


class Pace(NamedTuple):
    """Seconds that the line needs for each place, at best and at worst."""

    low_s: float
    high_s: float


def pace(handling_times_s: Sequence[float], on_duty: int) -> Pace | None:
    """The line's pace from today's handling times (newest last) and the verifiers on duty."""
    if len(handling_times_s) < FINISHED_CALLS_NEEDED or on_duty < 1:
        return None
    quartiles = statistics.quantiles(handling_times_s[-NEWEST_CALLS:], n=4, method="inclusive")
    return Pace(quartiles[0] / on_duty, quartiles[2] / on_duty)


def wait_s(position: int, line_pace: Pace | None) -> list[int] | None:
    """`[low, high]` seconds for a position (1 is next), in whole minutes rounded up."""
    if line_pace is None:
        return None
    return [_whole_minutes_s(position * seconds) for seconds in line_pace]


def _whole_minutes_s(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60)) * 60
