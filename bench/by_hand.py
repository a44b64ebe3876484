"""The hand-written SQL of by_hand.sql on a copy of a workspace's warehouse, and its figures beside the document's."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb

from siyu.core.time import day_ends, day_of
from siyu.store.workspace import open_workspace

SQL = Path(__file__).with_name("by_hand.sql")


def run(directory: Path, as_of: dt.date, window: int = 30) -> tuple[float, dict[str, float]]:
    """Seconds and figures. The copy is made before the clock starts and removed after."""
    settings = open_workspace(directory).settings
    copy = directory / "by_hand.duckdb"
    shutil.copy(directory / "warehouse.duckdb", copy)
    connection = duckdb.connect(
        str(copy), config={"memory_limit": settings["warehouse.memory"], "preserve_insertion_order": "false"}
    )
    try:
        _set(connection, settings, as_of, window)
        started = time.perf_counter()
        for statement in SQL.read_text(encoding="utf-8").split("\n;"):
            if statement.strip():
                connection.execute(statement)
        found = connection.execute("SELECT name, value FROM figure").fetchall()
        return time.perf_counter() - started, dict(found)
    finally:
        connection.close()
        copy.unlink()


def _set(connection: duckdb.DuckDBPyConnection, settings, as_of: dt.date, window: int) -> None:
    day = day_of(as_of)
    connection.execute("SET TimeZone = 'UTC'")
    values = {
        "zone": settings["brand.zone"],
        "first_day": day - window + 1,
        "last_day": day,
        "closing": day_ends(day, settings.zone),
    }
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = {value!r}")


def differences(figures: dict[str, float], document: dict[str, Any]) -> list[str]:
    """Figures that the two do not agree on; both must give the same before their times are compared."""
    plus, fast = document["fast_plus"], document["fast"]
    expected: dict[str, float | None] = {}
    for letter in "FTS":
        expected |= {f"{letter}.{name}": value for name, value in _flat(plus[letter])}
    expected |= {f"A.{name}": plus["A"][name] for name in ("base", "eligible", "deepened")}
    expected |= {f"fast.{name}": value for name, value in _flat(fast)}
    shared = figures.keys() & expected.keys()
    return [
        f"{name}: by hand {figures[name]}, measure {expected[name]}"
        for name in sorted(shared)
        if abs((figures[name] or 0) - (expected[name] or 0)) > 1e-6
    ]


def _flat(node: dict[str, Any], path: str = ""):
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        elif isinstance(value, int | float):
            yield f"{path}{name}", value
