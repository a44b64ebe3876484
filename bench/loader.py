"""How fast what was acknowledged is loaded: `python bench/loader.py --events 400000`.

Batches of 50 events wait in the inbox; then one drain takes them into the warehouse (opened, identified, typed, hashed,
landed, committed). First each event is somebody else's, as nowhere in the world: every one brings an identifier to be
keyed and sealed. Then each visitor does five things. Half as many wait first, to show what grows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
import time
from pathlib import Path

from siyu.core.cycles import look_rarely

look_rarely()  # before the rest is imported, as `siyu` does

from collect import BATCH, event
from siyu.core.time import instant_of
from siyu.sources.live import drain
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace, create

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
HEAD = """| events a visitor | events waiting | seconds | events/s | CPU ms per 1,000 |
|---:|---:|---:|---:|---:|"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000)
    events = parser.parse_args().events
    print(HEAD)
    for each in (1, 5):
        with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder, create(Path(folder) / "brand") as workspace:
            for first, count in ((0, BATCH), (BATCH, events // 2), (BATCH + events // 2, events)):
                _arrived(workspace, first, count, each)
                started, cpu = time.perf_counter(), time.process_time()
                assert drain(workspace, now=NOW).messages == count
                seconds, spent = time.perf_counter() - started, time.process_time() - cpu
                print(f"| {each} | {count:,} | {seconds:.2f} | {count / seconds:,.0f} | {spent / count * 1e6:.1f} |")


def _arrived(workspace: Workspace, first: int, count: int, each: int) -> None:
    """So many events in the inbox, from one number on."""
    starts = range(first, first + count, BATCH)
    arrivals = [Arrival("segment", "bench", instant_of(NOW), _body(start, each), BATCH) for start in starts]
    workspace.inbox.put(arrivals)


def _body(start: int, each: int) -> bytes:
    calls = [event(number) | {"userId": f"c-{number // each}"} for number in range(start, start + BATCH)]
    return json.dumps({"batch": calls, "sentAt": "2026-06-30T12:00:01.000Z"}, ensure_ascii=False).encode()


if __name__ == "__main__":
    main()
