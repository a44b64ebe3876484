"""The sufficient statistics of buyers (definitions.md section 6.2), and their distinct histories with weights.

Leaves out where the purchases come from: it takes arrays of buyers, days and amounts, or the statistics themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from siyu.core.errors import MeasureError

Array = np.ndarray[Any, Any]
DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Summary:
    """One row per buyer: frequency (repeat occasions), recency and T in weeks, monetary_value (mean of repeats)."""

    frequency: Array
    recency: Array
    T: Array
    monetary_value: Array | None = None
    buyer: Array | None = None
    unit: str = "week"

    @classmethod
    def of_purchases(cls, buyer: Array, day: Array, amount: Array | None = None, *, end_day: int) -> Summary:
        """The statistics of purchases up to and with `end_day`; one buyer's purchases of one day are one occasion.

        `buyer` are whole numbers, `day` days since any origin, `amount` in any unit; buyers come out ascending.

        >>> found = Summary.of_purchases(np.array([7, 7, 7, 8]), np.array([0, 7, 7, 3]), end_day=14)
        >>> found.frequency.tolist(), found.recency.tolist(), found.T.tolist()
        ([1.0, 0.0], [1.0, 0.0], [2.0, 1.5714285714285714])
        """
        buyer, day = np.asarray(buyer), np.asarray(day, dtype=np.int64)
        seen = day <= end_day
        first, at, _ = distinct(buyer[seen], day[seen])
        buyers, starts, counts = np.unique(buyer[seen][first], return_index=True, return_counts=True)
        days = day[seen][first]
        first_day, last_day = days[starts], days[starts + counts - 1]
        money = None
        if amount is not None:
            spent = np.bincount(at, np.asarray(amount, dtype=float)[seen], minlength=len(first))
            repeats = np.add.reduceat(spent, starts) - spent[starts] if len(starts) else spent
            money = np.where(counts > 1, repeats / np.maximum(counts - 1, 1), 0.0)
        week = float(DAYS_PER_WEEK)
        return cls(counts - 1.0, (last_day - first_day) / week, (end_day - first_day) / week, money, buyers)


@dataclass(frozen=True)
class Histories:
    """The distinct (x, t_x, T) of many buyers: a million buyers cost what their distinct histories cost."""

    x: Array
    t_x: Array
    T: Array
    weights: Array

    @classmethod
    def of(cls, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Histories:
        """Checked and grouped; weights count buyers. MeasureError where the numbers cannot be histories."""
        x, t_x, T = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (frequency, recency, T))
        counts = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
        _check(x, t_x, T, counts)
        kept = counts > 0
        first, at, _ = distinct(x[kept], t_x[kept], T[kept])
        rows = np.flatnonzero(kept)[first]
        return cls(x[rows], t_x[rows], T[rows], np.bincount(at, counts[kept], minlength=len(first)))

    @property
    def n(self) -> float:
        """How many buyers."""
        return float(self.weights.sum())

    def sample(self, rows: int) -> Histories:
        """At most `rows` of the histories with their weights, the same ones each time."""
        if len(self.x) <= rows:
            return self
        chosen = np.sort(np.random.default_rng(1987).choice(len(self.x), rows, replace=False))
        return Histories(self.x[chosen], self.t_x[chosen], self.T[chosen], self.weights[chosen])


def distinct(*columns: Array) -> tuple[Array, Array, Array]:
    """Of rows told apart by all columns: a row of each kind, ascending; which every row is; how often each occurs.

    >>> distinct(np.array([2, 1, 2]), np.array([0.5, 0.5, 0.5]))[1].tolist()
    [1, 0, 1]
    """
    key, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        if size * max(len(values), 1) > np.iinfo(np.int64).max:
            found, key = np.unique(key, return_inverse=True)
            size = len(found)
        key, size = key * len(values) + codes, size * max(len(values), 1)
    found, at, counts = np.unique(key, return_inverse=True, return_counts=True)
    row = np.empty(len(found), dtype=np.int64)
    row[at] = np.arange(len(at))
    return row, at, counts


def _check(x: Array, t_x: Array, T: Array, weights: Array) -> None:
    if not len(x) == len(t_x) == len(T) == len(weights):
        raise MeasureError("Frequency, recency, T and weights must be of one length.")
    if not len(x) or not weights.sum() > 0:
        raise MeasureError("A purchase model needs at least one buyer.", remedy="Load orders, or choose a later as-of.")
    if not all(np.isfinite(column).all() for column in (x, t_x, T, weights)):
        raise MeasureError("Frequency, recency, T and weights must be finite numbers.")
    if (x < 0).any() or (weights < 0).any() or (t_x < 0).any() or (t_x > T).any():
        raise MeasureError("A history needs frequency >= 0, 0 <= recency <= T and weight >= 0.")
    if ((x == 0) & (t_x > 0)).any():
        raise MeasureError("A buyer without repeat purchases has recency 0.")
