"""Alerts find what was planted, and stay silent on clean histories with weekdays, growth and seasons."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from siyu.core.time import day_of
from siyu.measures import build
from siyu.measures.asked import Asked
from siyu.measures.diagnosis import bands
from siyu.measures.diagnosis.alerts import alerts, daily_bands, drops, lateness, silences, window_bands
from siyu.measures.facts import Facts
from tests.plain import load_plain

DAY = day_of(dt.date(2026, 6, 30))
LENGTH = 7 * (bands.WEEKS + 5)
WEEKDAYS = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 1.3])


def clean(rng: np.random.Generator, base: float, *, growth: float = 0.0, season: float = 0.0) -> np.ndarray:
    """A daily count with weekdays, growth or a yearly season, and more scatter than Poisson's."""
    day = np.arange(LENGTH) + rng.integers(0, 365)
    mean = base * WEEKDAYS[day % 7] * np.exp(growth * np.arange(LENGTH)) * (1 + season * np.sin(2 * np.pi * day / 365))
    return rng.poisson(mean * rng.gamma(50, 1 / 50, LENGTH)).astype(float)


def rows(days, *, source: str = "tmall_orders", n: int = 1) -> list[dict]:
    return [{"kind": "orders", "platform": "tmall", "source": source, "day": int(d), "n": n} for d in days]


# -- bands


@pytest.mark.parametrize("of", [bands.of_day, bands.of_week])
@pytest.mark.parametrize("how", [{"base": 30}, {"base": 300, "growth": 0.004}, {"base": 300, "season": 0.3}])
def test_clean_histories_give_a_false_alarm_in_a_hundred_looks_at_most(of, how):
    rng = np.random.default_rng(3)
    found = [of(clean(rng, **how)) for _ in range(600)]
    assert all(band is not None for band in found)
    assert sum(band.out != 0 for band in found) <= 6


def test_a_week_at_forty_per_cent_is_found():
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(200):
        counts = clean(rng, 30)
        counts[-7:] = np.floor(counts[-7:] * 0.4)
        found += bands.of_week(counts).out == -1
    assert found >= 180


def test_a_day_with_three_times_the_usual_is_found():
    counts = clean(np.random.default_rng(5), 300)
    counts[-1] *= 3
    assert bands.of_day(counts).out == 1


def test_too_little_history_says_nothing():
    assert bands.of_history(99.0, np.array([1.0] * 7)) is None
    assert bands.of_day(np.array([5.0] * 60)) is None
    assert bands.of_change(np.array([5.0] * 60)) is None


def test_unknown_days_are_left_out_of_the_band():
    counts = np.full(LENGTH, 100.0)
    counts[-8::-7] = np.nan  # all of the weekday's history but the newest points are unknown
    assert bands.of_day(counts) is None


def test_the_band_follows_the_median_and_the_mad():
    history = np.array([8.0, 9.0, 9.0, 10.0, 10.0, 11.0, 11.0, 12.0])
    band = bands.of_history(10.0, history)
    width = 9.5 * 1.4826 * 1.0
    assert (band.usual, band.low, band.high, band.points) == (10.0, 10 - width, 10 + width, 8)


# -- silent sources


def test_a_daily_source_that_stopped_is_found_with_the_day_it_stopped():
    (found,) = silences(rows(range(DAY - 100, DAY - 4)), DAY)
    assert (found.kind, found.subject, found.since) == ("silent", "orders tmall", "2026-06-26")
    assert found.found["en"] == "5 days without rows"


def test_a_source_within_twice_its_longest_gap_is_not_silent():
    days = [*range(DAY - 100, DAY - 60), *range(DAY - 56, DAY - 9)]  # its longest gap is 5 days
    assert silences(rows(days), DAY) == []
    assert len(silences(rows(days), DAY + 1)) == 1


def test_a_weekly_source_is_judged_by_weeks():
    weekly = range(DAY - 15 * 7, DAY - 13, 7)
    assert silences(rows(weekly), DAY) == []
    assert len(silences(rows(weekly), DAY + 1)) == 1


def test_few_gaps_and_sources_given_up_say_nothing():
    assert silences(rows(range(DAY - 40, DAY - 29)), DAY) == []
    assert silences(rows(range(DAY - 400, DAY - 200)), DAY) == []


def test_random_arrivals_are_called_silent_once_in_a_hundred_looks_at_most():
    rng = np.random.default_rng(6)
    wrong = 0
    for _ in range(1000):
        days = DAY - 365 + np.flatnonzero(rng.random(366) < rng.choice([0.05, 0.2, 0.6]))
        wrong += len(silences(rows(days), DAY))
    assert wrong <= 10


