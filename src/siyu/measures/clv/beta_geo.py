"""BG/NBD: buying at a gamma-distributed rate, leaving after a purchase with a beta-distributed probability.

Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), with its symbols.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, gammaln, psi

from siyu.measures.clv.model import PurchaseModel
from siyu.measures.clv.summary import Array, Histories

#: Gauss-Legendre nodes of the expectation over p, in the logit of p; 72 stay within 3e-7 of 2F1 for any parameters
#: tried, 96 within 4e-9.
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(72)
#: The density is followed until it has fallen by e^-27, or p or 1 - p is this much smaller than what matters.
FALL, NEGLIGIBLE = 27.0, 1e-5


class BetaGeo(PurchaseModel):
    """r, alpha of the purchase rate; a, b of the probability to leave after each repeat purchase.

    >>> model = BetaGeo().fit([0, 1, 2, 5, 0, 3], [0, 3, 9, 30, 0, 4], [39, 39, 38, 37, 30, 33])
    >>> float(model.probability_alive(0, 0, 39)[0])
    1.0
    """

    name: ClassVar[str] = "bg_nbd"
    symbols: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    dropout: ClassVar[tuple[str, ...]] = ("a", "b")
    #: After which purchases one may leave: 0 is after repeat purchases only, 1 after the first one too.
    first_counts: ClassVar[int] = 0

    def expected_purchases_new(self, t: Any) -> Array:
        """E[X(t)], equation 9."""
        r, alpha, a, b = self._values()
        t = np.atleast_1d(np.asarray(t, dtype=float))
        stays = (b / (a + b)) ** self.first_counts
        b_alive = np.full(len(t), b + self.first_counts)
        return stays * _expected(t, np.full(len(t), r), np.full(len(t), alpha), a, b_alive)

    def _alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive), the factor delta of equation 10; one who had no occasion to leave is alive."""
        r, alpha, a, b = self._values()
        return expit(-_log_odds(r, alpha, a, b, x, x + self.first_counts, np.log((alpha + T) / (alpha + t_x))))

    def _expected_alive(self, t: float, x: Array, T: Array) -> Array:
        """The rest of equation 10: rate and p of who is alive are gamma(r + x, alpha + T) and beta(a, b + x)."""
        r, alpha, a, b = self._values()
        return _expected(np.full(len(x), t), r + x, alpha + T, a, b + x + self.first_counts)

    def _likelihood(self, histories: Histories) -> _Likelihood:
        return _Likelihood(histories, self.first_counts)

    def _starts(self, rate: float, mean_T: float) -> tuple[Array, list[list[float]]]:
        starts = [[0.3, 0.3 / rate, 0.8, 2.5], [1.0, 1.0 / rate, 0.5, 5.0], [0.7, 0.5 / rate, 2.0, 2.0]]
        return np.array([1.0, mean_T, 1.0, 1.0]), starts


class _Likelihood:
    """ln L of equation 6 in the form of its spreadsheet note: ln A1 + ln A2 + ln(A3 + [x > 0] A4).

    k counts the occasions to leave: x in BG/NBD, x + 1 in MBG/NBD. What depends on x, t_x or T alone is computed
    once per value.
    """

    def __init__(self, histories: Histories, first_counts: int) -> None:
        self.weights, self.n = histories.weights, histories.n
        self.x, self.at_x = np.unique(histories.x, return_inverse=True)
        self.t_x, self.at_t_x = np.unique(histories.t_x, return_inverse=True)
        self.T, self.at_T = np.unique(histories.T, return_inverse=True)
        self.row_x, self.k = histories.x, self.x + first_counts
        self.of_x = np.bincount(self.at_x, self.weights)
        self.of_T = np.bincount(self.at_T, self.weights)
        self.of_T_x = np.bincount(self.at_T, self.weights * histories.x)

    def __call__(self, params: Array) -> tuple[float, Array]:
        """ln L and its gradient in r, alpha, a, b."""
        r, alpha, a, b = params
        x, k = self.x, self.k
        log_T, log_t_x = np.log(alpha + self.T), np.log(alpha + self.t_x)
        longer = log_T[self.at_T] - log_t_x[self.at_t_x]
        odds = _log_odds(0.0, alpha, a, b, x, k, 0.0)[self.at_x] + (r + self.row_x) * longer
        ln_A1 = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        ln_A2 = gammaln(a + b) - gammaln(a + b + k) + gammaln(b + k) - gammaln(b)
        ln_A3 = -(r * self.of_T + self.of_T_x) @ log_T
        value = self.of_x @ (ln_A1 + ln_A2) + ln_A3 + self.weights @ np.logaddexp(0.0, odds)
        return float(value), self._gradient(params, self.weights * expit(odds), longer, log_T)

    def _gradient(self, params: Array, left: Array, longer: Array, log_T: Array) -> Array:
        """`left` is the weight of each history times the probability that its buyer has left."""
        r, alpha, a, b = params
        x, k = self.x, self.k
        by_x = np.bincount(self.at_x, left)
        m_left = left * (r + self.row_x)
        sooner = np.bincount(self.at_t_x, m_left) @ (1 / (alpha + self.t_x))
        later = (r * self.of_T + self.of_T_x - np.bincount(self.at_T, m_left)) @ (1 / (alpha + self.T))
        psi_ab = psi(a + b) - psi(a + b + k)
        return np.array([
            self.of_x @ (psi(r + x) - psi(r) + np.log(alpha)) - self.of_T @ log_T + left @ longer,
            self.n * r / alpha - later - sooner,
            self.of_x @ psi_ab + by_x.sum() / a,
            self.of_x @ (psi_ab + psi(b + k) - psi(b)) - by_x @ np.where(k > 0, 1 / _occasions(b, k), 0.0),
        ])  # fmt: skip


