"""What `make bench` prints of each benchmark."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple


class Result(NamedTuple):
    """One line of JSON: the value, what it is compared with, and the spread of the rounds."""

    value: float
    unit: str
    baseline: str | None
    baseline_value: float | None
    ratio: float | None
    case: str
    spread: list[float]


def compared(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    unit: str,
    baseline: str,
    case: str,
    digits: int = 3,
) -> Result:
    """The medians of the rounds of both sides."""
    return Result(
        value=round(median(ours), digits),
        unit=unit,
        baseline=baseline,
        baseline_value=round(median(theirs), digits),
        ratio=round(median(ours) / median(theirs), 3),
        case=case,
        spread=[round(min(ours), digits), round(max(ours), digits)],
    )


def alone(ours: Sequence[float], *, unit: str, case: str, digits: int = 3) -> Result:
    """The median of the rounds where there is nothing to compare with."""
    return Result(
        value=round(median(ours), digits),
        unit=unit,
        baseline=None,
        baseline_value=None,
        ratio=None,
        case=case,
        spread=[round(min(ours), digits), round(max(ours), digits)],
    )
