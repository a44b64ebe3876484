"""How long it takes to tell repeated messages among many: `python bench/repeated.py --messages 100000000`.

Fills the table `message` of a fresh workspace with random keys, then asks for the messages of one load, of which half
have come before: through siyu, and as hand-written DuckDB SQL over the same file in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from siyu.sources.landed.messages import known
from siyu.store.tables import MESSAGE
from siyu.store.warehouse import Warehouse
from siyu.store.workspace import create

CHUNK = 5_000_000
LOADS = (50, 5_000, 50_000)
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000_000)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        with create(Path(folder) / "brand") as workspace:
            held = _fill(workspace.warehouse, messages)
            asked = {size: _asked(held, size) for size in LOADS}
            ours = {size: _timed(lambda keys=keys: known(workspace.warehouse, keys)) for size, keys in asked.items()}
        hand = _by_hand(Path(folder) / "brand" / "warehouse.duckdb", asked)
    _print(messages, ours, hand)


def _fill(warehouse: Warehouse, messages: int) -> np.ndarray:
    """The keys of the first chunk, for asking again."""
    random, first = np.random.default_rng(1), np.array([], np.int64)
    for start in range(0, messages, CHUNK):
        count = min(CHUNK, messages - start)
        keys = random.integers(0, 2**63 - 1, count)
        first = keys if start == 0 else first
        at = np.arange(start, start + count) * 1000
        rows = {"message_key": keys, "load_id": np.full(count, 1 + start // CHUNK), "received_at": at, "sent_at": at,
                "stated_at": at, "machine": pa.array(np.zeros(count, bool))}  # fmt: skip
        warehouse.append(MESSAGE, pa.table(rows).cast(MESSAGE.schema))
    return first


def _asked(held: np.ndarray, size: int) -> list[int]:
    """Half of them known."""
    fresh = np.random.default_rng(2).integers(0, 2**63 - 1, size - size // 2)
    return [*held[: size // 2].tolist(), *fresh.tolist()]


def _timed(run: Callable[[], set[int]]) -> tuple[int, float]:
    """How many were known, and the median of the seconds."""
    seconds = []
    found: set[int] = set()
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return len(found), statistics.median(seconds)


def _by_hand(path: Path, asked: dict[int, list[int]]) -> dict[int, tuple[int, float]]:
    connection = duckdb.connect(str(path), read_only=True)
    found = {}
    for size, keys in asked.items():
        connection.register("asked", pa.table({"k": keys}))
        text = "SELECT message_key FROM message SEMI JOIN asked ON message_key = k"
        found[size] = _timed(lambda text=text: {row[0] for row in connection.execute(text).fetchall()})
    connection.close()
    return found


def _print(messages: int, ours: dict[int, tuple[int, float]], hand: dict[int, tuple[int, float]]) -> None:
    table = Table(title=f"Repeated messages among {messages:,}")
    for name in ("messages of the load", "known", "siyu, s", "hand-written SQL, s", "ratio"):
        table.add_column(name, justify="right")
    for size, (count, seconds) in ours.items():
        assert hand[size][0] == count, "both tell the same messages"
        beside = hand[size][1]
        table.add_row(f"{size:,}", f"{count:,}", f"{seconds:.3f}", f"{beside:.3f}", f"{seconds / beside:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
