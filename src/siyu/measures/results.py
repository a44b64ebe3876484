"""Results: every figure of a document as a row, so that a query can follow one metric over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from siyu.core.time import instant_of
from siyu.measures.asked import Asked
from siyu.store.tables import MEASURE_RESULT
from siyu.store.warehouse import Warehouse

#: Ratios and what they divide: the last word of the path -> (numerator, denominator) beside it.
PARTS = {
    "fast_plus.A.value": ("deepened", "eligible"),
    "fast_plus.T.value": ("progressed", "visitors"),
    "value": ("progressed", "visitors"),
    "settle_rate": ("settled", "new_visitors"),
    "deepen_rate": ("deepened", "eligible"),
    "convert_rate": ("converted", "visitors"),
}


def keep(warehouse: Warehouse, asked: Asked, document: dict, computed_at: int) -> None:
    """Replace the rows of this day and window by the document's figures."""
    stored = MEASURE_RESULT.expr()
    others = stored.filter((stored.as_of_day != asked.day) | (stored.window_days != asked.window))
    rows = [_row(asked, document, computed_at, *figure) for figure in figures(document)]
    fresh = warehouse.scratch("fresh_result", pa.Table.from_pylist(rows, schema=MEASURE_RESULT.schema))
    warehouse.replace(MEASURE_RESULT, others.union(fresh))
    warehouse.drop_scratch("fresh_result")


def figures(document: dict) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    """(path, value, numerator, denominator) of every number in a document; transitions are left to the document."""
    for part in ("fast_plus", "fast"):
        yield from _walk(part, document[part])


def _walk(path: str, node: dict[str, Any]) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    for name, found in node.items():
        here = f"{path}.{name}"
        if isinstance(found, dict):
            yield from _walk(here, found)
        elif not isinstance(found, (list, str)):
            above, below = PARTS.get(here) or PARTS.get(name) or ("", "")
            yield here, found, node.get(above), node.get(below)


def _row(asked: Asked, document: dict, computed_at: int, path: str, *numbers: float | None) -> dict[str, Any]:
    value, numerator, denominator = (None if n is None else float(n) for n in numbers)
    through = document["data_through"]
    return {
        "as_of_day": asked.day, "window_days": asked.window, "metric": path, "value": value, "numerator": numerator,
        "denominator": denominator, "definition": document["definition"],
        "identity_version": document["identity_version"],
        "data_through": instant_of(dt.datetime.fromisoformat(through)) if through else None,
        "computed_at": computed_at,
    }  # fmt: skip
