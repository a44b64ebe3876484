"""Values as JSON can carry them, the same in commands and over HTTP."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

#: Nanoseconds of a second.
SECOND = 10**9
#: Larger whole numbers lose digits in JavaScript and spreadsheets, so JSON gives them as strings.
EXACT_IN_JSON = 2**53


def plain(value: Any) -> Any:
    """A value as JSON can carry it: ids over 2^53 as strings, days and times as ISO 8601, no NaN.

    >>> plain({"id": 2**60, "day": dt.date(2026, 6, 30)})
    {'id': '1152921504606846976', 'day': '2026-06-30'}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "nanoseconds") and isinstance(value, tuple):  # what Arrow makes of an interval
        return interval(*value)
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


def interval(months: int, days: int, nanoseconds: int) -> str:
    """A length of time as ISO 8601 writes it: months are not so many days, nor days so many hours.

    >>> interval(2, 3, 0), interval(0, 0, 5_400_500_000_000), interval(0, 0, 0)
    ('P2M3D', 'PT5400.5S', 'PT0S')
    """
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    fraction = f".{rest:09}".rstrip("0") if rest else ""
    time = f"T{'-' if nanoseconds < 0 else ''}{seconds}{fraction}S" if nanoseconds else ""
    date = (f"{months}M" if months else "") + (f"{days}D" if days else "")
    return f"P{date}{time}" if date or time else "PT0S"
