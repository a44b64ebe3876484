"""Values as JSON can carry them, the same in commands and over HTTP."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

#: Larger whole numbers lose digits in JavaScript and spreadsheets, so JSON gives them as strings.
EXACT_IN_JSON = 2**53


def plain(value: Any) -> Any:
    """A value as JSON can carry it: ids over 2^53 as strings, days and times as ISO 8601, no NaN.

    >>> plain({"id": 2**60, "day": dt.date(2026, 6, 30)})
    {'id': '1152921504606846976', 'day': '2026-06-30'}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT_IN_JSON else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):  # sums of whole numbers come as decimals from some engines
        return plain(int(value)) if value == value.to_integral_value() else float(value)
    return str(value)
