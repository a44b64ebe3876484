"""The ladder: it names what it left and why, and whatever the data, its forecasts can be used."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.core.errors import MeasureError
from siyu.measures.clv.ladder import MODELS, fit
from siyu.measures.clv.summary import Summary
from tests.breadth import wide
from tests.measures.clv import simulated
from tests.measures.clv.checks import fixed

NAMES = sorted(MODELS)


def of(*rows) -> Summary:
    return Summary(*(np.array(column, dtype=float) for column in zip(*rows)))


def assert_usable(model, summary: Summary) -> None:
    columns = summary.frequency, summary.recency, summary.T
    forecasts = [model.expected_purchases(t, *columns) for t in (0.0, 1.0, 52.0, 1e4)]
    for values in (*forecasts, model.expected_purchases_new([0.0, 52.0]), model.probability_alive(*columns)):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (model.probability_alive(*columns) <= 1).all()


def test_json_has_exactly_the_promised_keys(cdnow):
    shown = fit(cdnow.summary).as_json()
    assert list(shown) == ["model", "params", "se", "log_likelihood", "n", "unit", "converged", "fallback"]
    assert (shown["model"], shown["unit"], shown["converged"], shown["fallback"]) == ("bg_nbd", "week", True, None)
    assert json.loads(json.dumps(shown)) == shown


@pytest.mark.parametrize(("summary", "reason"), [
    (of((0, 0, 5), (0, 0, 9)), "no repeat purchases"),
    (of((3, 2, 5)), "a single buyer"),
    (of((3, 2, 5), (3, 2, 5)), "all histories are equal"),
    (of((2, 0, 0), (1, 0, 0)), "no time has passed"),
])  # fmt: skip
def test_data_without_information_are_named(summary, reason):
    shown = fit(summary)
    assert shown.as_json()["model"] == "empirical_bayes"
    assert shown.fallback["from"] == "bg_nbd"
    assert shown.fallback["reason"].startswith(reason)
    assert_usable(shown.model, summary)


def test_the_last_rung_says_when_it_too_has_nothing_to_fit():
    shown = fit(of((0, 0, 5), (0, 0, 9))).as_json()
    assert (shown["model"], shown["converged"], shown["se"]) == ("empirical_bayes", False, {"r": None, "alpha": None})
    assert shown["fallback"]["reason"].endswith("empirical_bayes: no repeat purchases")
    asked = fit(of((0, 0, 5), (0, 0, 9)), "empirical_bayes")
    assert asked.fallback == {"from": "empirical_bayes", "reason": "no repeat purchases"}


def test_only_the_last_rung_knows_no_leaving():
    assert [name for name, model in MODELS.items() if not model.leaves] == ["empirical_bayes"]


@pytest.mark.parametrize("name", ["bg_nbd", "pareto_nbd"])
def test_buyers_who_never_leave_have_no_dropout_to_identify(name):
    drawn = simulated.pareto_nbd((0.8, 6.0, 1.0, 1e9), 3_000)
    shown = fit(Summary(*drawn.history), name)
    assert shown.as_json()["model"] == "empirical_bayes"
    assert shown.fallback["from"] == name
    assert shown.fallback["reason"].startswith("dropout is not identified")
    assert list(shown.model.params_.values()) == pytest.approx([0.8, 6.0], rel=0.15)


def test_unknown_model_is_refused():
    with pytest.raises(MeasureError, match="Unknown purchase model 'arima'"):
        fit(of((1, 1, 2)), "arima")


HISTORY = st.tuples(st.integers(0, 60), st.floats(0, 1), st.floats(0, 3000)).map(
    lambda h: (h[0], h[1] * h[2] if h[0] else 0.0, h[2]))  # fmt: skip
FEW = st.lists(HISTORY, min_size=1, max_size=6)
#: Cases of a claim: each is a fit or several.
MOST = wide((6, 60), always=1)


@pytest.mark.parametrize("most", MOST)
def test_any_few_histories_converge_or_say_what_they_fell_back_to(most):
    @settings(max_examples=most)
    @given(rows=FEW, name=st.sampled_from(NAMES), times=st.integers(1, 30))
    def claim(rows, name, times):
        summary = of(*(rows * times))
        shown = fit(summary, name)
        assert shown.model.converged_ or shown.fallback["reason"].endswith(shown.model.degenerate_)
        assert (shown.fallback is None) == (shown.model.converged_ and shown.model.name == name)
        assert shown.fallback is None or shown.fallback["from"] == name
        assert np.isfinite(shown.model.log_likelihood_)
        assert_usable(shown.model, summary)

    claim()


@pytest.mark.parametrize("most", MOST)
def test_even_a_degenerate_fit_itself_forecasts_finite_numbers(most):
    @settings(max_examples=most)
    @given(rows=FEW, name=st.sampled_from(NAMES))
    def claim(rows, name):
        summary = of(*rows)
        model = MODELS[name]().fit(summary.frequency, summary.recency, summary.T)
        assert model.converged_ or model.degenerate_ is not None
        assert (model.weeks_to_next(summary.frequency, summary.recency, summary.T) >= 0).all()
        assert_usable(model, summary)

    claim()


POSITIVE = st.floats(-11, 11).map(np.exp).map(float)


@settings(max_examples=60)
@given(rows=FEW, name=st.sampled_from(NAMES), params=st.lists(POSITIVE, min_size=4, max_size=4))
def test_any_parameters_forecast_finite_numbers(rows, name, params):
    assert_usable(fixed(MODELS[name], params), of(*rows))


def test_a_model_not_fitted_says_so():
    with pytest.raises(MeasureError, match="not fitted"):
        MODELS["bg_nbd"]().expected_purchases_new(1)
