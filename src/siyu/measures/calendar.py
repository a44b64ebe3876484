"""The brand's calendar as a table: the instant each business day starts, daylight saving included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.time import OPEN_AT, OPEN_DAY, days_start
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

    def until(self, rows: ir.Table, day: str) -> ir.Table:
        """Rows with `ends_at`, the midnight at which a day of theirs begins, and that day as `ends_day`. A day after
        the last never comes: both are open. Rows of a day before the first are left out.
        """
        starts, never = self.starts, rows[day] > self.last_day
        found = rows.mutate(never=never).left_join(starts, rows[day] == starts.day)
        told = found.filter(found.never | found.starts_at.notnull())
        return told.select(
            *rows.columns, ends_at=told.never.ifelse(OPEN_AT, told.starts_at).cast("int64"),
            ends_day=told.never.ifelse(OPEN_DAY, told[day]).cast("int32"),
        )  # fmt: skip


@cache
def _starts(zone: ZoneInfo, first_day: int, last_day: int) -> pa.Table:
    """Tens of thousands of midnights, which stay what they are: a server measures many times."""
    starts = days_start(first_day, last_day, zone)
    return pa.table({"day": np.arange(first_day, last_day + 1, dtype=np.int32), "starts_at": starts})
