"""When a page of ours tries again after its connection broke."""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SCRIPT = Path(__file__).parents[2] / "static/js/socket.js"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Grows twofold up to the longest, and scatters, as socket.io-client works it out."""

    shortest_s: float
    longest_s: float
    jitter: float

    @classmethod
    def of_our_page(cls) -> Self:
        """With the numbers that the page's own script gives."""
        numbers = re.findall(r"const (\w+) = ([\d_.]+);", SCRIPT.read_text())
        found = {name: float(number) for name, number in numbers}
        return cls(found["DELAY_MS"] / 1000, found["LONGEST_DELAY_MS"] / 1000, found["JITTER"])

    def delay_s(self, attempts: int) -> float:
        """Before the next attempt, after so many that failed."""
        delay_s = self.shortest_s * 2.0**attempts
        delay_s *= 1 + random.uniform(-self.jitter, self.jitter)
        return min(delay_s, self.longest_s)
