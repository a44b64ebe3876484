"""The brand's calendar: when it is busy, and how to draw moments that follow it.

Busy time runs fast in high season and by day, slow at night; a steady process in busy time has the seasons in
clock time. So the purchase model stays BG/NBD and the dates still look like a shop's.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

HOUR, DAY, WEEK = 3600, 86_400, 604_800

PEAKS = (  # month, first day, last day, times the usual
    (2, 4, 12, 0.65),  # around the spring festival parcels stand still
    (3, 1, 4, 1.2),
    (3, 5, 8, 1.9),  # women's day
    (5, 20, 31, 1.15),
    (6, 1, 3, 1.8),  # 618
    (6, 4, 15, 1.25),
    (6, 16, 18, 2.6),
    (9, 5, 9, 1.6),
    (10, 21, 31, 1.6),  # double 11
    (11, 1, 3, 2.8),
    (11, 4, 9, 1.5),
    (11, 10, 11, 3.6),
    (11, 12, 24, 0.7),
    (12, 10, 12, 1.7),
)
PROMOTIONS = (  # name, warm-up from, starts, ends (month, day)
    ("38", (2, 22), (3, 1), (3, 8)),
    ("618", (5, 20), (6, 1), (6, 18)),
    ("99", (8, 30), (9, 5), (9, 9)),
    ("double11", (10, 14), (10, 31), (11, 11)),
    ("double12", (12, 5), (12, 10), (12, 12)),
)
HOURS = np.array([3, 1.5, 1, 0.6, 0.5, 0.8, 2, 4, 5, 6, 7, 7, 8, 7, 6, 6, 6, 6, 6.5, 8, 10, 11, 9, 6])


@dataclass(frozen=True)
class Season:
    """The window [start, end) in wall-clock seconds, and how busy each hour of it is."""

    start: int
    end: int
    edges: np.ndarray
    busy: np.ndarray

    @property
    def first_day(self) -> dt.date:
        return day_of(self.start)

    @property
    def last_day(self) -> dt.date:
        return day_of(self.end - 1)

    @property
    def busy_end(self) -> float:
        return float(self.busy[-1])

    def to_busy(self, moments: np.ndarray) -> np.ndarray:
        return np.interp(moments, self.edges, self.busy)

    def to_clock(self, busy: np.ndarray) -> np.ndarray:
        """Moments of busy times; what lies beyond the window lands on its end."""
        return np.interp(busy, self.busy, self.edges).astype(np.int64)

    def moment(self, day: dt.date) -> int:
        """Midnight at which the day begins."""
        return (day - dt.date(1970, 1, 1)).days * DAY


def season(end: dt.date, months: int) -> Season:
    """The `months` up to and including the day `end`."""
    first = _months_back(end + dt.timedelta(days=1), months)
    dates = [first + dt.timedelta(days=n) for n in range((end - first).days + 1)]
    daily = np.array([_factor(day) for day in dates])
    hourly = np.outer(daily, HOURS / HOURS.mean()).ravel()
    hourly *= HOUR / hourly.mean()
    start = (first - dt.date(1970, 1, 1)).days * DAY
    edges = start + np.arange(len(hourly) + 1, dtype=np.int64) * HOUR
    return Season(start, int(edges[-1]), edges, np.concatenate([[0.0], np.cumsum(hourly)]))


def day_of(moment: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(moment) // DAY)


def promotions(calendar: Season) -> list[tuple[str, dt.date, dt.date, dt.date]]:
    """Each promotion that touches the window: name with year, warm-up from, first day, last day."""
    found = []
    for year in range(calendar.first_day.year, calendar.last_day.year + 1):
        for name, warm, first, last in PROMOTIONS:
            dates = [dt.date(year, *pair) for pair in (warm, first, last)]
            if dates[1] <= calendar.last_day and dates[2] >= calendar.first_day:
                found.append((f"{year}-{name}", *dates))
    return found


def _factor(day: dt.date) -> float:
    factor = 1.1 if day.weekday() >= 5 else 1.0
    for month, first, last, times in PEAKS:
        if day.month == month and first <= day.day <= last:
            factor *= times
    return factor


def _months_back(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, min(day.day, 28))
