"""Pareto/NBD: buying at a gamma-distributed rate, leaving at any time at another gamma-distributed rate.

Schmittlein, Morrison, Colombo (1987), Counting Your Customers, Management Science 33(1); formulas and symbols of
Fader & Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, gammaln, psi

from siyu.measures.clv.model import PurchaseModel
from siyu.measures.clv.summary import Array, Histories, distinct

#: Gauss-Legendre nodes of the integral over the time of leaving, in the logarithm of that time.
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(24)
#: The integral ends where the integrand has fallen by e^-38.
FALL = 38.0
#: Rows computed together, so that the work stays in the processor's cache.
ROWS_AT_ONCE = 4096
_TINY = 1e-300


class ParetoNBD(PurchaseModel):
    """r, alpha of the purchase rate; s, beta of the rate of leaving."""

    name: ClassVar[str] = "pareto_nbd"
    symbols: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    dropout: ClassVar[tuple[str, ...]] = ("s", "beta")

    def expected_purchases_new(self, t: Any) -> Array:
        """E[X(t)] = r beta / (alpha (s - 1)) [1 - (beta / (beta + t))^(s - 1)]."""
        r, alpha, s, beta = self._values()
        return r / alpha * _lifetime(np.atleast_1d(np.asarray(t, dtype=float)), s, np.array([beta]))

    def _alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive) = 1 / (1 + odds of having left)."""
        first, at, _ = distinct(x, t_x, T)
        odds = _left(self._values(), x[first], t_x[first], T[first])[0]
        return expit(-odds)[at]

    def _expected_alive(self, t: float, x: Array, T: Array) -> Array:
        """Rates of who is alive at T are gamma(r + x, alpha + T) and gamma(s, beta + T)."""
        r, alpha, s, beta = self._values()
        return (r + x) / (alpha + T) * _lifetime(np.array([t]), s, beta + T)

    def _wait(self, chance: Array, shape: Array, since: Array) -> Array:
        """As for buyers who stay, but they may leave first: bought again by t = integral over the chance v of no
        purchase, from its value at t to 1, of the chance (beta'/(beta' + t(v)))^s of still being there."""
        _, alpha, s, beta = self._values()
        still = since - alpha + beta

        def bought(v: Array) -> Array:
            nodes = v + (1 - v) * (NODES[:, None] + 1) / 2
            there = np.exp(-s * np.log1p(since * np.expm1(-np.log(nodes) / shape) / still))
            return (1 - v) / 2 * (NODE_WEIGHTS @ there)

        low, high = np.zeros(len(chance)), np.ones(len(chance))
        with np.errstate(over="ignore"):
            never = bought(low) < chance
            for _ in range(40):
                middle = (low + high) / 2
                enough = bought(middle) > chance
                low, high = np.where(enough, middle, low), np.where(enough, high, middle)
            return np.where(never, np.inf, since * np.expm1(-np.log(np.maximum(low, _TINY)) / shape))

    def _likelihood(self, histories: Histories) -> _Likelihood:
        return _Likelihood(histories)

    def _starts(self, rate: float, mean_T: float) -> tuple[Array, list[list[float]]]:
        leaving = [[0.6, 0.4 * mean_T], [0.3, mean_T], [2.0, mean_T]]
        starts = [[r, r / rate, *left] for r, left in zip((0.5, 1.0, 1.0), leaving)]
        return np.array([1.0, mean_T, 1.0, mean_T]), starts


