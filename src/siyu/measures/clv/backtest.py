"""Back-test: a model fitted before a cut, its forecast beside what buyers then did.

The holdout is read as of its end (refunds included), the histories as of the cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from siyu.core.errors import MeasureError
from siyu.measures.asked import Asked
from siyu.measures.clv import ladder
from siyu.measures.clv.histories import histories, occasions, of_rows
from siyu.measures.clv.ladder import Fit
from siyu.measures.clv.summary import DAYS_PER_WEEK, Array, Summary
from siyu.measures.ratio import ratio
from siyu.store.warehouse import Warehouse

DECILES = 10


@dataclass(frozen=True)
class Backtest:
    """Forecast and actual occasions of every buyer known at the cut, in the days after it."""

    fit: Fit
    cut_day: int
    days: int
    predicted: Array
    actual: Array
    naive: float

    def as_json(self) -> dict[str, Any]:
        """What `siyu clv backtest --json` prints, without the dates: totals, errors, deciles by forecast."""
        total, real = float(self.predicted.sum()), float(self.actual.sum())
        return {
            **self.fit.as_json(),
            "holdout_days": self.days,
            "buyers": len(self.actual),
            "predicted_total": total,
            "actual_total": real,
            "total_error": ratio(total - real, real),
            "mae": _mean(np.abs(self.predicted - self.actual)),
            "mae_naive": _mean(np.abs(self.naive - self.actual)),
            "deciles": self._deciles(),
        }

    def _deciles(self) -> list[dict[str, Any]]:
        """Tenths of the buyers by forecast, the highest first."""
        by_forecast = np.argsort(-self.predicted, kind="stable")
        parts = [part for part in np.array_split(by_forecast, DECILES) if len(part)]
        return [
            {
                "decile": place,
                "buyers": len(part),
                "predicted": _mean(self.predicted[part]),
                "actual": _mean(self.actual[part]),
            }
            for place, part in enumerate(parts, start=1)
        ]


def backtest(warehouse: Warehouse, asked: Asked, *, days: int, model: str = "bg_nbd") -> Backtest:
    """Fit as of `days` before the day and compare with the occasions of those days. MeasureError without buyers."""
    if days < 1:
        raise MeasureError(f"A holdout is 1 day or more, found {days}.", remedy="Try --days 90.")
    before, real = _before_and_after(warehouse, asked, days)
    if not len(real):
        raise MeasureError(f"Nobody had bought {days} days before the day.", remedy="Choose a shorter --days.")
    fit = ladder.fit(before, model)
    t = days / DAYS_PER_WEEK
    predicted = fit.model.expected_purchases(t, before.frequency, before.recency, before.T)
    naive = ratio(before.frequency.sum(), before.T.sum()) or 0.0
    return Backtest(fit, asked.day - days, days, predicted, real, naive * t)


def _before_and_after(warehouse: Warehouse, asked: Asked, days: int) -> tuple[Summary, Array]:
    """Histories as of the cut, and each buyer's occasions after it."""
    cut = asked.day - days
    later = occasions(asked)
    counted = later.filter(later.paid_day > cut).group_by("consumer_id").aggregate(later=lambda t: t.count())
    joined = histories(asked.on(cut)).left_join(counted, "consumer_id")
    known = [name for name in joined.columns if name not in ("later", "consumer_id_right")]
    rows = warehouse.arrow(joined.select(*known, later=ibis.coalesce(joined.later, 0).cast("int64")))
    rows = rows.sort_by("consumer_id")
    return of_rows(rows.drop_columns(["later"])), rows["later"].to_numpy().astype(np.float64)


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None
