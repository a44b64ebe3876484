"""What a fitted model is: its parameters under the papers' symbols, and how well they are known."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

from siyu.core.errors import MeasureError
from siyu.measures.clv.fitting import Optimum, Problem, maximise
from siyu.measures.clv.summary import Array, Histories, distinct

#: Distinct histories on which the starting values compete before all of them decide.
SAMPLE_HISTORIES = 4_000
#: Natural sizes are kept between this and its inverse, in units of time; a day is 0.14 weeks.
TIME_MIN = 1e-3


class Model:
    """Fitted values end in _: params_, se_ (None where unknown), log_likelihood_, n_, converged_, degenerate_."""

    name: ClassVar[str]
    symbols: ClassVar[tuple[str, ...]]
    #: Those of the symbols that say when buyers leave.
    dropout: ClassVar[tuple[str, ...]] = ()

    params_: dict[str, float]
    se_: dict[str, float | None]
    log_likelihood_: float
    n_: int
    converged_: bool
    degenerate_: str | None

    def _keep(self, optimum: Optimum, n: float, degenerate: str | None) -> None:
        """Take over an optimum; a reason known from the data goes before what the likelihood showed."""
        self.params_ = dict(zip(self.symbols, map(float, optimum.params)))
        self.se_ = {symbol: float(se) if math.isfinite(se) else None for symbol, se in zip(self.symbols, optimum.se)}
        self.log_likelihood_ = float(optimum.log_likelihood)
        self.n_ = round(n)
        self.degenerate_ = degenerate or self._unidentified(optimum)
        self.converged_ = optimum.converged and self.degenerate_ is None

    def _unidentified(self, optimum: Optimum) -> str | None:
        if not optimum.degenerate:
            return None
        what = "dropout" if set(optimum.unidentified) <= set(self.dropout) else self.name
        return f"{what} is not identified: {optimum.degenerate}"

    def _values(self) -> tuple[float, ...]:
        """The parameters in the order of the symbols."""
        if not hasattr(self, "params_"):
            raise MeasureError(f"{type(self).__name__} is not fitted.", remedy="Call fit first.")
        return tuple(self.params_[symbol] for symbol in self.symbols)


class PurchaseModel(Model, ABC):
    """How often and how long buyers buy. Time is in any one unit (weeks in this package); T > 0 is not required."""

    #: Whether the model knows leaving; else P(alive) is 1 by assumption and no finding.
    leaves: ClassVar[bool] = True

    def __init__(self, *, sample_histories: int = SAMPLE_HISTORIES) -> None:
        self.sample_histories = sample_histories

    def fit(self, frequency: Any, recency: Any, T: Any, weights: Any = None) -> Self:
        """Maximum likelihood; weights count buyers of one history. Always ends with finite parameters."""
        histories = Histories.of(frequency, recency, T, weights)
        self._keep(maximise(self._problem(histories)), histories.n, degenerate(histories))
        return self

    def expected_purchases(self, t: float, frequency: Any, recency: Any, T: Any) -> Array:
        """Expected purchases of known buyers in the next t."""
        x, t_x, T = columns(frequency, recency, T)
        first, at, _ = distinct(x, T)
        return self._alive(x, t_x, T) * self._expected_alive(float(t), x[first], T[first])[at]

    @abstractmethod
    def expected_purchases_new(self, t: Any) -> Array:
        """Expected repeat purchases of a newcomer in the t after the first purchase."""

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Array:
        """Probability that a known buyer has not left."""
        return self._alive(*columns(frequency, recency, T))

    def weeks_to_next(self, frequency: Any, recency: Any, T: Any) -> Array:
        """Time in which a known buyer has bought again with probability 1/2; infinite where that is never so.

        A median, because the mean time of who buys at a gamma-distributed rate is infinite up to r + x = 1.
        """
        x, t_x, T = columns(frequency, recency, T)
        goal = 0.5 / np.maximum(self._alive(x, t_x, T), 1e-12)
        soon, found = goal < 1, np.full(len(x), np.inf)
        found[soon] = self._wait(goal[soon], *self.rate(x[soon], T[soon]))
        return found

    def rate(self, x: Array, T: Array) -> tuple[Array, Array]:
        """Shape and inverse scale of the gamma-distributed purchase rate of who is alive: r + x, alpha + T."""
        return self.params_["r"] + x, self.params_["alpha"] + T

    def _wait(self, chance: Array, shape: Array, since: Array) -> Array:
        """When who is alive has bought again with that chance, 1 - (since/(since + t))^shape; nobody leaves before."""
        with np.errstate(over="ignore"):  # so far away that it is never
            return since * np.expm1(-np.log1p(-chance) / np.maximum(shape, 1e-12))

    @abstractmethod
    def _alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive) of each history."""

    @abstractmethod
    def _expected_alive(self, t: float, x: Array, T: Array) -> Array:
        """Expected purchases in the next t of who is alive at T; the time of the last purchase no longer matters."""

    @abstractmethod
    def _likelihood(self, histories: Histories) -> Any:
        """The log-likelihood of these histories with its gradient, as `fitting.Likelihood`."""

    @abstractmethod
    def _starts(self, rate: float, mean_T: float) -> tuple[Array, list[list[float]]]:
        """Natural sizes of the parameters, and starting values."""

    def _problem(self, histories: Histories) -> Problem:
        total_T = float(histories.weights @ histories.T)
        mean_T = min(max(total_T / histories.n, TIME_MIN), 1 / TIME_MIN)
        mean_x = max(float(histories.weights @ histories.x), 0.5) / histories.n
        sizes, starts = self._starts(mean_x / mean_T, mean_T)
        few = histories.sample(self.sample_histories)
        sample = None if few is histories else self._likelihood(few)
        return Problem(self._likelihood(histories), histories.n, self.symbols, sizes, starts, sample, few.n)


def columns(frequency: Any, recency: Any, T: Any) -> tuple[Array, Array, Array]:
    """Three float arrays of one length."""
    x, t_x, T = (np.asarray(column, dtype=float) for column in (frequency, recency, T))
    x, t_x, T = np.broadcast_arrays(np.atleast_1d(x), t_x, T)
    return x, t_x, T


def degenerate(histories: Histories) -> str | None:
    """What the data themselves rule out, before any likelihood is asked."""
    if histories.n < 2:
        return "a single buyer"
    if not histories.x.any():
        return "no repeat purchases"
    if len(histories.x) == 1:
        return "all histories are equal"
    if histories.T.max() <= TIME_MIN:
        return "no time has passed since the first purchases"
    return None