class _Likelihood:
    """ln L of the note's equation 18 with the integral over the time of leaving y kept as an integral.

    L = G(r + x)/G(r) alpha^r beta^s [(alpha + T)^-(r + x) (beta + T)^-s
        + s integral_t_x^T (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy].
    The note writes the integral as a difference of two 2F1; as an integral it has no cancellation, no two cases
    alpha >< beta, and its gradient is closed.
    """

    def __init__(self, histories: Histories) -> None:
        self.rows, self.n = histories, histories.n
        self.x, self.at_x = np.unique(histories.x, return_inverse=True)
        self.of_x = np.bincount(self.at_x, histories.weights)

    def __call__(self, params: Array) -> tuple[float, Array]:
        """ln L and its gradient in r, alpha, s, beta."""
        r, alpha, s, beta = params
        rows, weights = self.rows, self.rows.weights
        odds, slopes = _left((r, alpha, s, beta), rows.x, rows.t_x, rows.T, slopes=True)
        log_alpha_T, log_beta_T = np.log(alpha + rows.T), np.log(beta + rows.T)
        counted = gammaln(r + self.x) - gammaln(r)
        value = self.of_x @ counted + self.n * (r * np.log(alpha) + s * np.log(beta))
        value += weights @ (np.logaddexp(0.0, odds) - (r + rows.x) * log_alpha_T - s * log_beta_T)
        left = expit(odds)
        stay = 1 - left
        return float(value), np.array([
            self.of_x @ (psi(r + self.x) - psi(r)) + self.n * np.log(alpha)
            - weights @ (stay * log_alpha_T + left * slopes[0]),
            self.n * r / alpha - weights @ ((r + rows.x) * (stay / (alpha + rows.T) + left * slopes[1])),
            self.n * np.log(beta) + weights @ (left / s - stay * log_beta_T - left * slopes[2]),
            self.n * s / beta - weights @ (stay * s / (beta + rows.T) + left * (s + 1) * slopes[3]),
        ])  # fmt: skip


def _left(params: tuple[float, ...], x: Array, t_x: Array, T: Array, *, slopes: bool = False) -> tuple[Array, Array]:
    """ln odds of having left before T, and (if asked) the means of ln(alpha + y), 1/(alpha + y), ln(beta + y) and
    1/(beta + y) over the time y of leaving."""
    odds, means = np.empty(len(x)), np.empty((4, len(x) if slopes else 0))
    for start in range(0, len(x), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        odds[some], found = _integrate(params, x[some], t_x[some], T[some], slopes)
        if slopes:
            means[:, some] = found
    return odds, means


def _integrate(params: tuple[float, ...], x: Array, t_x: Array, T: Array, slopes: bool) -> tuple[Array, Any]:
    """Gauss-Legendre in h = ln(1 + (y - t_x)/(near + t_x)), near the smaller of alpha and beta: there both factors
    bend at a gentle pace, however far apart alpha and beta are."""
    r, alpha, s, beta = params
    m, alpha_t, beta_t = r + x, alpha + t_x, beta + t_x
    near = np.minimum(alpha_t, beta_t)
    fall = near * (m / alpha_t + (s + 1) / beta_t) - 1
    half = np.minimum(np.log1p((T - t_x) / near), FALL / np.maximum(fall, _TINY)) / 2
    in_near = half * (NODES + 1)[:, None]
    near_y = near * np.exp(in_near)
    far_y = near_y + abs(alpha - beta)
    in_far = np.log(far_y) - np.log(near + abs(alpha - beta))
    alpha_first = alpha < beta
    in_alpha, in_beta = (in_near, in_far) if alpha_first else (in_far, in_near)
    density = np.exp(-m * in_alpha - s * in_beta) * NODE_WEIGHTS[:, None]
    if alpha_first:
        density *= near_y / far_y
    whole = density.sum(axis=0)
    longer = m * np.log1p((T - t_x) / alpha_t) + s * np.log1p((T - t_x) / beta_t)
    with np.errstate(divide="ignore"):
        odds = np.log(s) + longer + np.log(whole * half)
    if not slopes:
        return odds, None
    alpha_y, beta_y = (near_y, far_y) if alpha_first else (far_y, near_y)
    means = np.array([_sum(density, in_alpha), (density / alpha_y).sum(axis=0), _sum(density, in_beta),
                      (density / beta_y).sum(axis=0)]) / np.maximum(whole, _TINY)  # fmt: skip
    means[0] += np.log(alpha_t)
    means[2] += np.log(beta_t)
    return odds, means


def _sum(density: Array, values: Array) -> Array:
    return np.einsum("ij,ij->j", density, values)


def _lifetime(t: Array, s: float, beta: Array) -> Array:
    """Expected time alive within the next t: beta/(s - 1) [1 - (beta/(beta + t))^(s - 1)], its limit at s = 1."""
    longer = np.log1p(t / beta)
    if abs(s - 1) < 1e-9:
        return beta * longer
    return np.clip(beta * -np.expm1(-(s - 1) * longer) / (s - 1), 0.0, t)
