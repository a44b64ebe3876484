"""Scores of random brands: everyone has one, nothing is negative or out of its interval, and the sums are the rows'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from siyu.core.errors import MeasureError
from siyu.core.time import day_of
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.clv.outlook import outlook
from siyu.measures.clv.scores import score
from siyu.store.tables import CLV_SCORE
from tests.measures.random_brand import AS_OF
from tests.measures.test_parity import brand_in

#: Two forecasts and an outlook of one brand take as long as the tests of all models apart.
pytestmark = pytest.mark.slow
INTERVALS = (("purchases_low", "purchases_high"), ("own_low", "own_high"), ("referral_low", "referral_high"))


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> Iterator[tuple[dict[str, Any], pa.Table, dict[str, Any]]]:
    """The document, the rows and the outlook of a random brand."""
    with brand_in(tmp_path_factory.mktemp("scores") / "brand", 3, consumers=150) as workspace:
        refresh(workspace)
        asked = Asked(day_of(AS_OF[0]), 30, workspace.settings)
        looked = outlook(workspace.warehouse, asked, days=365, holdout_days=120)
        for days in (30, 365):
            document = score(workspace.warehouse, asked, days=days).as_json()
        yield document, workspace.warehouse.arrow(CLV_SCORE.expr()), looked


def column(rows: pa.Table, name: str) -> np.ndarray:
    return rows[name].to_numpy(zero_copy_only=False).astype(float)


def test_every_role_has_scores_and_each_consumer_one(scored):
    document, rows, _ = scored
    assert rows.num_rows == document["consumers"] == len(pc.unique(rows["consumer_id"]))
    roles = {"basic", "member_unpurchased", "member_first", "member_repeat", "koc", "buyer_outside_f"}
    assert set(rows["role"].to_pylist()) == set(document["by_role"]) == roles
    assert set(rows["horizon_days"].to_pylist()) == {365}


def test_nothing_is_negative_or_missing(scored):
    _, rows, _ = scored
    for name in ("p_purchase", "expected_purchases", "expected_spend", "predicted_own", "predicted_referral"):
        assert (column(rows, name) >= 0).all(), name
    assert (column(rows, "p_purchase") <= 1).all()


def test_where_the_model_knows_no_leaving_nobody_is_said_to_be_alive(scored):
    document, rows, _ = scored
    assert document["purchases"]["model"] == "empirical_bayes"
    assert document["not_measurable"] == {"p_alive": "not measurable: the model does not know leaving"}
    assert (document["expected_alive"], rows["p_alive"].null_count) == (None, rows.num_rows)


@pytest.mark.parametrize(("low", "high"), INTERVALS)
def test_intervals_are_in_order(scored, low, high):
    _, rows, _ = scored
    assert (column(rows, low) <= column(rows, high)).all()
    assert (column(rows, high) > 0).any()


def test_totals_are_historic_and_predicted(scored):
    _, rows, _ = scored
    parts = ("historic_own", "historic_referral", "predicted_own", "predicted_referral")
    assert column(rows, "total_clv") == pytest.approx(sum(column(rows, name) for name in parts))


def test_the_next_purchase_lies_ahead(scored):
    document, rows, _ = scored
    assert document["horizon_days"] == 365
    days = column(rows, "next_purchase_day")
    ahead = days[np.isfinite(days)] - column(rows, "as_of_day")[0]
    assert len(ahead) > 10
    assert (ahead >= 0).all()


def test_sums_by_role_are_those_of_the_rows_and_of_the_outlook(scored):
    document, rows, looked = scored
    for role, sums in document["by_role"].items():
        of = np.array(rows["role"].to_pylist()) == role
        assert sums["consumers"] == of.sum()
        assert sums["predicted_own"]["value"] == pytest.approx(column(rows, "predicted_own")[of].sum())
        assert sums["predicted_own"]["low"] <= sums["predicted_own"]["value"] <= sums["predicted_own"]["high"]
        assert sums["historic_own"] == column(rows, "historic_own")[of].sum()
    assert looked["by_role"] == document["by_role"]
    assert looked["all"]["consumers"] == document["consumers"]
    assert looked["backtest"]["holdout_days"] == 120


def test_a_horizon_is_a_day_or_more(tmp_path):
    with brand_in(tmp_path / "brand", 3) as workspace, pytest.raises(MeasureError, match="1 day or more"):
        score(workspace.warehouse, Asked(day_of(AS_OF[0]), 30, workspace.settings), days=0)


def test_without_buyers_there_is_no_forecast(tmp_path):
    with brand_in(tmp_path / "brand", 3) as workspace:
        refresh(workspace)
        with pytest.raises(MeasureError, match="at least one buyer"):
            score(workspace.warehouse, Asked(0, 30, workspace.settings))
