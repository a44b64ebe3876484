"""sBG against the tables of Fader & Hardie (2007), periods drawn from it, and data without information."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.core.errors import MeasureError
from siyu.measures.clv.shifted_beta_geometric import ShiftedBetaGeometric, _Likelihood, of_survivors
from tests.measures.clv.checks import assert_gradient

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
CALIBRATED = 8  # years 0 to 7 give the parameters; the rest are the later years of the same table 1


@pytest.mark.parametrize(("survivors", "alpha", "beta"), [(REGULAR, 0.704, 1.182), (HIGH_END, 0.668, 3.806)])
def test_parameters_are_the_published_ones(survivors, alpha, beta):
    model = ShiftedBetaGeometric().fit(*of_survivors(survivors[:CALIBRATED]))
    assert list(model.params_.values()) == pytest.approx([alpha, beta], abs=5e-4)
    assert (model.converged_, model.n_) == (True, 1000)


@pytest.mark.parametrize("survivors", [REGULAR, HIGH_END])
def test_projected_survival_stays_near_the_actual_one(survivors):
    model = ShiftedBetaGeometric().fit(*of_survivors(survivors[:CALIBRATED]))
    projected = 1000 * model.survival(np.arange(13))
    assert projected == pytest.approx(survivors, abs=25)


def test_hazard_is_what_survival_loses():
    model = ShiftedBetaGeometric().fit(*of_survivors(REGULAR))
    survival = model.survival(np.arange(13))
    assert model.hazard(np.arange(1, 13)) == pytest.approx(1 - survival[1:] / survival[:-1], rel=1e-9)


def test_gradient_is_the_likelihood_s():
    periods, happened, weights = of_survivors(HIGH_END)
    assert_gradient(ShiftedBetaGeometric(), (0.7, 3.0), _Likelihood(periods, happened, weights))


def test_parameters_of_drawn_periods_are_recovered():
    random = np.random.default_rng(11)
    period, seen = random.geometric(random.beta(0.7, 3.0, 50_000)), random.integers(1, 13, 50_000)
    model = ShiftedBetaGeometric().fit(np.minimum(period, seen), period <= seen)
    for (symbol, value), true in zip(model.params_.items(), (0.7, 3.0)):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


@pytest.mark.parametrize(("periods", "happened", "reason"), [
    ([3, 5], [False, False], "it has happened to nobody"),
    ([1, 1], [True, True], "it has happened to everyone in the first period"),
    ([0], [False], "it has happened to nobody"),
])  # fmt: skip
def test_data_without_information_are_named_and_still_forecast(periods, happened, reason):
    model = ShiftedBetaGeometric().fit(periods, happened)
    assert (model.degenerate_, model.converged_) == (reason, False)
    for curve in (model.survival(np.arange(100)), model.hazard(np.arange(1, 100))):
        assert ((curve >= 0) & (curve <= 1)).all()


def test_equal_chances_for_all_are_named():
    model = ShiftedBetaGeometric().fit(*of_survivors(1000 * 0.8 ** np.arange(8)))
    assert model.degenerate_ is not None
    assert model.hazard(3)[0] == pytest.approx(0.2, abs=1e-3)


def test_rows_first_seen_late_give_the_parameters_of_all():
    random = np.random.default_rng(12)
    period, since = random.geometric(random.beta(0.7, 3.0, 80_000)), random.integers(0, 6, 80_000)
    there = period > since
    model = ShiftedBetaGeometric().fit(np.minimum(period, 12)[there], (period <= 12)[there], entered=since[there])
    for (symbol, value), true in zip(model.params_.items(), (0.7, 3.0)):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


def test_gradient_of_rows_first_seen_late_is_the_likelihood_s():
    rows = np.array([4.0, 6, 9]), np.array([True, False, True]), np.array([3.0, 2, 5]), np.array([1.0, 4, 0])
    assert_gradient(ShiftedBetaGeometric(), (0.7, 3.0), _Likelihood(*rows))


def test_happening_in_period_0_is_refused():
    with pytest.raises(MeasureError, match="at least 1"):
        ShiftedBetaGeometric().fit([0], [True])
