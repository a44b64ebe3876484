"""The visible ladder: the model asked for, else MBG/NBD, else the empirical-Bayes mean, with the reason named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from siyu.core.errors import MeasureError, did_you_mean
from siyu.measures.clv.beta_geo import BetaGeo
from siyu.measures.clv.empirical_bayes import EmpiricalBayesMean
from siyu.measures.clv.model import PurchaseModel
from siyu.measures.clv.modified_beta_geo import ModifiedBetaGeo
from siyu.measures.clv.pareto_nbd import ParetoNBD
from siyu.measures.clv.summary import Summary

MODELS: dict[str, type[PurchaseModel]] = {
    model.name: model for model in (BetaGeo, ModifiedBetaGeo, ParetoNBD, EmpiricalBayesMean)
}
FALLBACKS = (ModifiedBetaGeo.name, EmpiricalBayesMean.name)


@dataclass(frozen=True)
class Fit:
    """The model that was fitted in the end, and from which one it fell back, why."""

    model: PurchaseModel
    unit: str
    fallback: dict[str, str] | None

    def as_json(self) -> dict[str, Any]:
        """What `siyu clv fit --json` prints."""
        model = self.model
        return {"model": model.name, "params": model.params_, "se": model.se_,
                "log_likelihood": model.log_likelihood_, "n": model.n_, "unit": self.unit,
                "converged": model.converged_, "fallback": self.fallback}  # fmt: skip


def fit(summary: Summary, model: str = "bg_nbd") -> Fit:
    """Fit the model, or the first rung below it that converges, in any case the last one.

    The last rung always forecasts; where even it has nothing to fit it is not converged, and its reason stands with the
    others. MeasureError for an unknown name or no buyers.
    """
    if model not in MODELS:
        known = tuple(MODELS)
        raise MeasureError(f"Unknown purchase model '{model}'.{did_you_mean(model, known)}",
                           remedy=f"One of {', '.join(known)}.")  # fmt: skip
    reasons = []
    for name in _rungs(model):
        fitted = MODELS[name]().fit(summary.frequency, summary.recency, summary.T)
        if fitted.converged_:
            break
        reasons.append((name, fitted.degenerate_ or "the search did not converge"))
    return Fit(fitted, summary.unit, _fallback(reasons))


def _rungs(model: str) -> tuple[str, ...]:
    """The model and what stands below it."""
    below = FALLBACKS[FALLBACKS.index(model) + 1 :] if model in FALLBACKS else FALLBACKS
    return (model, *below)


def _fallback(reasons: list[tuple[str, str]]) -> dict[str, str] | None:
    if not reasons:
        return None
    (asked, reason), *others = reasons
    return {"from": asked, "reason": "; ".join([reason, *(f"{name}: {why}" for name, why in others)])}
