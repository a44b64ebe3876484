"""One step of the bench in a process of its own, so that its time and peak memory are its own: `steps.py STEP DIR ...`.

Prints one JSON object: what the step gave. The time is taken by who starts it.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siyu.core.cycles import look_rarely

look_rarely()  # before the rest is imported, as `siyu` does

import brand
import by_hand
from siyu.core.time import day_of
from siyu.daily import INBOX, daily
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
    with open_workspace(directory / "workspace") as workspace:
        loaded = load(workspace, sorted((directory / "files").glob("*.parquet")), now=NOW)
    return {"rows": loaded.read}


def resolve_(directory: Path) -> dict[str, Any]:
    """All links."""
    with open_workspace(directory / "workspace") as workspace:
        resolved = resolve(workspace)
    return {"rows": resolved.identifiers, "consumers": resolved.consumers}


def measure_full(directory: Path) -> dict[str, Any]:
    """Spans and every figure, as of the day before the last."""
    with open_workspace(directory / "workspace") as workspace:
        return {"document": measure(workspace, as_of=FULL_DAY, now=NOW)}


def one_day(directory: Path) -> dict[str, Any]:
    """One more day as `siyu daily` does it: load, resolve and measure what lies in the inbox. No page is written."""
    inbox = directory / "workspace" / INBOX
    shutil.copytree(directory / "files" / "day", inbox)
    with open_workspace(directory / "workspace") as workspace:
        day = daily(workspace, publish=lambda *_: inbox, now=NOW, as_of=NEXT_DAY)
    assert day.loaded is not None
    return {"rows": day.loaded.read, "document": day.measured}


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
    "generate": generate, "load": load_all, "resolve": resolve_, "measure": measure_full,
    "by hand": hand, "as-of": as_of, "one more day": one_day,
}  # fmt: skip


if __name__ == "__main__":
    step, directory, *rest = sys.argv[1:]
    print(json.dumps(STEPS[step](Path(directory), *rest)))
