"""Every benchmark, or the one that is named: a line of JSON for each of its cases.

`make bench` or `make bench BENCH=take_next_flat`. Ratios compare with a baseline that runs
interleaved in the same run; medians of the rounds are given, and the spread of the value.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench.call_recovery_bench import call_recovery
from tests.bench.drain_bench import line_drain
from tests.bench.first_frame_bench import first_frame
from tests.bench.hostile_bench import hostile_hold
from tests.bench.lighthouse_bench import lighthouse
from tests.bench.line_bench import take_next_flat, take_next_sqlite
from tests.bench.news_bench import line_connects, line_news, loop_hold
from tests.bench.page_weight_bench import page_weight
from tests.bench.postgres_bench import take_next_postgresql
from tests.bench.recording_cpu_bench import recording_cpu
from tests.bench.recording_loss_bench import recording_loss
from tests.bench.recording_memory_bench import recording_memory
from tests.bench.recording_soak_bench import recording_soak
from tests.bench.recording_sync_bench import recording_sync
from tests.bench.result import Result
from tests.bench.slot_bench import slot_booking
from tests.bench.storm_bench import reconnect_storm
from tests.bench.upload_bench import upload_memory
from tests.bench.waiting_bench import line_change, waiting_memory

BENCHES: dict[str, Callable[[], Coroutine[Any, Any, Result | list[Result]]]] = {
    one.__name__: one
    for one in (
        take_next_sqlite,
        take_next_flat,
        take_next_postgresql,
        slot_booking,
        line_news,
        loop_hold,
        line_connects,
        line_change,
        waiting_memory,
        line_drain,
        reconnect_storm,
        page_weight,
        first_frame,
        call_recovery,
        lighthouse,
        hostile_hold,
        upload_memory,
        recording_cpu,
        recording_loss,
        recording_memory,
        recording_soak,
        recording_sync,
    )
}


def main() -> None:
    """Run what the arguments name."""
    names = sys.argv[1:] or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    # Ended from outside, it still ends the servers that it has started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit("ended"))
    for name in names:
        results = asyncio.run(BENCHES[name]())
        for result in results if isinstance(results, list) else [results]:
            print(json.dumps({"bench": name, **result._asdict()}), flush=True)


if __name__ == "__main__":
    main()
