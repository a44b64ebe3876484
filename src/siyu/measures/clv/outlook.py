"""The outlook: realised and predicted value by role, and the back-test beside it; all a panel needs to draw them.

Own and referral value stand apart and are never added over consumers: a referred order is in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from siyu.core.kinds import ROLES
from siyu.measures.asked import Asked
from siyu.measures.clv import forecast as forecasts
from siyu.measures.clv.backtest import backtest
from siyu.measures.clv.forecast import Forecast, Known
from siyu.measures.clv.population import OUTSIDE_F
from siyu.measures.clv.predictive import LEVEL
from siyu.measures.clv.summary import Array
from siyu.store.warehouse import Warehouse

#: Standard deviations on both sides of the mean between which 80 of 100 sums lie.
DEVIATIONS = 1.2816


def outlook(
    warehouse: Warehouse, asked: Asked, *, days: int = 365, holdout_days: int = 90, model: str = "bg_nbd"
) -> dict[str, Any]:
    """By role and in all: consumers, historic and predicted value; the fits, and the back-test of the last days.

    Nothing is kept. Money in minor units; None where it is not measurable. MeasureError without buyers, or where nobody
    had bought before the holdout.
    """
    known = forecasts.know(warehouse, asked, model)
    models = forecasts.fit(known, model)
    said = forecasts.forecast(known, models, days)
    return {
        "as_of": asked.date.isoformat(),
        "horizon_days": days,
        "interval": LEVEL,
        "by_role": by_role(known, said),
        "all": _of(known, said, np.ones(len(known.rows), dtype=bool)),
        "models": models.as_json(),
        "backtest": backtest(warehouse, asked, days=holdout_days, model=model).as_json(),
    }


def by_role(known: Known, said: Forecast) -> dict[str, dict[str, Any]]:
    """The sums of each role that somebody has, in the ladder's order, buyers outside F last."""
    role = known.column("role").astype(str)
    return {name: _of(known, said, of) for name in (*ROLES, OUTSIDE_F) if (of := role == name).any()}


def _of(known: Known, said: Forecast, of: Array) -> dict[str, Any]:
    shared = said.referral
    return {
        "consumers": int(of.sum()),
        "buyers": int(known.bought[of].sum()),
        "historic_own": int(known.column("historic_own")[of].sum()),
        "historic_referral": int(known.column("historic_referral")[of].sum()) if shared else None,
        "expected_purchases": _sum(said.bought.mean[of]),
        "predicted_own": _interval(said.own.mean[of], said.own.variance[of]),
        "predicted_referral": _interval(shared.mean[of], shared.variance[of]) if shared else None,
    }


def _interval(mean: Array, variance: Array) -> dict[str, float] | None:
    """The sum and between what it will lie in 80 of 100 cases, were the models true: the chance of each adds up.

    How far the models are from true is what the back-test shows.
    """
    total = _sum(mean)
    if total is None:
        return None
    width = DEVIATIONS * float(np.sqrt(np.nansum(variance)))
    return {"value": total, "low": max(total - width, 0.0), "high": total + width}


def _sum(values: Array) -> float | None:
    """The sum of what is measurable; None where nothing is."""
    return float(np.nansum(values)) if np.isfinite(values).any() else None
