"""Buyers drawn from the models' own stories, with what the forecasts must not see: who is alive, what comes next.

Drawn purchase by purchase in closed form (order statistics of a Poisson process), not from the likelihoods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Drawn:
    """Histories until T, then the purchases of the next t."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    alive: np.ndarray
    future: np.ndarray

    @property
    def history(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.x, self.t_x, self.T


def beta_geo(params, buyers, *, weeks=52.0, ahead=26.0, first_counts=0, seed=7) -> Drawn:
    """(M)BG/NBD: after each purchase (`first_counts`: the first too) the buyer leaves with probability p."""
    r, alpha, a, b = params
    random = np.random.default_rng(seed)
    T = random.uniform(weeks / 2, weeks, buyers)
    rate = random.gamma(r, 1 / alpha, buyers)
    last = random.geometric(np.maximum(random.beta(a, b, buyers), 1e-12)) - first_counts
    would = random.poisson(rate * T)
    x = np.minimum(would, last)
    t_x = _time_of(x, would, T, random)
    alive = would < last
    future = np.where(alive, np.minimum(random.poisson(rate * ahead), last - x), 0)
    return Drawn(x.astype(float), t_x, T, alive, future)


def pareto_nbd(params, buyers, *, weeks=52.0, ahead=26.0, seed=7) -> Drawn:
    """Pareto/NBD: the buyer leaves at an exponential time of their own."""
    r, alpha, s, beta = params
    random = np.random.default_rng(seed)
    T = random.uniform(weeks / 2, weeks, buyers)
    rate = random.gamma(r, 1 / alpha, buyers)
    leaves = random.exponential(1 / np.maximum(random.gamma(s, 1 / beta, buyers), 1e-12))
    seen = np.minimum(T, leaves)
    x = random.poisson(rate * seen)
    future = random.poisson(rate * np.clip(leaves - T, 0, ahead))
    return Drawn(x.astype(float), _time_of(x, x, seen, random), T, leaves > T, future)


def _time_of(k, of, until, random) -> np.ndarray:
    """When the k-th of so many purchases fell, evenly within the time; 0 where there was none."""
    part = random.beta(np.maximum(k, 1), np.maximum(of - k + 1, 1))
    return np.where(k > 0, until * part, 0.0)
