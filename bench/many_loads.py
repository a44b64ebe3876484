"""What the loads of a server cost later: `python bench/many_loads.py --loads 200000`.

A server commits a load every few seconds. Fills operations and the landed folder of a small workspace with that many,
and times what is asked again and again: opening, a question with nothing new to work out, the load of one file. Beside
it the same workspace with one load.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from siyu.daily import resolve_and_measure
from siyu.sources.load import load
from siyu.store import raw_files
from siyu.store.schema import LOAD
from siyu.store.workspace import Workspace, create, open_workspace

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
ROUNDS = 5
HEADER = "order_id,platform,paid_amount,paid_at,id.phone"
STEPS = ("open", "a question with nothing new", "load of one file")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=200_000)
    loads = parser.parse_args().loads
    with tempfile.TemporaryDirectory() as folder:
        one, many = (_timed(Path(folder) / f"after-{n}", n) for n in (1, loads))
    table = Table(*("seconds", "1 load", f"{loads:,} loads"))
    for step in STEPS:
        table.add_row(step, f"{one[step]:.3f}", f"{many[step]:.3f}")
    Console().print(table)


def _timed(folder: Path, loads: int) -> dict[str, float]:
    """Median seconds of each step."""
    create(folder / "brand").close()
    with open_workspace(folder / "brand") as workspace:
        load(workspace, [_file(folder, 0)], now=NOW)
        _fill(workspace, loads)
    taken: dict[str, list[float]] = {step: [] for step in STEPS}
    for number in range(ROUNDS):
        started = time.perf_counter()
        with open_workspace(folder / "brand") as workspace:
            _ = workspace.warehouse
            taken["open"].append(time.perf_counter() - started)
            resolve_and_measure(workspace, now=NOW)
            for step, seconds in zip(STEPS[1:], _asked(workspace, _file(folder, number + 1))):
                taken[step].append(seconds)
    return {step: statistics.median(seconds) for step, seconds in taken.items()}


def _asked(workspace: Workspace, file: Path) -> Iterator[float]:
    started = time.perf_counter()
    resolve_and_measure(workspace, now=NOW)
    yield time.perf_counter() - started
    started = time.perf_counter()
    load(workspace, [file], now=NOW)
    yield time.perf_counter() - started


def _file(folder: Path, number: int) -> Path:
    path = folder / f"orders-{number}.csv"
    path.write_text(f"{HEADER}\no{number},site,10.00,2026-06-01 10:00:00,1380000{number:04d}\n", encoding="utf-8")
    return path


def _fill(workspace: Workspace, loads: int) -> None:
    """Loads that brought repeated messages alone, read as the one that is there."""
    with workspace.operations.begin() as connection:
        row = connection.execute(sa.select(LOAD)).mappings().one()
        counts = '{"read": 3, "kinds": {"events": {"duplicate": 3}}}'
        rows = [{**row, "load_id": n, "file_name": "inbox:shop", "file_hash": f"{n:032x}", "counts": counts}
                for n in range(2, loads + 1)]  # fmt: skip
        if rows:
            connection.execute(sa.insert(LOAD), rows)
    for load_id in range(2, loads + 1):
        raw_files.path_of(workspace.landed, load_id).touch()


if __name__ == "__main__":
    main()
