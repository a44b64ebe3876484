"""Brand time: instants as integer microseconds UTC, days as integers since 1970-01-01 in the brand's zone.

Only the edges (CLI, server) read the clock; everything else takes `as_of` or `now`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

EPOCH = dt.date(1970, 1, 1)
ORIGIN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
#: Clocks are never set twice within so few days: offsets are asked for so often, for each day only where they differ.
OFFSET_DAYS = 7
#: A span that has not ended, as an instant and as a day. Larger than any fact's time.
OPEN_AT = 2**62
OPEN_DAY = 2**30


def day_of(date: dt.date) -> int:
    """Days since 1970-01-01.

    >>> day_of(dt.date(1970, 1, 2))
    1
    """
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """The date of a day number.

    >>> date_of(20453).isoformat()
    '2025-12-31'
    """
    return EPOCH + dt.timedelta(days=day)


def instant_of(moment: dt.datetime) -> int:
    """Microseconds UTC of an aware datetime, exact (no float on the way)."""
    delta = moment - ORIGIN
    return (delta.days * 86400 + delta.seconds) * SECOND + delta.microseconds


def datetime_of(instant: int, zone: ZoneInfo) -> dt.datetime:
    """The aware local datetime of an instant."""
    return (ORIGIN + dt.timedelta(microseconds=instant)).astimezone(zone)


def day_starts(day: int, zone: ZoneInfo) -> int:
    """The instant at which a day starts in the zone (00:00; after a spring gap, the first instant after it)."""
    naive = dt.datetime.combine(date_of(day), dt.time())
    return instant_of(naive.replace(tzinfo=zone))


def days_start(first: int, last: int, zone: ZoneInfo) -> np.ndarray:
    """`day_starts` of every day from one to another, for many: int64.

    >>> days_start(0, 1, ZoneInfo("Asia/Shanghai")).tolist()
    [-28800000000, 57600000000]
    """
    midnight, one = dt.datetime.combine(date_of(first), dt.time()), dt.timedelta(days=1)

    def ahead(places: np.ndarray) -> np.ndarray:
        told = (zone.utcoffset(midnight + n * one) for n in places.tolist())
        return np.fromiter(told, "timedelta64[us]", len(places)).astype(np.int64)

    days = np.arange(last - first + 1)
    weekly = np.append(days[::OFFSET_DAYS], days[-1:])
    told = ahead(weekly)
    offsets = told[days // OFFSET_DAYS]
    changes = np.flatnonzero(told[1:] != told[:-1])  # weeks within which clocks are set
    near = np.concatenate([np.arange(weekly[n], weekly[n + 1] + 1) for n in changes.tolist()] or [days[:0]])
    offsets[near] = ahead(near)
    return (days + first).astype(np.int64) * DAY - offsets


def day_ends(day: int, zone: ZoneInfo) -> int:
    """The midnight that ends a day: state 'as of the day' is the state at this instant."""
    return day_starts(day + 1, zone)


def months_after(moment: dt.datetime, months: int) -> dt.datetime:
    """The same time of day some months later (or earlier, below 0); the last day where a month is shorter.

    >>> months_after(dt.datetime(2026, 1, 31), 1), months_after(dt.datetime(2026, 1, 31), -2)
    (datetime.datetime(2026, 2, 28, 0, 0), datetime.datetime(2025, 11, 30, 0, 0))
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def local_day(instant: int, zone: ZoneInfo) -> int:
    """The business day an instant falls on."""
    return day_of(datetime_of(instant, zone).date())
