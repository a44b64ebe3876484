"""Season: the brand's own months, and a clock on which every week is an ordinary one.

Purchase models know no Christmas. Time is therefore measured in weeks of usual trade: a busy month holds more of them
than its days, a quiet one fewer, a year as many as its days. Estimated from whole years alone, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np

from siyu.measures.asked import Asked
from siyu.measures.clv.histories import histories, occasions, summary
from siyu.measures.clv.ladder import fit
from siyu.measures.clv.model import PurchaseModel
from siyu.measures.clv.shrinkage import shrunk
from siyu.measures.clv.summary import Array
from siyu.measures.clv.weeks import CALENDAR, Clock, months
from siyu.store.warehouse import Warehouse

#: One year cannot tell its season from what happened once; more than three are another brand's.
YEARS_MIN, YEARS_MAX = 2, 3
DAYS_PER_YEAR = 365
TOO_SHORT = "less than two whole years of purchases"
NO_SEASON = "the months differ no more than chance"


@dataclass(frozen=True)
class Season:
    """The clock to forecast by; from how many whole years it was learnt, or why it is the calendar's."""

    clock: Clock
    years: int = 0
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Index of January to December (1 = a usual month), null with the reason where there is none."""
        index = self.clock.index
        return {"index": None if index is None else [float(month) for month in index], "years": self.years,
                "reason": self.reason}  # fmt: skip


def season(warehouse: Warehouse, asked: Asked, model: str = "bg_nbd") -> Season:
    """The months' repeat purchases over those the model without season expects of the same buyers.

    Set against the model and not against the mean of all months, growth and the ageing of buyers are not taken for
    season; months are drawn towards 1 as far as they differ no more than chance.
    """
    rows = warehouse.arrow(daily(asked)).sort_by("paid_day")
    day, repeats, first = (rows[name].to_numpy() for name in ("paid_day", "repeats", "first_purchases"))
    years = min((asked.day - int(day[0]) + 1) // DAYS_PER_YEAR, YEARS_MAX) if len(day) else 0
    if years < YEARS_MIN:
        return Season(CALENDAR, reason=TOO_SHORT)
    fitted = fit(summary(warehouse, asked), model).model
    days = np.arange(day[0], asked.day + 1)
    newcomers, came = (np.bincount(day - day[0], column, len(days)) for column in (first, repeats))
    whole = days > asked.day - years * DAYS_PER_YEAR
    of_day = months(days)[whole]
    index = shrunk(np.bincount(of_day, came[whole], 12), np.bincount(of_day, expected(fitted, newcomers)[whole], 12))
    return Season(CALENDAR, years, NO_SEASON) if (index == 1).all() else Season(Clock.of(index), years)


def daily(asked: Asked) -> ir.Table:
    """Occasions of known buyers by day, those that were their first apart: paid_day, repeats, first_purchases."""
    bought = occasions(asked)
    all_days = bought.group_by("paid_day").aggregate(occasions=bought.count())
    each = histories(asked)
    began = each.select(paid_day=(asked.day - each.age_days).cast("int32"))
    first = began.group_by("paid_day").aggregate(firsts=began.count())
    joined = all_days.left_join(first, "paid_day")
    firsts = joined.firsts.fill_null(0)
    return joined.select(
        "paid_day", repeats=(joined.occasions - firsts).cast("int64"), first_purchases=firsts.cast("int64")
    )


def expected(model: PurchaseModel, newcomers: Array) -> Array:
    """Repeat purchases by day that the model expects of so many newcomers a day, days in a row."""
    curve = model.expected_purchases_new(np.arange(len(newcomers)) / 7)
    return np.convolve(newcomers, np.diff(curve, prepend=0.0))[: len(newcomers)]
