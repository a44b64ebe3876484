"""Intervals and the next purchase, against buyers drawn from the models."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from siyu.measures.clv.beta_geo import BetaGeo
from siyu.measures.clv.empirical_bayes import EmpiricalBayesMean
from siyu.measures.clv.gamma_gamma import GammaGamma
from siyu.measures.clv.pareto_nbd import ParetoNBD
from siyu.measures.clv.predictive import counts, counts_of_newcomers, money
from tests.measures.clv import simulated
from tests.measures.clv.checks import fixed

BG, PARETO = (1.2, 14.0, 0.7, 4.0), (0.9, 10.0, 0.8, 30.0)
AHEAD = 52.0


def of(model, drawn, ahead=AHEAD):
    """Predictive purchases of drawn buyers."""
    alive = model.probability_alive(*drawn.history)
    mean = model.expected_purchases(ahead, *drawn.history) / np.maximum(alive, 1e-300)
    return counts(alive, model.rate(drawn.x, drawn.T)[0], mean)


@pytest.fixture(scope="module")
def drawn():
    return simulated.beta_geo(BG, 100_000, weeks=104.0, ahead=AHEAD)


def test_counts_without_leaving_are_negative_binomial():
    shape, mean = np.array([0.4, 3.0, 25.0]), np.array([0.2, 5.0, 12.0])
    found = counts(np.ones(3), shape, mean)
    for tail, bound in ((0.1, found.low), (0.9, found.high)):
        assert bound.tolist() == nbinom.ppf(tail, shape, shape / (shape + mean)).tolist()
    assert found.none == pytest.approx(nbinom.pmf(0, shape, shape / (shape + mean)))
    assert found.square - found.mean**2 == pytest.approx(nbinom.var(shape, shape / (shape + mean)))


@pytest.mark.parametrize(("model", "params", "draw"), [
    (BetaGeo, BG, simulated.beta_geo), (ParetoNBD, PARETO, simulated.pareto_nbd)])  # fmt: skip
def test_four_of_five_drawn_buyers_buy_within_the_interval(model, params, draw):
    drawn = draw(params, 50_000, weeks=104.0, ahead=AHEAD)
    found = of(fixed(model, params), drawn)
    assert (drawn.future > found.high).mean() < 0.11  # whole numbers: at most a tenth, leaving taken into the mean
    assert (drawn.future < found.low).mean() < 0.11
    assert (drawn.future == 0).mean() == pytest.approx(found.none.mean(), abs=0.03)


def test_four_of_five_drawn_buyers_spend_within_the_interval(drawn):
    random = np.random.default_rng(5)
    p, q, v = 6.0, 4.0, 90.0
    scale = random.gamma(q, 1 / v, len(drawn.x))
    mean_seen = np.where(drawn.x > 0, random.gamma(np.maximum(p * drawn.x, 1), 1) / np.maximum(drawn.x, 1) / scale, 0.0)
    spent = np.where(drawn.future > 0, random.gamma(np.maximum(p * drawn.future, 1), 1) / scale, 0.0)
    found = money(of(fixed(BetaGeo, BG), drawn), *fixed(GammaGamma, (p, q, v)).moments(drawn.x, mean_seen))
    assert found.mean.sum() == pytest.approx(spent.sum(), rel=0.02)
    assert (spent > found.high).mean() == pytest.approx(0.1, abs=0.015)
    assert (spent < found.low).mean() < 0.11


def test_who_has_not_bought_buys_none_or_the_first_and_more():
    found = counts_of_newcomers(np.array([[0.1, 0.2], [0.0, 0.95]]), np.array([2.0, 1.0]), 1.0)
    assert found.none.tolist() == pytest.approx([0.7, 0.05])
    assert found.mean.tolist() == pytest.approx([0.1 * 3 + 0.2 * 2, 0.95 * 2])
    assert (found.low.tolist(), found.high[0] > 0) == ([0.0, 1.0], True)


@pytest.mark.parametrize(("model", "params", "draw"), [
    (BetaGeo, BG, simulated.beta_geo), (ParetoNBD, PARETO, simulated.pareto_nbd)])  # fmt: skip
def test_half_of_the_drawn_buyers_have_bought_again_by_the_day_named(model, params, draw):
    drawn = draw(params, 40_000, weeks=104.0, ahead=20.0)
    wait = fixed(model, params).weeks_to_next(*drawn.history)
    near = np.abs(wait - 20.0) < 3.0
    assert near.sum() > 300
    assert (drawn.future[near] > 0).mean() == pytest.approx(0.5, abs=0.06)


def test_who_has_left_has_no_next_purchase():
    model = fixed(BetaGeo, BG)
    assert model.probability_alive(8, 10, 104)[0] < 0.5
    assert model.weeks_to_next([8], [10], [104])[0] == np.inf


def test_where_nobody_leaves_the_next_purchase_is_the_median_of_its_time():
    wait = fixed(EmpiricalBayesMean, (1.0, 10.0)).weeks_to_next([1], [5], [20])[0]
    assert 1 - (30 / (30 + wait)) ** 2 == pytest.approx(0.5)
