"""Pareto/NBD against Fader & Hardie (2005) on CDNOW, the closed form in 2F1, and buyers drawn from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gamma, hyp2f1

from siyu.measures.clv.pareto_nbd import ParetoNBD
from siyu.measures.clv.summary import Histories
from tests.measures.clv import simulated
from tests.measures.clv.checks import assert_calibrated, assert_gradient, fixed

PUBLISHED = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
DRAWN_WITH = (0.8, 6.0, 0.7, 15.0)


@pytest.fixture(scope="module")
def fitted(cdnow):
    return ParetoNBD().fit(cdnow.summary.frequency, cdnow.summary.recency, cdnow.summary.T)


def test_cdnow_parameters_are_the_published_ones(fitted):
    assert {symbol: round(value, 3) for symbol, value in fitted.params_.items()} == PUBLISHED
    assert fitted.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)


def test_forecasts_are_those_of_lifetimes(fitted):
    # lifetimes 0.11.3 on the same data: a newcomer and a heavy buyer in 52 weeks.
    assert fitted.expected_purchases_new(52)[0] == pytest.approx(1.4734, abs=5e-4)
    assert fitted.expected_purchases(52, 26, 30.86, 31)[0] == pytest.approx(25.456, abs=5e-3)
    assert fitted.probability_alive(26, 30.86, 31)[0] == pytest.approx(0.9979, abs=5e-5)


def test_published_probability_alive(fitted):
    # The manual of R's BTYD, pnbd.PAlive on CDNOW: 0.2941633 without repeat purchases, 1 with 23 up to the last day.
    assert fitted.probability_alive([0, 23], [0, 39], 39) == pytest.approx([0.29416, 1], abs=2e-4)


@pytest.mark.parametrize(("alpha", "beta"), [(10.6, 11.7), (11.7, 10.6), (3.0, 90.0), (90.0, 3.0)])
@pytest.mark.parametrize(("x", "t_x"), [(0, 0.0), (2, 30.43), (12, 38.0)])
def test_likelihood_equals_the_difference_of_2f1(alpha, beta, x, t_x):
    r, s, T = 0.55, 0.6, 38.86
    first = 1 / ((alpha + T) ** (r + x) * (beta + T) ** s)
    a0 = _primitive(r, alpha, s, beta, x, t_x) - _primitive(r, alpha, s, beta, x, T)
    expected = np.log(gamma(r + x) / gamma(r) * alpha**r * beta**s * (first + s / (r + s + x) * a0))
    value, _ = ParetoNBD()._likelihood(Histories.of(x, t_x, T))(np.array([r, alpha, s, beta]))
    assert value == pytest.approx(expected, rel=1e-9)


def _primitive(r, alpha, s, beta, x, t):
    high, low = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else r + x
    return hyp2f1(r + s + x, second, r + s + x + 1, (high - low) / (high + t)) / (high + t) ** (r + s + x)


@pytest.mark.parametrize("params", [(0.5, 10.0, 0.6, 12.0), (0.5, 30.0, 0.6, 2.0), (1.5, 2.0, 1.2, 60.0)])
def test_gradient_is_the_likelihood_s(params):
    assert_gradient(ParetoNBD(), params)


def test_parameters_of_drawn_buyers_are_recovered():
    model = ParetoNBD().fit(*simulated.pareto_nbd(DRAWN_WITH, 50_000).history)
    for (symbol, value), true in zip(model.params_.items(), DRAWN_WITH):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


def test_forecasts_and_alive_agree_with_drawn_buyers():
    assert_calibrated(fixed(ParetoNBD, DRAWN_WITH), simulated.pareto_nbd(DRAWN_WITH, 400_000), ahead=26.0)


def test_forecast_passes_smoothly_through_s_of_1():
    near = [fixed(ParetoNBD, (0.5, 10.0, s, 12.0)).expected_purchases_new(52)[0] for s in (1 - 1e-7, 1.0, 1 + 1e-7)]
    assert near == pytest.approx([near[1]] * 3, rel=1e-5)
