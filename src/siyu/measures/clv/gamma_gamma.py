"""Gamma-Gamma: what a buyer spends per occasion, independent of how often.

Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, with its symbols; any currency and unit.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import gammaln, psi

from siyu.core.errors import MeasureError
from siyu.measures.clv.fitting import Optimum, Problem, maximise
from siyu.measures.clv.model import Model
from siyu.measures.clv.summary import Array

#: Where the model is degenerate, the mean of all counts like this many occasions of the buyer's own.
PRIOR_OCCASIONS = 1.0
#: The variance of a buyer's mean spend is infinite up to a shape of 2; it is taken as that of this much above.
SHAPE_LEFT = 0.5


class GammaGamma(Model):
    """p of spend within a buyer; q, v of its scale between buyers. Fitted on repeat buyers with positive spend."""

    name: ClassVar[str] = "gamma_gamma"
    symbols: ClassVar[tuple[str, ...]] = ("p", "q", "v")
    mean_spend_: float

    def fit(self, frequency: Any, monetary_value: Any, weights: Any = None) -> Self:
        """Maximum likelihood; monetary_value is the mean of a buyer's repeat occasions. Others' rows are left out."""
        x, z, counts = _repeat_buyers(frequency, monetary_value, weights)
        n = float(counts.sum())
        self.mean_spend_ = float((counts * x) @ z / (counts @ x)) if n else 0.0
        reason = _degenerate(x, z, n)
        if not n:
            unknown = np.full(3, np.nan)
            self._keep(Optimum(np.ones(3), unknown, 0.0, False), n, reason)
            return self
        starts = [[2.0, 3.0, self.mean_spend_], [6.0, 4.0, self.mean_spend_ / 2], [1.0, 10.0, 9 * self.mean_spend_]]
        sizes = np.array([1.0, 1.0, self.mean_spend_])
        optimum = maximise(Problem(_Likelihood(x, z, counts), n, self.symbols, sizes, starts))
        if optimum.params[1] <= 1:
            reason = reason or "the mean spend of buyers is infinite (q <= 1)"
        self._keep(optimum, n, reason)
        return self

    def expected_spend(self, frequency: Any, monetary_value: Any) -> Array:
        """E(M | z, x) = p (v + x z) / (p x + q - 1), equation 5; without repeat purchases the mean of buyers.

        A degenerate fit gives the buyer's mean drawn towards the mean of all instead.
        """
        x, z = np.atleast_1d(np.asarray(frequency, dtype=float)), np.asarray(monetary_value, dtype=float)
        x, z = np.broadcast_arrays(x, np.maximum(z, 0.0))
        p, q, v = self._values()
        if self.degenerate_ is not None:
            return (PRIOR_OCCASIONS * self.mean_spend_ + x * z) / (PRIOR_OCCASIONS + x)
        return p * (v + x * z) / (p * x + q - 1)

    def moments(self, frequency: Any, monetary_value: Any) -> tuple[Array, Array, float]:
        """E(M), E(M^2) of a buyer's mean spend M, and the variance of one purchase over M^2, which is 1/p.

        M is p/nu with nu ~ gamma(p x + q, v + x z). Without a fit M is taken as known, and 1 for 1/p.
        """
        mean = self.expected_spend(frequency, monetary_value)
        if self.degenerate_ is not None:
            return mean, mean**2, 1.0
        p, q, _ = self._values()
        shape = p * np.broadcast_to(np.asarray(frequency, dtype=float), mean.shape) + q
        return mean, mean**2 * (shape - 1) / np.maximum(shape - 2, SHAPE_LEFT), 1 / p


class _Likelihood:
    """ln L of equation 1a, summed over buyers."""

    def __init__(self, x: Array, z: Array, weights: Array) -> None:
        self.x, self.z, self.weights, self.n = x, z, weights, float(weights.sum())
        self.counts, self.at = np.unique(x, return_inverse=True)
        self.of_count = np.bincount(self.at, weights)
        self.ln_xz = np.log(x * z)
        self.fixed = weights @ np.log(z)

    def __call__(self, params: Array) -> tuple[float, Array]:
        """ln L and its gradient in p, q, v; (p x - 1) ln z + p x ln x = p x ln(x z) - ln z."""
        p, q, v = params
        px = p * self.counts
        ln_sum = np.log(v + self.x * self.z)
        of_xz = self.weights @ (self.x * (self.ln_xz - ln_sum))
        value = self.of_count @ (gammaln(px + q) - gammaln(px) - gammaln(q)) + self.n * q * np.log(v)
        value += p * of_xz - q * (self.weights @ ln_sum) - self.fixed
        return float(value), np.array([
            self.of_count @ (self.counts * (psi(px + q) - psi(px))) + of_xz,
            self.of_count @ (psi(px + q) - psi(q)) + self.n * np.log(v) - self.weights @ ln_sum,
            self.n * q / v - self.weights @ ((p * self.x + q) / (v + self.x * self.z)),
        ])  # fmt: skip


def _repeat_buyers(frequency: Any, monetary_value: Any, weights: Any) -> tuple[Array, Array, Array]:
    x, z = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (frequency, monetary_value))
    counts = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if not len(x) == len(z) == len(counts) or not (np.isfinite(x).all() and np.isfinite(z).all()):
        raise MeasureError("Frequency, monetary_value and weights must be finite numbers, of one length.")
    kept = (x > 0) & (z > 0) & (counts > 0)
    return x[kept], z[kept], counts[kept]


def _degenerate(x: Array, z: Array, n: float) -> str | None:
    if not n:
        return "no repeat purchases with a positive value"
    if n < 2:
        return "a single repeat buyer"
    return "all repeat buyers spend the same" if np.ptp(z) <= 1e-12 * z.max() else None
