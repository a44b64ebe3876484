"""The last rung: a buyer's own pace drawn towards the mean of all. Nobody leaves, so it forecasts on the high side.

Rates are gamma-distributed: the NBD of Ehrenberg (1959), The Pattern of Consumer Purchases. Where buyers differ no
more than chance, all have the mean rate.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import gammaln, psi

from siyu.measures.clv.fitting import Optimum, maximise
from siyu.measures.clv.model import TIME_MIN, PurchaseModel, degenerate
from siyu.measures.clv.summary import Array, Histories

#: Where buyers differ no more than chance, the mean counts like this many times the mean observed time.
POOLED = 1e6
NO_DIFFERENCE = "buyers differ no more than chance, all have the mean rate"


class EmpiricalBayesMean(PurchaseModel):
    """r, alpha of the purchase rate; a buyer's is (r + x) / (alpha + T).

    P(alive) is 1 because nobody is thought to leave. Where no likelihood can be maximised all have the mean rate:
    `converged_` is then False, `degenerate_` says why.
    """

    name: ClassVar[str] = "empirical_bayes"
    symbols: ClassVar[tuple[str, ...]] = ("r", "alpha")
    leaves: ClassVar[bool] = False

    def fit(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Self:
        """Maximum likelihood where buyers differ; else the mean rate without standard errors, which says so."""
        histories = Histories.of(frequency, recency, T, weights)
        reason = degenerate(histories)
        optimum = maximise(self._problem(histories)) if reason is None else None
        if optimum is None or not optimum.converged:
            optimum, reason = _pooled(histories), reason or NO_DIFFERENCE
        self._keep(optimum, histories.n, reason)
        return self

    def expected_purchases_new(self, t: Any) -> Array:
        """r t / alpha."""
        r, alpha = self._values()
        return np.atleast_1d(np.asarray(t, dtype=float)) * r / alpha

    def _alive(self, x: Array, t_x: Array, T: Array) -> Array:
        return np.ones(len(x))

    def _expected_alive(self, t: float, x: Array, T: Array) -> Array:
        """t (r + x) / (alpha + T)."""
        r, alpha = self._values()
        return t * (r + x) / (alpha + T)

    def _likelihood(self, histories: Histories) -> _Likelihood:
        return _Likelihood(histories)

    def _starts(self, rate: float, mean_T: float) -> tuple[Array, list[list[float]]]:
        return np.array([1.0, mean_T]), [[0.5, 0.5 / rate], [5.0, 5.0 / rate]]


class _Likelihood:
    """ln G(r + x)/G(r) + r ln alpha - (r + x) ln(alpha + T), of the purchase times as in the models with dropout."""

    def __init__(self, rows: Histories) -> None:
        self.x, self.T, self.weights = rows.x, rows.T, rows.weights

    def __call__(self, params: Array) -> tuple[float, Array]:
        """ln L and its gradient in r, alpha."""
        r, alpha = params
        x, T = self.x, self.T
        waiting = np.log1p(T / alpha)
        value = gammaln(r + x) - gammaln(r) - r * waiting - x * np.log(alpha + T)
        by_r = psi(r + x) - psi(r) - waiting
        by_alpha = (r * T / alpha - x) / (alpha + T)
        return float(self.weights @ value), np.array([self.weights @ by_r, self.weights @ by_alpha])


def _pooled(rows: Histories) -> Optimum:
    """The mean rate of all for everyone: a prior that outweighs any history; rate 0 where nobody came back or no
    time has passed."""
    mean_T = float(rows.weights @ rows.T) / rows.n
    rate = float(rows.weights @ rows.x) / rows.n / mean_T if mean_T > TIME_MIN else 0.0
    alpha = POOLED * max(mean_T, TIME_MIN)
    params = np.array([rate * alpha, alpha])
    value = _Likelihood(rows)(params)[0] if rate else 0.0
    return Optimum(params, np.full(2, np.nan), value, converged=False)
