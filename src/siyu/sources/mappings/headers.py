"""Headers in messages. Names of columns are no personal data; a first row of data that was taken for them is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from siyu.core.identifiers import scrub

#: Numbers, amounts, days and times.
VALUE = re.compile(r"[¥￥+-]?\d[\d.,:/\-年月日时分秒 T]*%?")
#: Years and months, which tables of totals have for names.
PERIOD = re.compile(r"(?:19|20)\d\d(?:年|[-/.年](?:0?[1-9]|1[0-2])月?)?|(?:0?[1-9]|1[0-2])月")
MOST = 12


def shown(columns: Sequence[str], most: int = MOST) -> str:
    """Names in a row; of what looks like data, how many cells there are.

    >>> shown(["order_id", "paid_amount"])
    'order_id, paid_amount'
    >>> shown(["13800001234", "2026-01-02", "5.00", "林"])
    'a first row that looks like data (4 cells, not shown here)'
    >>> shown(["门店", "2026-01", "2026年2月", "3月"])
    '门店, 2026-01, 2026年2月, 3月'
    """
    if are_data(columns):
        return f"a first row that looks like data ({len(columns)} cells, not shown here)"
    more = f" and {len(columns) - most} more" if len(columns) > most else ""
    return ", ".join(map(scrub, columns[:most])) + more if columns else "none"


def are_data(columns: Sequence[str]) -> bool:
    """Whether these are values and no names of columns: a phone or an e-mail address among them, or half of them
    numbers.
    """
    values = sum(bool(VALUE.fullmatch(column)) and not PERIOD.fullmatch(column) for column in columns)
    return any(scrub(column) != column for column in columns) or values * 2 >= len(columns) > 0
