"""A forecast beside what then happened: totals, mean absolute error beside that of a naive mean, tenths by forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from siyu.measures.clv.summary import Array
from siyu.measures.ratio import ratio

DECILES = 10


@dataclass(frozen=True)
class Comparison:
    """Of each consumer: forecast, actual, and what somebody without a model would have said."""

    predicted: Array
    actual: Array
    naive: Array

    @classmethod
    def of(cls, predicted: Array, actual: Array, naive: Array | float, rows: Array) -> Comparison:
        """Of some of the rows; a naive mean is the same for all."""
        return cls(predicted[rows], actual[rows], np.broadcast_to(naive, predicted.shape)[rows])

    def as_json(self) -> dict[str, Any]:
        """Totals, total error, MAE, MAE of the naive mean, deciles; null where there is nobody."""
        total, real = float(self.predicted.sum()), float(self.actual.sum())
        return {
            "consumers": len(self.actual),
            "predicted_total": total,
            "actual_total": real,
            "total_error": ratio(total - real, real),
            "mae": _mean(np.abs(self.predicted - self.actual)),
            "mae_naive": _mean(np.abs(self.naive - self.actual)),
            "deciles": self.deciles(),
        }

    def deciles(self) -> list[dict[str, Any]]:
        """Tenths of the consumers by forecast, the highest first, with their means."""
        by_forecast = np.argsort(-self.predicted, kind="stable")
        parts = [part for part in np.array_split(by_forecast, DECILES) if len(part)]
        return [
            {
                "decile": place,
                "consumers": len(part),
                "predicted": _mean(self.predicted[part]),
                "actual": _mean(self.actual[part]),
            }
            for place, part in enumerate(parts, start=1)
        ]


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None
