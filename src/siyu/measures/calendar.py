"""The brand's calendar as a table: the instant each business day starts, daylight saving included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.time import days_start
from siyu.store.warehouse import Warehouse


@dataclass(frozen=True)
class Calendar:
    """Midnights of a zone between two days."""

    warehouse: Warehouse
    zone: ZoneInfo
    first_day: int
    last_day: int

    @cached_property
    def starts(self) -> ir.Table:
        """One row per day: day, starts_at."""
        return self.warehouse.scratch("calendar", _starts(self.zone, self.first_day, self.last_day))


@cache
def _starts(zone: ZoneInfo, first_day: int, last_day: int) -> pa.Table:
    """Tens of thousands of midnights, which stay what they are: a server measures many times."""
    starts = days_start(first_day, last_day, zone)
    return pa.table({"day": np.arange(first_day, last_day + 1, dtype=np.int32), "starts_at": starts})
