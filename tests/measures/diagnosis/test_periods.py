"""Periods as people print them."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.time import day_of
from siyu.measures.diagnosis.periods import period_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026年", "2026-01-01", "2026-12-31"),
        ("2026-H2", "2026-07-01", "2026-12-31"),
        ("2026上半年", "2026-01-01", "2026-06-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026q1", "2026-01-01", "2026-03-31"),
        ("2026年第二季度", "2026-04-01", "2026-06-30"),
        ("2026-06", "2026-06-01", "2026-06-30"),
        ("2024/2", "2024-02-01", "2024-02-29"),
        ("2026年6月", "2026-06-01", "2026-06-30"),
        ("2026-06-30", "2026-06-30", "2026-06-30"),
        (" 2026-06-18..2026-07-02 ", "2026-06-18", "2026-07-02"),
        ("2026-06-18 ~ 2026-07-02", "2026-06-18", "2026-07-02"),
        ("2026-06-18/2026-07-02", "2026-06-18", "2026-07-02"),
        ("2026/6/18 - 2026/7/2", "2026-06-18", "2026-07-02"),
        ("2026年6月18日至2026年7月2日", "2026-06-18", "2026-07-02"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text, first, last):
    assert period_of(text) == (day_of(dt.date.fromisoformat(first)), day_of(dt.date.fromisoformat(last)))


@pytest.mark.parametrize("text", ["", "FY26", "Q3", "2026-13", "2026-Q5", "2026-02-30", "0000", "next year",
                                  "2026-07-02..2026-06-18", "26-06", "20260630"])  # fmt: skip
def test_what_is_no_period_gives_none(text):
    assert period_of(text) is None
