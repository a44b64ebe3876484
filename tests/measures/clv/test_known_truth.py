"""Brands drawn with known truth: forecasts before a cut equal what then happened, in all and by tenths, also in season.

Within 5% in all for each brand; within 15% for every tenth, the tenths of three brands taken together: the last tenth
of one brand buys so little that chance alone moves it by a tenth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siyu.measures.asked import Asked
from siyu.measures.clv.backtest import PARTS, Backtest, backtest
from siyu.measures.clv.season import NO_SEASON, TOO_SHORT
from siyu.measures.clv.weeks import months
from tests.measures.clv.drawn_brand import DAY_0, drawn_brand

pytestmark = pytest.mark.slow
CONSUMERS = 150_000
BY_TENTHS = ("purchases", "first_purchases", "own_value", "referral_value")


@pytest.fixture(scope="module")
def brands(tmp_path_factory) -> list[Backtest]:
    """180 days held out of 900, of three brands."""
    return [_tested(tmp_path_factory.mktemp("drawn") / "brand", seed) for seed in range(3)]


def _tested(folder: Path, seed: int) -> Backtest:
    with drawn_brand(folder, seed, consumers=CONSUMERS, days=900) as workspace:
        return backtest(workspace.warehouse, Asked(DAY_0 + 899, 30, workspace.settings), days=180)


@pytest.mark.parametrize("part", PARTS)
def test_the_total_of_each_brand_is_within_5_percent(brands, part):
    assert [abs(tested.parts[part].as_json()["total_error"]) < 0.05 for tested in brands] == [True] * 3


@pytest.mark.parametrize("part", BY_TENTHS)
def test_every_tenth_is_within_15_percent(brands, part):
    for tenths in zip(*(tested.parts[part].deciles() for tested in brands)):
        said, came = (sum(tenth["consumers"] * tenth[what] for tenth in tenths) for what in ("predicted", "actual"))
        assert said == pytest.approx(came, rel=0.15), tenths


@pytest.mark.parametrize("part", ["purchases", "first_purchases", "value_of_buyers", "own_value", "referral_value"])
def test_each_consumer_is_missed_by_less_than_with_the_mean(brands, part):
    for tested in brands:
        compared = tested.parts[part].as_json()
        assert compared["mae"] < compared["mae_naive"]


def test_a_brand_that_is_too_young_has_no_season(brands):
    assert (brands[0].models.season.clock.index, brands[0].models.season.reason) == (None, TOO_SHORT)


@pytest.mark.parametrize("seed", [3, 4])
def test_a_season_is_found_and_forecast(tmp_path, seed):
    pace = 1 + 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)
    days = months(DAY_0 + np.arange(1200))
    with drawn_brand(tmp_path / "brand", seed, consumers=60_000, days=1200, season=pace[days]) as workspace:
        tested = backtest(workspace.warehouse, Asked(DAY_0 + 1199, 30, workspace.settings), days=60)
    assert tested.models.season.clock.index == pytest.approx(pace, abs=0.1)
    for part in ("purchases", "first_purchases", "own_value", "referral_value"):
        assert abs(tested.parts[part].as_json()["total_error"]) < 0.05, part


def test_equal_months_are_no_season(tmp_path):
    with drawn_brand(tmp_path / "brand", 5, consumers=5_000, days=1000) as workspace:
        tested = backtest(workspace.warehouse, Asked(DAY_0 + 999, 30, workspace.settings), days=60)
    assert (tested.models.season.years, tested.models.season.reason) == (2, NO_SEASON)
