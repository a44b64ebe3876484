"""Standard errors against an independent Hessian: the likelihoods written once more, differenced twice.

The papers print none. Here ln L is a plain sum over buyers of products of gamma functions as equation 6 has them, with
no grouping, no logarithms of parameters and no gradient.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln, gammaln

from siyu.measures.clv.beta_geo import BetaGeo
from siyu.measures.clv.gamma_gamma import GammaGamma
from siyu.measures.clv.shifted_beta_geometric import ShiftedBetaGeometric, of_survivors


def independent_errors(log_likelihood, params) -> np.ndarray:
    """Square roots of the diagonal of minus the inverse Hessian, by central second differences."""
    params = np.array(params)
    steps = np.diag(params * 2e-3)
    hessian = np.array([[
        (log_likelihood(params + a + b) - log_likelihood(params + a - b) - log_likelihood(params - a + b)
         + log_likelihood(params - a - b)) / (4 * a.sum() * b.sum())
        for b in steps] for a in steps])  # fmt: skip
    return np.sqrt(np.diag(np.linalg.inv(-hessian)))


def test_those_of_bg_nbd_on_cdnow(cdnow):
    x, t_x, T = cdnow.summary.frequency, cdnow.summary.recency, cdnow.summary.T

    def log_likelihood(params):
        r, alpha, a, b = params
        stayed = np.exp(betaln(a, b + x) - betaln(a, b)) / (alpha + T) ** (r + x)
        left = np.exp(betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)) / (alpha + t_x) ** (r + x)
        return (gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.log(stayed + (x > 0) * left)).sum()

    model = BetaGeo().fit(x, t_x, T)
    wanted = independent_errors(log_likelihood, list(model.params_.values()))
    assert list(model.se_.values()) == pytest.approx(wanted, rel=2e-3)


def test_those_of_gamma_gamma_on_cdnow(cdnow):
    some = cdnow.summary.frequency > 0
    x, z = cdnow.summary.frequency[some], cdnow.summary.monetary_value[some]

    def log_likelihood(params):
        p, q, v = params
        return (-betaln(p * x, q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
                - (p * x + q) * np.log(v + x * z)).sum()  # fmt: skip

    model = GammaGamma().fit(x, z)
    wanted = independent_errors(log_likelihood, list(model.params_.values()))
    assert list(model.se_.values()) == pytest.approx(wanted, rel=2e-3)


def test_those_of_sbg_on_the_published_cohort():
    survivors = np.array([1000, 631, 468, 382, 326, 289, 262, 241])

    def log_likelihood(params):
        alpha, beta = params
        chance = [alpha / (alpha + beta)]
        for t in range(2, 8):
            chance.append(chance[-1] * (beta + t - 2) / (alpha + beta + t - 1))
        return -np.diff(survivors) @ np.log(chance) + survivors[-1] * np.log(1 - sum(chance))

    model = ShiftedBetaGeometric().fit(*of_survivors(survivors))
    wanted = independent_errors(log_likelihood, list(model.params_.values()))
    assert list(model.se_.values()) == pytest.approx(wanted, rel=2e-3)
