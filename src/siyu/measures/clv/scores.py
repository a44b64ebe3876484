"""Scores: what each buyer is expected to buy and spend, kept in the table `clv_score`.

Own purchases only; what a consumer brings by sharing is not forecast here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from siyu.core.errors import MeasureError
from siyu.measures.asked import Asked
from siyu.measures.clv import ladder
from siyu.measures.clv.gamma_gamma import GammaGamma
from siyu.measures.clv.histories import summary
from siyu.measures.clv.ladder import Fit
from siyu.measures.clv.summary import DAYS_PER_WEEK, Summary
from siyu.store.tables import CLV_SCORE
from siyu.store.warehouse import Warehouse


@dataclass(frozen=True)
class Scored:
    """The models behind the scores, and their sums; money in minor units."""

    purchases: Fit
    spend: GammaGamma
    days: int
    buyers: int
    alive: float
    expected_purchases: float
    predicted_value: float

    def as_json(self) -> dict[str, Any]:
        """What `siyu clv score --json` prints, without the dates."""
        spend = {"model": self.spend.name, "params": self.spend.params_, "converged": self.spend.converged_,
                 "degenerate": self.spend.degenerate_}  # fmt: skip
        return {"purchases": self.purchases.as_json(), "spend": spend, "horizon_days": self.days,
                "buyers": self.buyers, "expected_alive": self.alive, "expected_purchases": self.expected_purchases,
                "predicted_value": self.predicted_value}  # fmt: skip


def score(warehouse: Warehouse, asked: Asked, *, days: int = 365, model: str = "bg_nbd") -> Scored:
    """Fit, forecast the days after the day for every buyer, and keep the scores. MeasureError without buyers."""
    if days < 1:
        raise MeasureError(f"A horizon is 1 day or more, found {days}.", remedy="Try --days 365.")
    buyers = summary(warehouse, asked)
    fit = ladder.fit(buyers, model)
    spend = GammaGamma().fit(buyers.frequency, buyers.monetary_value)
    rows = _rows(buyers, fit, spend, asked.day, days)
    warehouse.replace(CLV_SCORE, rows)
    sums = {name: float(rows[name].to_numpy().sum()) for name in ("p_alive", "expected_purchases", "predicted_value")}
    return Scored(fit, spend, days, rows.num_rows, sums["p_alive"], sums["expected_purchases"],
                  sums["predicted_value"])  # fmt: skip


def _rows(buyers: Summary, fit: Fit, spend: GammaGamma, day: int, days: int) -> pa.Table:
    history = (buyers.frequency, buyers.recency, buyers.T)
    expected = fit.model.expected_purchases(days / DAYS_PER_WEEK, *history)
    each = spend.expected_spend(buyers.frequency, buyers.monetary_value)
    count = len(expected)
    return pa.table({
        "consumer_id": buyers.buyer, "as_of_day": np.full(count, day, np.int32), "horizon_days": np.full(count, days),
        "p_alive": fit.model.probability_alive(*history), "expected_purchases": expected, "expected_spend": each,
        "predicted_value": expected * each, "model": pa.array([fit.model.name] * count, pa.string()),
    }, schema=CLV_SCORE.schema)  # fmt: skip
