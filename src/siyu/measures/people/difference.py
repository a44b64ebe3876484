"""The difference of two shares with its 95% interval.

Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17,
873-890, method 10: the square-and-add of two Wilson score intervals, which holds for small groups and for shares near
0 or 1.
"""

from __future__ import annotations

import math

#: 97.5% of the standard normal distribution.
Z = 1.959963984540054


def difference(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float, float] | None:
    """x1/n1 - x2/n2 with the lower and the upper end of its interval; None when a group has nobody.

    >>> [round(value, 4) for value in difference(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    if not (n1 and n2):
        return None
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    theta = p1 - p2
    return theta, theta - math.hypot(p1 - l1, u2 - p2), theta + math.hypot(u1 - p1, p2 - l2)


def wilson(x: int, n: int) -> tuple[float, float]:
    """The 95% score interval of a share x/n (Wilson 1927).

    >>> [round(value, 4) for value in wilson(56, 70)]
    [0.6918, 0.877]
    """
    middle = 2 * x + Z**2
    reach = Z * math.sqrt(Z**2 + 4 * x * (1 - x / n))
    return (middle - reach) / (2 * (n + Z**2)), (middle + reach) / (2 * (n + Z**2))
