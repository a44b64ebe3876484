"""One step of the bench in a process of its own, so that its peak memory is its own: `steps.py STEP DIR ...`.

Prints one JSON object: seconds, and what the step gave.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brand
import by_hand
from siyu.core.time import day_of
from siyu.identity.resolve import resolve
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.measure import measure
from siyu.sources.load import load
from siyu.store.workspace import create, open_workspace

NOW = dt.datetime(2026, 7, 2, tzinfo=dt.UTC)
#: The last day is loaded apart; the full run measures the day before.
FULL_DAY, NEXT_DAY = brand.LAST_DAY - dt.timedelta(days=1), brand.LAST_DAY
ASKED_AGO = 200


def generate(directory: Path, consumers: str) -> dict[str, Any]:
    """Files of the brand and an empty workspace; not part of what is measured."""
    rows = brand.write(directory / "files", int(consumers))
    create(directory / "workspace").close()
    return {"rows": sum(rows.values()), "files": rows}


def load_all(directory: Path) -> dict[str, Any]:
    """Every file up to the day before the last."""
    return _load(directory, sorted((directory / "files").glob("*.parquet")))


def load_day(directory: Path) -> dict[str, Any]:
    """The files of the last day."""
    return _load(directory, sorted((directory / "files" / "day").glob("*.parquet")))


def _load(directory: Path, paths: list[Path]) -> dict[str, Any]:
    with open_workspace(directory / "workspace") as workspace:
        loaded = load(workspace, paths, now=NOW)
    return {"rows": loaded.read}


def resolve_(directory: Path) -> dict[str, Any]:
    """All links, or the new ones when the identity stands already."""
    with open_workspace(directory / "workspace") as workspace:
        resolved = resolve(workspace)
    return {"rows": resolved.identifiers, "consumers": resolved.consumers}


def measure_full(directory: Path) -> dict[str, Any]:
    """Spans and every figure, as of the day before the last."""
    return _measure(directory, FULL_DAY)


def measure_day(directory: Path) -> dict[str, Any]:
    """What one more day costs."""
    return _measure(directory, NEXT_DAY)


def _measure(directory: Path, day: dt.date) -> dict[str, Any]:
    with open_workspace(directory / "workspace") as workspace:
        document = measure(workspace, as_of=day, now=NOW)
    return {"F": document["fast_plus"]["F"]["sustainable_relationships"], "document": document}


def as_of(directory: Path) -> dict[str, Any]:
    """F by role on a day long past, from the spans as they stand."""
    with open_workspace(directory / "workspace") as workspace:
        warehouse = workspace.warehouse
        started = time.perf_counter()
        held = sustainable(day_of(FULL_DAY) - ASKED_AGO)
        found = warehouse.rows(held.group_by("role").aggregate(consumers=held.count()))
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "rows": len(found)}


def hand(directory: Path) -> dict[str, Any]:
    """The hand-written SQL on a copy of the same tables."""
    seconds, figures = by_hand.run(directory / "workspace", FULL_DAY)
    return {"seconds": seconds, "figures": figures}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "generate": generate, "load": load_all, "resolve": resolve_, "measure": measure_full, "as-of": as_of,
    "by hand": hand, "load day": load_day, "resolve day": resolve_, "measure day": measure_day,
}  # fmt: skip


def main(step: str, directory: str, *rest: str) -> None:
    """Run a step and print what it took."""
    started = time.perf_counter()
    gave = STEPS[step](Path(directory), *rest)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"seconds": time.perf_counter() - started, "peak_gb": peak, **gave}))


if __name__ == "__main__":
    main(*sys.argv[1:])
