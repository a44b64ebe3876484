"""MBG/NBD: its likelihood from Batislam et al. (2007) written out, and buyers drawn from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import beta, gamma

from siyu.measures.clv.modified_beta_geo import ModifiedBetaGeo
from siyu.measures.clv.summary import Histories
from tests.measures.clv import simulated
from tests.measures.clv.checks import assert_calibrated, assert_gradient, fixed

DRAWN_WITH = (0.8, 5.0, 0.9, 2.0)


def test_likelihood_is_the_paper_s():
    r, alpha, a, b = 0.5, 6.2, 0.9, 1.6
    x, t_x, T = 2, 30.43, 38.86
    stays = beta(a, b + x + 1) / (alpha + T) ** (r + x)
    leaves = beta(a + 1, b + x) / (alpha + t_x) ** (r + x)
    expected = gamma(r + x) / gamma(r) * alpha**r * (stays + leaves) / beta(a, b)
    value, _ = ModifiedBetaGeo()._likelihood(Histories.of(x, t_x, T))(np.array([r, alpha, a, b]))
    assert value == pytest.approx(np.log(expected), rel=1e-12)


def test_cdnow_parameters_are_those_of_lifetimes(cdnow):
    # lifetimes 0.11.3 on the same data.
    model = ModifiedBetaGeo().fit(cdnow.summary.frequency, cdnow.summary.recency, cdnow.summary.T)
    assert list(model.params_.values()) == pytest.approx([0.525, 6.183, 0.891, 1.614], abs=1e-3)


def test_gradient_is_the_likelihood_s():
    assert_gradient(ModifiedBetaGeo(), (0.5, 6.0, 0.9, 1.6))


def test_parameters_of_drawn_buyers_are_recovered():
    model = ModifiedBetaGeo().fit(*simulated.beta_geo(DRAWN_WITH, 50_000, first_counts=1).history)
    for (symbol, value), true in zip(model.params_.items(), DRAWN_WITH):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


def test_forecasts_and_alive_agree_with_drawn_buyers():
    drawn = simulated.beta_geo(DRAWN_WITH, 400_000, first_counts=1)
    assert_calibrated(fixed(ModifiedBetaGeo, DRAWN_WITH), drawn, ahead=26.0)


def test_newcomers_buy_as_drawn_ones_do():
    drawn = simulated.beta_geo(DRAWN_WITH, 400_000, first_counts=1)
    expected = fixed(ModifiedBetaGeo, DRAWN_WITH).expected_purchases_new(drawn.T)
    assert drawn.x.mean() == pytest.approx(expected.mean(), rel=0.01)


def test_one_without_repeat_purchases_may_have_left():
    assert 0 < fixed(ModifiedBetaGeo, DRAWN_WITH).probability_alive(0, 0, 500)[0] < 0.2
