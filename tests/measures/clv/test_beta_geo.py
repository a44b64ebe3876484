"""BG/NBD against Fader, Hardie, Lee (2005) on CDNOW, its closed forms, and buyers drawn from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from siyu.measures.clv.beta_geo import BetaGeo
from tests.measures.clv import simulated
from tests.measures.clv.checks import assert_calibrated, assert_gradient, fixed

PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
DRAWN_WITH = (0.6, 5.0, 0.8, 2.5)


@pytest.fixture(scope="module")
def fitted(cdnow):
    return BetaGeo().fit(cdnow.summary.frequency, cdnow.summary.recency, cdnow.summary.T)


def test_cdnow_parameters_are_the_published_ones(fitted):
    assert {symbol: round(value, 3) for symbol, value in fitted.params_.items()} == PUBLISHED
    assert fitted.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    assert (fitted.converged_, fitted.degenerate_, fitted.n_) == (True, None, 2357)


def test_cdnow_forecast_of_the_paper_s_buyer(fitted):
    assert fitted.expected_purchases(39, 2, 30.43, 38.86)[0] == pytest.approx(1.226, abs=5e-4)


def test_forecasts_are_those_of_lifetimes(fitted):
    # lifetimes 0.11.3 on the same data: a heavy buyer and a newcomer in 52 weeks, P(alive) of the paper's buyer.
    assert fitted.expected_purchases(52, 26, 30.86, 31)[0] == pytest.approx(25.7590, abs=5e-4)
    assert fitted.expected_purchases_new(52)[0] == pytest.approx(1.4440, abs=1e-4)
    assert fitted.probability_alive(2, 30.43, 38.86)[0] == pytest.approx(0.7266, abs=5e-5)


def test_one_without_repeat_purchases_is_alive(fitted):
    assert fitted.probability_alive([0, 0], [0, 0], [1, 500]).tolist() == [1, 1]


def test_alive_follows_the_closed_form(fitted):
    r, alpha, a, b = fitted.params_.values()
    odds = a / (b + 2 - 1) * ((alpha + 38.86) / (alpha + 30.43)) ** (r + 2)
    assert fitted.probability_alive(2, 30.43, 38.86)[0] == pytest.approx(1 / (1 + odds), rel=1e-12)


@pytest.mark.parametrize("x", [0, 1, 5, 40])
def test_forecast_equals_equation_10(fitted, x):
    r, alpha, a, b = fitted.params_.values()
    T, t = 39.0, 26.0
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    alive = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series)
    t_x = 30.0 if x else 0.0
    expected = alive * fitted.probability_alive(x, t_x, T)[0]
    assert fitted.expected_purchases(t, x, t_x, T)[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("t", [1.0, 52.0, 520.0])
def test_forecast_of_newcomers_equals_equation_9_for_any_parameters(t):
    random = np.random.default_rng(9)
    for r, alpha, a, b in np.exp(random.uniform([-2, -1, -2, -1], [2, 4, 2, 4], (200, 4))):
        series = hyp2f1(r, b, a + b - 1, t / (alpha + t))
        expected = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * series)
        assert fixed(BetaGeo, (r, alpha, a, b)).expected_purchases_new(t)[0] == pytest.approx(expected, rel=1e-6)


def test_gradient_is_the_likelihood_s():
    assert_gradient(BetaGeo(), (0.3, 4.0, 0.7, 2.0))


def test_parameters_of_drawn_buyers_are_recovered():
    drawn = simulated.beta_geo(DRAWN_WITH, 50_000)
    model = BetaGeo().fit(*drawn.history)
    for (symbol, value), true in zip(model.params_.items(), DRAWN_WITH):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


def test_forecasts_and_alive_agree_with_drawn_buyers():
    assert_calibrated(fixed(BetaGeo, DRAWN_WITH), simulated.beta_geo(DRAWN_WITH, 400_000), ahead=26.0)


def test_weights_count_buyers():
    distinct = np.array([[0, 1, 1, 3, 6], [0, 5, 9, 20, 30], [30, 30, 31, 32, 33]])
    counts = np.array([6, 2, 2, 1, 1])
    once, each = BetaGeo().fit(*distinct, counts), BetaGeo().fit(*np.repeat(distinct, counts, axis=1))
    assert once.log_likelihood_ == pytest.approx(each.log_likelihood_, rel=1e-9)
    assert once.n_ == each.n_ == 12


def test_forecast_passes_smoothly_through_a_of_1():
    near = [fixed(BetaGeo, (0.3, 4.0, a, 2.5)).expected_purchases_new(52)[0] for a in (1 - 1e-7, 1.0, 1 + 1e-7)]
    assert near == pytest.approx([near[1]] * 3, rel=1e-5)
