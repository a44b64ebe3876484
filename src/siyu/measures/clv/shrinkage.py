"""Ratios of thin cells drawn towards 1, as far as the cells differ by more than chance.

Gamma-Poisson empirical Bayes by moments: Clayton & Kaldor (1987), Empirical Bayes Estimates of Age-Standardized
Relative Risks, Biometrics 43(3).
"""

from __future__ import annotations

import numpy as np

from siyu.measures.clv.summary import Array


def shrunk(observed: Array, expected: Array) -> Array:
    """(observed + k) / (expected + k), where 1/k is the variance of the cells' true ratios around their common one.

    `expected` counts are first scaled to the sum of the observed. All 1 where the cells differ no more than chance.

    >>> shrunk(np.array([9.0, 11.0]), np.array([10.0, 10.0])).tolist()
    [1.0, 1.0]
    >>> shrunk(np.array([500.0, 1500.0, 1.0]), np.array([1000.0, 1000.0, 1.0])).round(2).tolist()
    [0.5, 1.5, 1.0]
    """
    total, wanted = float(observed.sum()), float(expected.sum())
    if not total > 0 or not wanted > 0:
        return np.ones(len(expected))
    expected = expected * (total / wanted)
    seen = expected > 0
    spread = float(((observed[seen] - expected[seen]) ** 2 / expected[seen]).sum())
    variance = (spread - (seen.sum() - 1)) / total
    if variance <= 0:
        return np.ones(len(expected))
    return (observed + 1 / variance) / (expected + 1 / variance)
