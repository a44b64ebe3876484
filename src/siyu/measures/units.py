"""What a value must be to be read as its unit says: a brand's own measures may give anything."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from numbers import Real
from typing import Any

from siyu.core.errors import MeasureError
from siyu.core.time import day_of
from siyu.measures.metric import Metric, Sheet

#: The days that have a date.
DAYS = range(day_of(dt.date.min), day_of(dt.date.max) + 1)
#: The largest number that is kept; larger ones measure nothing, and are more than reports can write.
MOST = 2**63 - 1


def check_topic(metrics: tuple[Metric, ...], rows: list[dict[str, Any]]) -> None:
    """MeasureError for the values of a topic's rows that are not what the unit of their metric says: the first of each
    metric.
    """
    values = ((m.code, row["values"][m.code]["value"], m.unit) for row in rows for m in metrics)
    _check(values)


def check_sheet(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    """MeasureError for the first row of a sheet that lacks a column, or holds what is not of its unit."""
    for column in sheet.columns:
        if any(column.name not in row for row in rows):
            raise MeasureError(f"{sheet.code}: a row has no '{column.name}', which is one of its columns.")
    _check((f"{sheet.code}, column '{c.name}'", row[c.name], c.unit_in(row)) for row in rows for c in sheet.columns)


def _check(values: Iterator[tuple[str, Any, str]]) -> None:
    wrong: dict[str, str] = {}
    for of, value, unit in values:
        if expected := _expected(value, unit):
            wrong.setdefault(of, f"{of}: expected {expected} (unit '{unit}'), found {value!r}.")
    if wrong:
        raise MeasureError(" ".join(wrong.values()))


def _expected(value: Any, unit: str) -> str:
    """What a unit asks for, where a value is not that."""
    if value is None:
        return ""
    if isinstance(value, Decimal | float) and not math.isfinite(value):
        return "a number, and nothing divided by 0"
    if unit == "text":
        return ""
    if unit == "day":
        fits = isinstance(value, int) and value in DAYS
        return "" if fits else "a whole number of days since 1970-01-01 that has a date"
    if not isinstance(value, Real | Decimal):
        return "a number"
    return f"a number of at most {MOST:,}" if abs(value) > MOST + 1 else ""