def _log_odds(r: float, alpha: float, a: float, b: float, x: Array, k: Array, longer: Array | float) -> Array:
    """ln(A4 / A3): the odds of having left, ln a/(b + k - 1) + (r + x) ln((alpha + T)/(alpha + t_x)); -inf at k = 0."""
    return np.where(k > 0, np.log(a) - np.log(_occasions(b, k)) + (r + x) * longer, -np.inf)


def _occasions(b: float, k: Array) -> Array:
    return np.where(k > 0, b + k - 1, 1.0)


def _expected(t: Array, r: Array, alpha: Array, a: float, b: Array) -> Array:
    """E[(1 - (alpha/(alpha + p t))^r) / p] over p ~ beta(a, b): the integral behind the 2F1 of equations 9 and 10.

    Quadrature instead of (a + b - 1)/(a - 1) [1 - ... 2F1]: every term is positive and at most r t / alpha, so it is
    neither negative nor NaN, also at a = 1 and where the series of 2F1 fails.
    """
    at_most = r * t / alpha
    values, at = np.unique(b, return_inverse=True)
    nodes, weights = _quadrature(a, values, NEGLIGIBLE / max(1.0, at_most.max(initial=0.0)))
    total = np.zeros(len(t))
    for p, weight in zip(nodes, weights):
        p = p[at]
        total -= weight[at] * np.expm1(-r * np.log1p(p * t / alpha)) / p
    return np.clip(total, 0.0, at_most)


def _quadrature(a: float, b: Array, smallest: float) -> tuple[Array, Array]:
    """Nodes p and weights of beta(a, b), a column for each b; `smallest` is a p below which nothing bends any more.

    In y = logit p the density is log-concave, ln = a ln p + b ln(1 - p), and what is averaged bends over a width of
    about 1. Beyond the ends the density is a power of p or of 1 - p: there its centre of mass is one node each.
    """
    mode = np.log(a / b)
    low, cut_low = _end(a, b, mode, -1.0, np.log(np.minimum(smallest, NEGLIGIBLE / np.maximum(b, 1.0))))
    high, cut_high = _end(a, b, mode, 1.0, np.full(len(b), -np.log(NEGLIGIBLE / max(a, 1.0))))
    y = (high + low) / 2 + (high - low) / 2 * NODES[:, None]
    peak = _log_density(a, b, mode)
    weights = np.exp(_log_density(a, b, y) - peak) * NODE_WEIGHTS[:, None] * (high - low) / 2
    p_low, q_high = expit(low) * a / (a + 1), expit(-high) * b / (b + 1)
    zero = np.exp(a * np.log(expit(low)) + (b - 1) * np.log1p(-p_low) - peak) / a
    one = np.exp(b * np.log(expit(-high)) + (a - 1) * np.log1p(-q_high) - peak) / b
    weights = np.vstack([weights, np.where(cut_low, zero, 0.0), np.where(cut_high, one, 0.0)])
    return np.vstack([expit(y), p_low, 1 - q_high]), weights / weights.sum(axis=0)


def _end(a: float, b: Array, mode: Array, side: float, limit: Array) -> tuple[Array, Array]:
    """Where, on one side of the mode, the density has fallen by e^-FALL, by bisection; or the limit, and if it is."""
    near, far = np.zeros(len(b)), np.full(len(b), 1e3) + FALL * (1 / a + 1 / b)
    goal = _log_density(a, b, mode) - FALL
    for _ in range(60):
        middle = (near + far) / 2
        above = _log_density(a, b, mode + side * middle) > goal
        near, far = np.where(above, middle, near), np.where(above, far, middle)
    end = mode + side * far
    cut = side * end > side * limit
    return np.where(cut, limit, end), cut


def _log_density(a: float, b: Array, y: Array) -> Array:
    return -a * np.logaddexp(0.0, -y) - b * np.logaddexp(0.0, y)
