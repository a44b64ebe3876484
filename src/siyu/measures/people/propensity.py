"""Propensity: the probability of buying a category by levels of traits, a ridge logistic regression on counts.

Rows are groups of people with the same levels: how many they are and how many of them bought. Levels are ordered, and
the penalty is a normal prior of standard deviation 1 on each step from a level to the next (log-odds): a level that few
people had stays near its neighbour, and one that nobody had equals it. The intercept has none, so over the people it
was fitted on, the sum of probabilities is the number who bought.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize
from scipy.special import expit, log_expit

from siyu.core.errors import MeasureError

Array = np.ndarray[Any, Any]
PENALTY = 1.0
#: Converged: the sum of probabilities is the number of buyers to this share of it.
GRADIENT_MAX = 1e-6


class Propensity:
    """`levels` has a row per group and a column per trait; `sizes` is the number of levels of each trait."""

    coef_: Array
    intercept_: float
    converged_: bool
    n_: int
    hits_: int

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.sizes = sizes

    def fit(self, levels: Array, people: Array, hits: Array) -> Propensity:
        """MeasureError when nobody bought, or everybody did: then levels tell nothing apart."""
        self.n_, self.hits_ = int(people.sum()), int(hits.sum())
        if not 0 < self.hits_ < self.n_:
            raise MeasureError(f"{self.hits_} of {self.n_} candidates bought, so nothing tells buyers from others.")
        design = self._design(levels)
        start = np.zeros(design.shape[1])
        start[0] = np.log(self.hits_ / (self.n_ - self.hits_))
        found = optimize.minimize(_loss, start, (design, people, hits), method="trust-exact", jac=_slope, hess=_bend,
                                  options={"gtol": GRADIENT_MAX * self.hits_})  # fmt: skip
        self.intercept_, self.coef_ = float(found.x[0]), found.x[1:]
        self.converged_ = bool(found.success)
        return self

    def probability(self, levels: Array) -> Array:
        """Of each row of levels, whatever rows stand beside it: effects are added one by one, as no matrix product does
        to the last digit.
        """
        log_odds = np.full(len(levels), self.intercept_)
        for place, effect in enumerate(self._effects()):
            log_odds += effect[levels[:, place]]
        return expit(log_odds)

    def effects(self, names: tuple[str, ...]) -> dict[str, list[float]]:
        """Log-odds of each level of each trait against its level 0."""
        return {name: effect.tolist() for name, effect in zip(names, self._effects())}

    def _effects(self) -> list[Array]:
        ends = np.cumsum([size - 1 for size in self.sizes])
        return [np.concatenate([[0.0], np.cumsum(part)]) for part in np.split(self.coef_, ends[:-1])]

    def _design(self, levels: Array) -> Array:
        """One column of ones, then one column for every step from a level of a trait to the next."""
        marks = [levels[:, [place]] >= np.arange(1, size) for place, size in enumerate(self.sizes)]
        return np.hstack([np.ones((len(levels), 1)), *marks]).astype(np.float64)


def _loss(beta: Array, design: Array, people: Array, hits: Array) -> float:
    at = design @ beta
    likelihood = hits @ log_expit(at) + (people - hits) @ log_expit(-at)
    return float(PENALTY / 2 * beta[1:] @ beta[1:] - likelihood)


def _slope(beta: Array, design: Array, people: Array, hits: Array) -> Array:
    return design.T @ (people * expit(design @ beta) - hits) + PENALTY * _free(beta)


def _bend(beta: Array, design: Array, people: Array, hits: Array) -> Array:
    p = expit(design @ beta)
    return (design.T * (people * p * (1 - p))) @ design + np.diag(PENALTY * _free(np.ones_like(beta)))


def _free(beta: Array) -> Array:
    """The penalised part: all but the intercept."""
    return np.concatenate([[0.0], beta[1:]])
