"""Scores: what everyone in F and every known buyer is expected to be worth, kept in the table `clv_score`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from siyu.core.errors import MeasureError
from siyu.measures.asked import Asked
from siyu.measures.clv import forecast as forecasts
from siyu.measures.clv.forecast import Forecast, Known, Models
from siyu.measures.clv.outlook import by_role
from siyu.measures.clv.predictive import LEVEL
from siyu.measures.clv.summary import Array
from siyu.store.tables import CLV_SCORE
from siyu.store.warehouse import Warehouse

BUYER, NOT_BOUGHT = "buyer", "not_bought"


@dataclass(frozen=True)
class Scored:
    """The models behind the scores and what they forecast; money in minor units."""

    known: Known
    models: Models
    forecast: Forecast
    days: int

    @property
    def buyers(self) -> int:
        return int(self.known.bought.sum())

    def as_json(self) -> dict[str, Any]:
        """What `siyu clv score --json` prints, without the dates: the fits, sums, then each role."""
        said, models = self.forecast, self.models
        return {
            **models.as_json(), "horizon_days": self.days, "interval": LEVEL,
            "consumers": len(self.known.rows), "buyers": self.buyers,
            "expected_alive": float(np.nansum(said.p_alive)) if models.purchases.model.leaves else None,
            "expected_purchases": float(np.nansum(said.bought.mean)),
            "predicted_own": float(np.nansum(said.own.mean)),
            "predicted_referral": float(said.referral.mean.sum()) if said.referral else None,
            "by_role": by_role(self.known, said),
        }  # fmt: skip


def score(warehouse: Warehouse, asked: Asked, *, days: int = 365, model: str = "bg_nbd") -> Scored:
    """Fit, forecast the days after the day for everyone, and keep the scores. MeasureError without buyers."""
    if days < 1:
        raise MeasureError(f"A horizon is 1 day or more, found {days}.", remedy="Try --days 365.")
    known = forecasts.know(warehouse, asked, model)
    models = forecasts.fit(known, model)
    said = forecasts.forecast(known, models, days)
    warehouse.replace(CLV_SCORE, rows(known, models, said, days))
    return Scored(known, models, said, days)


def rows(known: Known, models: Models, said: Forecast, days: int) -> pa.Table:
    """A forecast as rows of CLV_SCORE; what is not measurable is null."""
    count, buyers = len(known.rows), known.bought
    nothing = np.full(count, np.nan)
    shared = said.referral
    historic = known.column("historic_own") + known.column("historic_referral")
    predicted = said.own.mean + (shared.mean if shared else 0.0)
    columns: dict[str, Array | pa.Array | pa.ChunkedArray] = {
        "consumer_id": known.column("consumer_id"), "as_of_day": np.full(count, known.asked.day),
        "horizon_days": np.full(count, days), "role": known.rows["role"],
        "segment": np.where(buyers, BUYER, NOT_BOUGHT), "model": np.full(count, models.purchases.model.name),
        "p_alive": said.p_alive, "p_purchase": 1 - said.bought.none,
        "expected_purchases": said.bought.mean, "purchases_low": said.bought.low, "purchases_high": said.bought.high,
        "expected_spend": _ratio(said.own.mean, said.bought.mean),
        "predicted_own": said.own.mean, "own_low": said.own.low, "own_high": said.own.high,
        "predicted_referral": shared.mean if shared else nothing,
        "referral_low": shared.low if shared else nothing, "referral_high": shared.high if shared else nothing,
        "predicted_clv": predicted, "next_purchase_day": said.next_day,
        "historic_own": known.column("historic_own"),
        "historic_referral": known.column("historic_referral") if shared else nothing,
        "total_clv": historic + predicted,
    }  # fmt: skip
    return pa.table([_typed(columns[field.name], field.type) for field in CLV_SCORE.schema], schema=CLV_SCORE.schema)


def _ratio(total: Array, count: Array) -> Array:
    return np.where(count > 0, total / np.maximum(count, 1e-300), np.nan)


def _typed(column: Array | pa.Array | pa.ChunkedArray, type_: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """NaN is null."""
    if isinstance(column, np.ndarray):
        return pa.array(column, from_pandas=True).cast(type_)
    return column.cast(type_)
