"""Busy time and clock time, and the days of promotions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from siyu.simulate.season import DAY, day_of, promotions, season

CALENDAR = season(dt.date(2026, 6, 30), 30)


def test_thirty_months_begin_with_their_first_day():
    assert (CALENDAR.first_day, CALENDAR.last_day) == (dt.date(2024, 1, 1), dt.date(2026, 6, 30))


def test_busy_time_is_as_long_as_the_window():
    assert CALENDAR.busy_end == pytest.approx(CALENDAR.end - CALENDAR.start)


def test_clock_and_busy_time_lead_back_to_each_other():
    moments = np.linspace(CALENDAR.start, CALENDAR.end - 1, 5000).astype(np.int64)
    assert np.abs(CALENDAR.to_clock(CALENDAR.to_busy(moments)) - moments).max() <= 1


def test_what_lies_beyond_the_window_lands_on_its_end():
    assert CALENDAR.to_clock(np.array([CALENDAR.busy_end * 2]))[0] == CALENDAR.end


def test_an_evening_is_busier_than_a_night():
    hours = np.diff(CALENDAR.busy).reshape(-1, 24).mean(axis=0)
    assert hours[21] > 10 * hours[4]


def test_promotions_have_their_warm_up_before_them():
    found = promotions(CALENDAR)
    assert [name for name, *_ in found][:2] == ["2024-38", "2024-618"]
    assert all(warm < first <= last for _, warm, first, last in found)


def test_days_and_moments_agree():
    assert day_of(CALENDAR.moment(dt.date(2025, 3, 9)) + DAY - 1) == dt.date(2025, 3, 9)
