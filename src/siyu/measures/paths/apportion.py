"""Whole numbers out of exact shares: the largest remainders get what rounding down leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def apportioned(total: int, weights: Sequence[float | Fraction]) -> list[int]:
    """`total` in whole units, in proportion to weights (at least 0), summing to it exactly; all 0 if no weight is.

    Largest-remainder method; of equal remainders the earlier one gets the unit.

    >>> apportioned(100, [1, 1, 1])
    [34, 33, 33]
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not whole:
        return [0] * len(exact)
    quotas = [total * weight / whole for weight in exact]
    floors = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - quotas[i], i))
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return floors
