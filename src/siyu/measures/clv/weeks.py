"""Clocks: how many weeks lie between two days, of the calendar or of usual trade."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from siyu.measures.clv.summary import DAYS_PER_WEEK, Array

#: Days a clock knows: 1970 to 2133.
LAST_DAY = 60_000
DAYS_PER_YEAR = 365
#: A date further away than this is none.
DAYS_MAX = 3_650


@dataclass(frozen=True)
class Clock:
    """Weeks between days; with an index, each day of a month counts as much as the month is busy."""

    index: Array | None = None
    _passed: Array | None = field(default=None, repr=False)

    @classmethod
    def of(cls, index: Array) -> Clock:
        """From the index of January to December, of which only the proportions count.

        >>> clock = Clock.of(np.array([2.0] + [1.0] * 11))
        >>> float(clock.between(0, 365).round(6)), bool(clock.between(0, 31) > 31 / 7)
        (52.142857, True)
        """
        of_day = months(np.arange(LAST_DAY + 1))
        usual = np.bincount(of_day[:DAYS_PER_YEAR], minlength=12) @ index / DAYS_PER_YEAR
        index = np.asarray(index, dtype=float) / usual
        return cls(index, np.cumsum(index[of_day]) / DAYS_PER_WEEK)

    @property
    def unit(self) -> str:
        return "week" if self.index is None else "week of usual trade"

    def between(self, first: Array | int, last: Array | int) -> Array:
        """Weeks from the end of the first day to the end of the last."""
        if self._passed is None:
            return np.asarray((np.asarray(last) - first) / DAYS_PER_WEEK)
        return self._at(last) - self._at(first)

    def after(self, day: int, weeks: Array) -> Array:
        """The day on which so many weeks have passed since the end of a day; NaN where it is ten years away."""
        ahead = self.between(day, np.arange(day, day + DAYS_MAX + 1))
        days = np.searchsorted(ahead, np.nan_to_num(weeks, nan=np.inf) - 1e-9).astype(float)
        return np.where(days <= DAYS_MAX, day + days, np.nan)

    def _at(self, day: Array | int) -> Array:
        assert self._passed is not None
        return self._passed[np.clip(np.asarray(day, dtype=np.int64), 0, LAST_DAY)]


CALENDAR = Clock()


def months(days: Array) -> Array:
    """The month, 0 to 11, of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
