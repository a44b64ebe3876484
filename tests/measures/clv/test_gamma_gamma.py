"""Gamma-Gamma against Fader & Hardie (2013) on CDNOW, drawn spends, and what it says of data it cannot fit."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.core.errors import MeasureError
from siyu.measures.clv.gamma_gamma import GammaGamma, _Likelihood
from tests.measures.clv.checks import assert_gradient, fixed


def drawn(p, q, v, buyers=50_000):
    random = np.random.default_rng(3)
    x = random.integers(1, 8, buyers)
    scale = random.gamma(q, 1 / v, buyers)
    return x, random.gamma(p * x, 1 / (scale * x)), p / scale


def test_cdnow_parameters_are_the_published_ones(cdnow):
    model = GammaGamma().fit(cdnow.summary.frequency, cdnow.summary.monetary_value)
    assert {symbol: round(value, 2) for symbol, value in model.params_.items()} == {"p": 6.25, "q": 3.74, "v": 15.44}
    assert (model.n_, model.converged_) == (946, True)


def test_who_has_no_repeat_purchases_has_the_mean_of_the_population():
    # p v / (q - 1) with the published parameters of CDNOW.
    assert fixed(GammaGamma, (6.25, 3.74, 15.44)).expected_spend(0, 0)[0] == pytest.approx(35.2, abs=0.05)


def test_expected_spend_lies_between_own_mean_and_that_of_all():
    model = fixed(GammaGamma, (6.25, 3.74, 15.44))
    few, many = model.expected_spend([1, 100], [100.0, 100.0])
    assert 35.2 < few < many < 100


def test_gradient_is_the_likelihood_s():
    likelihood = _Likelihood(np.array([1.0, 2, 2, 9]), np.array([3.0, 40, 7, 12]), np.array([1.0, 2, 1, 3]))
    assert_gradient(GammaGamma(), (2.0, 3.0, 12.0), likelihood)


def test_parameters_of_drawn_buyers_are_recovered():
    x, z, _ = drawn(6.0, 4.0, 15.0)
    model = GammaGamma().fit(x, z)
    for (symbol, value), true in zip(model.params_.items(), (6.0, 4.0, 15.0)):
        assert abs(value - true) < 3.5 * model.se_[symbol], symbol


def test_expected_spend_is_the_mean_of_drawn_buyers():
    x, z, mean = drawn(6.0, 4.0, 15.0, 200_000)
    expected = fixed(GammaGamma, (6.0, 4.0, 15.0)).expected_spend(x, z)
    for high in (False, True):
        group = (z > 20) == high
        assert expected[group].mean() == pytest.approx(mean[group].mean(), rel=0.01)


def test_the_unit_of_money_does_not_matter():
    x, z, _ = drawn(6.0, 4.0, 15.0, 2_000)
    major, minor = GammaGamma().fit(x, z), GammaGamma().fit(x, z * 100)
    assert minor.params_["v"] == pytest.approx(100 * major.params_["v"], rel=1e-4)
    assert minor.expected_spend(x, z * 100) == pytest.approx(100 * major.expected_spend(x, z), rel=1e-5)


@pytest.mark.parametrize(("x", "z", "reason"), [
    ([0, 0], [0, 0], "no repeat purchases with a positive value"),
    ([3, 0], [5, 0], "a single repeat buyer"),
    ([3, 1, 2], [5, 5, 5], "all repeat buyers spend the same"),
])  # fmt: skip
def test_data_without_information_are_named_and_still_forecast(x, z, reason):
    model = GammaGamma().fit(x, z)
    assert (model.degenerate_, model.converged_) == (reason, False)
    spend = model.expected_spend(x, z)
    assert np.isfinite(spend).all()
    assert (spend >= 0).all()


def test_columns_of_different_length_are_refused():
    with pytest.raises(MeasureError, match="one length"):
        GammaGamma().fit([1, 2], [3.0])
