"""Predictive intervals: what one consumer may buy and spend, as quantiles of the models' own distributions.

Purchases of who is alive are negative binomial: their rate is gamma(r + x, alpha + T) (Fader, Hardie, Lee 2005), the
counts so Ehrenberg's NBD (1959); who is not alive buys nothing. Leaving within the horizon is taken into the mean
alone. What they spend is a gamma distribution with the mean and variance of the random sum. tests/measures/clv draws
buyers to see how often the truth lies inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, nbdtrik

from siyu.measures.clv.summary import Array

#: 80 of 100 lie between.
TAILS = (0.1, 0.9)
LEVEL = TAILS[1] - TAILS[0]
#: Beyond this shape a negative binomial is Poisson; a gamma distribution is symmetric.
SHAPE_MAX = 1e7


@dataclass(frozen=True)
class Counts:
    """Purchases of each consumer in the horizon: mean, mean square, chance of none, interval."""

    mean: Array
    square: Array
    none: Array
    low: Array
    high: Array


def counts(alive: Array, shape: Array, mean_alive: Array) -> Counts:
    """Zero with probability 1 - alive, else negative binomial of that shape and mean."""
    shape = np.clip(shape, 1e-9, SHAPE_MAX)
    stays = shape / (shape + mean_alive)
    none = 1 - alive + alive * np.exp(shape * np.log(stays))
    square = alive * (mean_alive + mean_alive**2 * (1 + 1 / shape))
    low, high = (_count(tail, alive, shape, stays) for tail in TAILS)
    return Counts(alive * mean_alive, square, none, low, high)


def _count(tail: float, alive: Array, shape: Array, stays: Array) -> Array:
    """The smallest count that is not exceeded with probability `tail` or more."""
    left = np.clip(1 - (1 - tail) / np.maximum(alive, 1e-300), 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        found = nbdtrik(np.minimum(left, 1 - 1e-12), shape, np.minimum(stays, 1 - 1e-15))
    return np.where(left > 0, np.ceil(np.nan_to_num(found) - 1e-6).clip(0), 0.0)


@dataclass(frozen=True)
class Money:
    """What each consumer spends in the horizon, in minor units: mean, variance, interval."""

    mean: Array
    variance: Array
    low: Array
    high: Array


def money(bought: Counts, spend: Array, square: Array, within: Array | float) -> Money:
    """The sum of that many purchases of a consumer whose mean spend has this mean and mean square.

    `within` is the variance of a single purchase over the square of its consumer's mean: 1/p of Gamma-Gamma.
    """
    mean = bought.mean * spend
    variance = np.maximum(bought.mean * square * within + bought.square * square - mean**2, 0.0)
    return spread(mean, variance, bought.none)


def spread(mean: Array, variance: Array, none: Array) -> Money:
    """0 with probability `none`, else gamma-distributed, so that mean and variance are those given."""
    some = np.maximum(1 - none, 1e-12)
    if_any = mean / some
    var_if_any = np.maximum((variance + mean**2) / some - if_any**2, 1e-12 * np.maximum(if_any**2, 1.0))
    shape = np.minimum(if_any**2 / var_if_any, SHAPE_MAX)
    low, high = (_amount(tail, none, some, if_any, shape) for tail in TAILS)
    return Money(mean, variance, low, high)


def _amount(tail: float, none: Array, some: Array, if_any: Array, shape: Array) -> Array:
    left = np.clip((tail - none) / some, 0.0, 1 - 1e-12)
    shape = np.maximum(shape, 1e-9)
    return np.where((left > 0) & (if_any > 0), gammaincinv(shape, left) * if_any / shape, 0.0)


def counts_of_newcomers(chances: Array, more: Array, shape: float) -> Counts:
    """Purchases of who has not bought: the first in a period with that chance (a row each), then `more` on average.

    The repeat purchases of one who bought are negative binomial, with their mean over the periods for the interval.
    """
    buys = np.clip(chances.sum(axis=1), 0.0, 1.0)
    mean = chances @ (1 + more)
    square = chances @ (1 + 3 * more + more**2 * (1 + 1 / max(shape, 1e-9)))
    repeats = np.maximum(mean - buys, 0.0) / np.maximum(buys, 1e-300)
    full = np.full(len(buys), min(max(shape, 1e-9), SHAPE_MAX))
    low, high = (
        np.where(buys > 1 - tail, 1 + _count(tail, buys, full, full / (full + repeats)), 0.0) for tail in TAILS
    )
    return Counts(mean, square, 1 - buys, low, high)
