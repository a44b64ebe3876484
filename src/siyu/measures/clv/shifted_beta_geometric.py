"""sBG: how long until it happens, in whole periods, when everyone has a constant chance of their own.

Fader & Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1). There "it" is
leaving; for members who have never bought it is the first purchase.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import betaln, psi

from siyu.core.errors import MeasureError
from siyu.measures.clv.fitting import Problem, maximise
from siyu.measures.clv.model import Model
from siyu.measures.clv.summary import Array, distinct

STARTS = ([1.0, 1.0], [0.5, 5.0], [2.0, 20.0])


class ShiftedBetaGeometric(Model):
    """alpha, beta of the chance per period.

    >>> model = ShiftedBetaGeometric().fit(*of_survivors([1000, 631, 468, 382, 326, 289, 262, 241]))
    >>> {symbol: round(value, 2) for symbol, value in model.params_.items()}
    {'alpha': 0.7, 'beta': 1.18}
    """

    name: ClassVar[str] = "sbg"
    symbols: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def fit(self, periods: Any, happened: Any, weights: Any = None, entered: Any = 0) -> Self:
        """Maximum likelihood. A row is seen for `periods`; it happened in the last of them, or not yet.

        `entered`: the periods that had passed without it before the row was first seen, counted in `periods`.
        """
        t, ended, counts, since = _checked(periods, happened, weights, entered)
        first, at, _ = distinct(t, ended, since)
        likelihood = _Likelihood(t[first], ended[first], np.bincount(at, counts), since[first])
        optimum = maximise(Problem(likelihood, likelihood.n, self.symbols, np.ones(2), STARTS))
        self._keep(optimum, likelihood.n, _degenerate(t - since, ended, counts))
        return self

    def survival(self, t: Any) -> Array:
        """S(t) = B(alpha, beta + t) / B(alpha, beta): the share to whom it has not happened after t periods."""
        alpha, beta = self._values()
        return np.exp(np.minimum(_ln_survival(alpha, beta, _times(t)), 0.0))

    def hazard(self, t: Any) -> Array:
        """Chance that it happens in period t (1, 2, ...) when it has not before: alpha / (alpha + beta + t - 1)."""
        alpha, beta = self._values()
        return alpha / (alpha + beta + np.maximum(_times(t), 1.0) - 1)


class _Likelihood:
    """sum of n_t ln P(T = t) and n ln S(t), with P(T = t) = B(alpha + 1, beta + t - 1) / B(alpha, beta).

    Of a row first seen after s periods both are given S(s): S(t)/S(s) = B(alpha, beta + t) / B(alpha, beta + s).
    """

    def __init__(self, t: Array, ended: Array, weights: Array, since: Array | float = 0.0) -> None:
        self.ended, self.weights, self.n = ended.astype(float), weights, float(weights.sum())
        self.stayed = t - self.ended
        self.t, self.since = t, np.broadcast_to(since, t.shape)

    def __call__(self, params: Array) -> tuple[float, Array]:
        """ln L and its gradient in alpha, beta."""
        alpha, beta = params
        value = self.weights @ (betaln(alpha, beta + self.stayed) - betaln(alpha, beta + self.since)
                                + self.ended * (np.log(alpha) - np.log(alpha + beta + self.stayed)))  # fmt: skip
        both = psi(alpha + beta + self.since) - psi(alpha + beta + self.t)
        return float(value), np.array([
            self.weights @ (both + self.ended / alpha),
            self.weights @ (both + psi(beta + self.stayed) - psi(beta + self.since)),
        ])  # fmt: skip


def of_survivors(survivors: Any) -> tuple[Array, Array, Array]:
    """One cohort's survivors at periods 0, 1, 2, ... as the rows `fit` takes: periods, happened, weights.

    >>> [column.tolist() for column in of_survivors([10, 6, 5])]
    [[1.0, 2.0, 2.0], [True, True, False], [4.0, 1.0, 5.0]]
    """
    counts = np.asarray(survivors, dtype=float)
    last = len(counts) - 1.0
    periods = np.append(np.arange(1.0, len(counts)), last)
    return periods, np.arange(len(counts)) < last, np.append(-np.diff(counts), counts[-1])


def _ln_survival(alpha: float, beta: float, t: Array) -> Array:
    return betaln(alpha, beta + t) - betaln(alpha, beta)


def _times(t: Any) -> Array:
    return np.atleast_1d(np.asarray(t, dtype=float))


def _checked(periods: Any, happened: Any, weights: Any, entered: Any) -> tuple[Array, Array, Array, Array]:
    t, ended = _times(periods), np.atleast_1d(np.asarray(happened, dtype=bool))
    counts = np.ones(len(t)) if weights is None else np.asarray(weights, dtype=float)
    since = np.broadcast_to(np.asarray(entered, dtype=float), t.shape)
    if not len(t) == len(ended) == len(counts) or not counts.sum() > 0:
        raise MeasureError("sBG needs at least one row; periods, happened and weights must be of one length.")
    if not np.isfinite(t).all() or (t - since < ended).any() or (since < 0).any() or (counts < 0).any():
        raise MeasureError("sBG needs whole periods: at least 1 where it happened, at least 0 where not; weights >= 0.")
    return t, ended, counts, since


def _degenerate(t: Array, ended: Array, weights: Array) -> str | None:
    if not weights @ ended:
        return "it has happened to nobody"
    if not weights @ (t - ended):
        return "it has happened to everyone in the first period"
    return None
