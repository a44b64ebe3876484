"""Histories from the warehouse equal an independent SQL over the facts; back-tests count what came after them."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.core.errors import MeasureError
from siyu.core.time import date_of, day_of
from siyu.measures.asked import Asked
from siyu.measures.build import refresh
from siyu.measures.clv.backtest import backtest
from siyu.measures.clv.histories import summary
from siyu.measures.clv.summary import Summary
from tests.breadth import wide
from tests.measures.random_brand import AS_OF
from tests.measures.reference import cursor_of, occasions
from tests.measures.test_parity import brand_in


@pytest.mark.parametrize("seed", wide(range(4), always=2))
def test_histories_equal_the_sql_reference(tmp_path, seed):
    as_of = AS_OF[seed % len(AS_OF)]
    with brand_in(tmp_path / "brand", seed) as workspace:
        refresh(workspace)
        found = summary(workspace.warehouse, Asked(day_of(as_of), 30, workspace.settings))
        with occasions(cursor_of(workspace), workspace.settings, as_of) as own:
            rows = own.execute("SELECT consumer_id, paid_day, net FROM occasion").fetchall()
    buyer, day, net = (np.array(column) for column in zip(*rows))
    wanted = Summary.of_purchases(buyer, day, net.astype(float), end_day=day_of(as_of))
    assert len(found.frequency) > 5
    for name in ("buyer", "frequency", "recency", "T", "monetary_value"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12, err_msg=name)


@pytest.mark.slow
def test_a_back_test_counts_what_came_after_the_cut(tmp_path):
    as_of = AS_OF[0]
    with brand_in(tmp_path / "brand", 5, consumers=200) as workspace:
        refresh(workspace)
        tested = backtest(workspace.warehouse, Asked(day_of(as_of), 30, workspace.settings), days=120)
        cut = date_of(tested.cut_day)
        with occasions(cursor_of(workspace), workspace.settings, cut) as own:
            known = {row[0] for row in own.execute("SELECT consumer_id FROM occasion").fetchall()}
        with occasions(cursor_of(workspace), workspace.settings, as_of) as own:
            later = own.execute("SELECT DISTINCT consumer_id, paid_day FROM occasion").fetchall()
    document = tested.as_json()
    assert document["buyers"] == len(known)
    assert document["actual_total"] == sum(day > tested.cut_day and buyer in known for buyer, day in later) > 0
    assert sum(d["consumers"] for d in document["deciles"]) == document["buyers"]
    told = sum(d["predicted"] * d["consumers"] for d in document["deciles"])
    assert told == pytest.approx(document["predicted_total"])
    forecasts = [d["predicted"] for d in document["deciles"]]
    assert forecasts == sorted(forecasts, reverse=True)


def test_a_holdout_before_the_first_buyer_is_refused(tmp_path):
    with brand_in(tmp_path / "brand", 3) as workspace:
        refresh(workspace)
        asked = Asked(day_of(AS_OF[0]), 30, workspace.settings)
        with pytest.raises(MeasureError, match="Nobody had bought"):
            backtest(workspace.warehouse, asked, days=20_000)
        with pytest.raises(MeasureError, match="1 day or more"):
            backtest(workspace.warehouse, asked, days=0)
