"""How long to wait before another try."""

from datetime import timedelta
from random import Random

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
MOST_DOUBLINGS = 16


def pause_after(failures: int, chance: Random, longest: timedelta = LONGEST) -> timedelta:
    """The pause after so many failures in a row: doubled each time, and up to a half taken away.

    The half is drawn from `chance`, so that what failed together is not tried again together.
    """
    # Bounded before it is raised: hundreds of failures would give more days than there are.
    times: int = 2 ** min(failures - 1, MOST_DOUBLINGS)
    return min(FIRST * times, longest) * chance.uniform(0.5, 1.0)
