"""Ratios: a denominator of 0 gives None, never 0 (definitions.md section 0.6)."""

from __future__ import annotations


def ratio(numerator: float | int | None, denominator: float | int | None) -> float | None:
    """numerator / denominator, None where it means nothing.

    >>> ratio(1, 4), ratio(1, 0)
    (0.25, None)
    """
    if numerator is None or not denominator:
        return None
    return numerator / denominator
