"""Usual bands: median +- k x MAD of a figure's own history, robust against the odd day and honest about short ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Points a history needs before anything is called unusual.
FEWEST_POINTS = 8
#: Weeks of the same weekday, and days that make the level a day is compared with.
WEEKS, LEVEL_DAYS = 26, 28
#: How many robust standard deviations a new point may lie from the median of n points before it is unusual: the 99.8th
#: percentile for normal noise (400,000 draws for each n), so that one check in 500 speaks without a cause.
DEVIATIONS = ((8, 9.5), (10, 7.4), (12, 6.4), (16, 5.2), (26, 4.2))
#: MAD of normal noise x this = its standard deviation.
MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class Band:
    """Usual value with its bounds, from how many points; `found` is the value held against it."""

    usual: float
    low: float
    high: float
    points: int
    found: float

    @property
    def out(self) -> int:
        """-1 below, 1 above, 0 inside."""
        return -1 if self.found < self.low else 1 if self.found > self.high else 0


def of_history(found: float, history: np.ndarray, least_sd: float = 0.0) -> Band | None:
    """The band of earlier values around a new one; None on fewer than FEWEST_POINTS. Unknown points are NaN."""
    known = history[~np.isnan(history)]
    if len(known) < FEWEST_POINTS or np.isnan(found):
        return None
    middle = float(np.median(known))
    sd = max(MAD_TO_SD * float(np.median(np.abs(known - middle))), least_sd)
    width = deviations(len(known)) * sd
    return Band(middle, middle - width, middle + width, len(known), float(found))


def of_day(days: np.ndarray, unit: float = 1.0) -> Band | None:
    """The band of the last day of a daily count (or an amount of about `unit` each).

    Each day is taken relative to the median of the 28 days before it, so that growth is no surprise, and compared with
    the same weekday of 26 weeks.
    """
    return _relative(days, LEVEL_DAYS, 7, unit)


def of_week(days: np.ndarray, unit: float = 1.0) -> Band | None:
    """The band of the last 7 days together, relative to the median of the 4 weeks before, over 26 weeks."""
    whole = days[len(days) % 7 :].reshape(-1, 7).sum(axis=1)
    return _relative(whole, LEVEL_DAYS // 7, 1, unit)


def of_change(days: np.ndarray) -> Band | None:
    """The band of the last day of a daily change, which may be negative: the same weekday of 26 weeks."""
    same = days[len(days) - 1 - 7 * WEEKS : len(days) - 1 : 7] if len(days) > 7 * WEEKS else days[:0]
    known = same[~np.isnan(same)]
    scatter = float(np.sqrt(np.median(np.abs(known)) + 1)) if len(known) else 0.0
    return of_history(days[-1], same, least_sd=scatter)


def deviations(points: int) -> float:
    """Robust standard deviations to the edge of the band of n points (DEVIATIONS, linear between)."""
    sizes, widths = zip(*DEVIATIONS)
    return float(np.interp(points, sizes, widths))


def _relative(counts: np.ndarray, level_points: int, step: int, unit: float) -> Band | None:
    """The band of the last count among every `step`-th of 26 weeks; counts scatter at least as Poisson's do."""
    length = WEEKS * step
    if len(counts) <= length + level_points:
        return None
    levels = _levels(counts, level_points)
    level = levels[-1]
    if np.isnan(level) or level <= 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(levels > 0, counts / levels, np.nan)
    history = relative[len(counts) - 1 - length : len(counts) - 1 : step]
    known = history[~np.isnan(history)]
    expected = float(np.median(known)) * level if len(known) else 0.0
    band = of_history(relative[-1], history, least_sd=float(np.sqrt(expected * unit)) / level)
    if band is None:
        return None
    return Band(band.usual * level, max(band.low * level, 0.0), band.high * level, band.points, float(counts[-1]))


def _levels(counts: np.ndarray, points: int) -> np.ndarray:
    """The median of the points before each; NaN where fewer than half of them are known."""
    levels = np.full(len(counts), np.nan)
    if len(counts) > points:
        windows = np.lib.stride_tricks.sliding_window_view(counts, points)[:-1]
        enough = np.count_nonzero(~np.isnan(windows), axis=1) * 2 >= points
        levels[points:][enough] = np.nanmedian(windows[enough], axis=1)
    return levels
