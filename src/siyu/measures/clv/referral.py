"""Referral: what a consumer is expected to bring by sharing, from what the last year of sharing brought.

Purchases credited to a sharer are Poisson with a gamma-distributed rate (NBD), so that who brought none still brings a
little and who brought many is drawn towards the brand's mean; their mean value is drawn likewise (Gamma-Gamma). Kept
apart from own value: a referred order is also somebody's own purchase.
"""

from __future__ import annotations

from typing import Any, Self

from siyu.measures.clv.empirical_bayes import EmpiricalBayesMean
from siyu.measures.clv.gamma_gamma import GammaGamma
from siyu.measures.clv.predictive import Money, counts, money
from siyu.measures.clv.summary import Array


class Referral:
    """`rate_` of referred purchases per week, `spend_` of one of them."""

    rate_: EmpiricalBayesMean
    spend_: GammaGamma

    def fit(self, referred: Array, value: Array, weeks: Array) -> Self:
        """Referred purchases and their net value in the weeks in which a consumer was known, a year at most."""
        self.rate_ = EmpiricalBayesMean().fit(referred, 0.0 * referred, weeks)
        self.spend_ = GammaGamma().fit(referred, _mean(referred, value))
        return self

    def forecast(self, ahead: float, referred: Array, value: Array, weeks: Array) -> Money:
        """Value of the referred purchases of each in the next weeks."""
        shape, since = self.rate_.rate(referred, weeks)
        brought = counts(0 * weeks + 1, shape, ahead * shape / since)
        return money(brought, *self.spend_.moments(referred, _mean(referred, value)))

    def as_json(self) -> dict[str, Any]:
        """Both fits: parameters, and why where they did not converge."""
        return {"rate": {"model": self.rate_.name, "params": self.rate_.params_, "n": self.rate_.n_,
                         "converged": self.rate_.converged_, "degenerate": self.rate_.degenerate_},
                "spend": {"model": self.spend_.name, "params": self.spend_.params_,
                          "converged": self.spend_.converged_, "degenerate": self.spend_.degenerate_}}  # fmt: skip


def _mean(referred: Array, value: Array) -> Array:
    return value / referred.clip(min=1)
