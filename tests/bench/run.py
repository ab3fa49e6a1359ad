"""Every benchmark, or the one that is named: a line of JSON for each.

`make bench` or `make bench BENCH=take_next_flat`. Ratios compare with a baseline that runs
interleaved in the same process; medians of the rounds are given, and the spread of the value.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench.line_bench import Result, take_next_flat, take_next_sqlite

BENCHES: dict[str, Callable[[], Coroutine[Any, Any, Result]]] = {
    one.__name__: one for one in (take_next_sqlite, take_next_flat)
}


def main() -> None:
    """Run what the arguments name."""
    names = sys.argv[1:] or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    for name in names:
        print(json.dumps({"bench": name, **asyncio.run(BENCHES[name]())._asdict()}), flush=True)


if __name__ == "__main__":
    main()