# -- late data


def test_a_source_later_than_its_gaps_and_loads_explain_is_late():
    both = rows(range(DAY - 60, DAY)) + rows(range(DAY - 60, DAY - 20), source="youzan_orders")
    (found,) = lateness(both, DAY + 1, {})
    assert (found.kind, found.subject, found.since) == ("late", "youzan_orders", "2026-06-10")


def test_a_brand_that_loads_monthly_is_not_late_after_three_weeks():
    kept = rows(range(DAY - 100, DAY - 20))
    assert lateness(kept, DAY, {"tmall_orders": 31}) == []
    assert len(lateness(kept, DAY, {})) == 1


def test_when_every_source_is_late_it_is_said_once():
    both = rows(range(DAY - 60, DAY - 30)) + rows(range(DAY - 60, DAY - 25), source="youzan_orders")
    (found,) = lateness(both, DAY, {})
    assert (found.subject, found.since) == ("all", "2026-06-05")


# -- volume


def test_a_platform_that_sends_a_third_is_a_drop():
    full, part = rows(range(DAY - 300, DAY - 6), n=30), rows(range(DAY - 6, DAY + 1), n=10)
    (found,) = drops(full + part, DAY)
    assert (found.kind, found.subject, found.since) == ("drop", "orders tmall", "2026-06-24")
    assert drops(full + rows(range(DAY - 6, DAY + 1), n=20), DAY) == []


def test_small_volumes_are_not_judged():
    assert drops(rows(range(DAY - 300, DAY - 6), n=2), DAY) == []


# -- figures of the warehouse


def brand_of(per_day: dict[int, int]) -> dict[str, list[dict[str, str]]]:
    """Anonymous orders of 10 each, so many a day."""
    return {"orders": [
        {"order_id": f"{day}-{n}", "platform": "tmall", "paid_amount": "10",
         "paid_at": f"{dt.date(1970, 1, 1) + dt.timedelta(days=day)} 12:00"}
        for day, count in per_day.items() for n in range(count)]}  # fmt: skip


@pytest.fixture
def steady() -> dict[int, int]:
    rng = np.random.default_rng(8)
    return {day: int(rng.poisson(8)) for day in range(DAY - 260, DAY + 1)}


def test_a_planted_spike_is_found_in_orders_and_money(workspace, steady):
    load_plain(workspace, brand_of({**steady, DAY: 60}))
    build.refresh(workspace)
    found = {alert.subject: alert for alert in daily_bands(Facts(workspace.warehouse), DAY)}
    assert set(found) == {"purchases", "paid_amount"}
    assert found["purchases"].since == "2026-06-30"
    assert "above" in found["purchases"].what["en"]


def test_a_spike_inside_a_promotion_is_no_surprise(workspace, steady):
    sale = {"promotions": [{"promotion": "sale", "starts_on": "2026-06-30", "ends_on": "2026-06-30"}]}
    load_plain(workspace, brand_of({**steady, DAY: 60}) | sale)
    build.refresh(workspace)
    assert daily_bands(Facts(workspace.warehouse), DAY) == []


def test_clean_days_raise_nothing(workspace, steady):
    load_plain(workspace, brand_of(steady))
    build.refresh(workspace)
    asked = Asked(DAY, 30, workspace.settings)
    now = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
    nothing = dict.fromkeys(("sustainable_relationships", "A_std", "clv_mean", "touchpoint_gravity"))
    past = {letter: [] for letter in "FAST"}
    assert alerts(workspace, asked, now, data_through=asked.closing_at, values=nothing, past=past) == []


def test_a_day_that_is_not_over_is_not_judged(workspace, steady):
    load_plain(workspace, brand_of({**steady, DAY: 0}))
    build.refresh(workspace)
    asked, now = Asked(DAY, 30, workspace.settings), dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
    nothing = dict.fromkeys(("sustainable_relationships", "A_std", "clv_mean", "touchpoint_gravity"))
    past = {letter: [] for letter in "FAST"}
    noon = asked.closing_at - 12 * 3_600_000_000
    assert alerts(workspace, asked, now, data_through=noon, values=nothing, past=past) == []


def test_a_rate_far_from_its_earlier_windows_is_told(workspace):
    values = {"sustainable_relationships": 9e9, "A_std": 0.9, "clv_mean": 1.0, "touchpoint_gravity": 0.3}
    history = [0.30, 0.31, 0.29, 0.30, 0.32, 0.28, 0.30, 0.31]
    past = {"F": history, "A": history, "S": history, "T": history}
    (found,) = window_bands(values, past, Asked(DAY, 30, workspace.settings))
    assert (found.subject, found.since) == ("A", "2026-06-01")
