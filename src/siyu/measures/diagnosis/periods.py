"""Periods as people print them in targets and benchmarks: years, halves, quarters, months, days and day ranges."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from siyu.core.time import day_of

#: What a period may look like, for messages.
ACCEPTED = "2026, 2026-H1, 2026-Q3, 2026-06, 2026-06-30 or 2026-06-01..2026-06-30"

YEAR = re.compile(r"(\d{4})年?")
HALF = re.compile(r"(\d{4})年?[-/ ]?(?:H([12])|(上|下)半年)", re.IGNORECASE)
QUARTER = re.compile(r"(\d{4})年?[-/ ]?(?:Q([1-4])|第?([1-4一二三四])季度)", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})月?")
DAY = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?")
BETWEEN = re.compile(r"\s*(?:\.\.+|~|～|至|—|–|/| to | - )\s*")


def period_of(text: str) -> tuple[int, int] | None:
    """First and last day (days since 1970-01-01) of a period; None where it cannot be understood.

    >>> first, last = period_of("2026-Q3")
    >>> last - first + 1
    92
    """
    text = text.strip()
    for read in (_year, _half, _quarter, _month, _day, _range):
        found = read(text)
        if found is not None:
            return found
    return None


def _year(text: str) -> tuple[int, int] | None:
    match = YEAR.fullmatch(text)
    return _months(int(match[1]), 1, 12) if match else None


def _half(text: str) -> tuple[int, int] | None:
    match = HALF.fullmatch(text)
    if not match:
        return None
    first = 1 if match[2] == "1" or match[3] == "上" else 7
    return _months(int(match[1]), first, first + 5)


def _quarter(text: str) -> tuple[int, int] | None:
    match = QUARTER.fullmatch(text)
    if not match:
        return None
    number = match[2] or match[3]
    first = 3 * (int(number) if number.isdigit() else "一二三四".index(number) + 1) - 2
    return _months(int(match[1]), first, first + 2)


def _month(text: str) -> tuple[int, int] | None:
    match = MONTH.fullmatch(text)
    return _months(int(match[1]), int(match[2]), int(match[2])) if match else None


def _day(text: str) -> tuple[int, int] | None:
    match = DAY.fullmatch(text)
    if not match:
        return None
    try:
        day = day_of(dt.date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return None
    return day, day


def _range(text: str) -> tuple[int, int] | None:
    """Two days with something between them, the first not after the second."""
    for match in BETWEEN.finditer(text):
        ends = _day(text[: match.start()]), _day(text[match.end() :])
        if ends[0] and ends[1] and ends[0][0] <= ends[1][0]:
            return ends[0][0], ends[1][0]
    return None


def _months(year: int, first: int, last: int) -> tuple[int, int] | None:
    if year < dt.MINYEAR or first < 1 or last > 12:
        return None
    end = calendar.monthrange(year, last)[1]
    return day_of(dt.date(year, first, 1)), day_of(dt.date(year, last, end))
