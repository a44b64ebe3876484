"""The forecast: one pass from the rows of everyone to what each is expected to buy, spend and bring.

Buyers by a purchase model and their spend, who has not bought by the chance of a first purchase and what newcomers are
worth, everybody's sharing by its own model. Leaves to population where rows come from, to scores where forecasts go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from siyu.core.errors import MeasureError
from siyu.measures.asked import Asked
from siyu.measures.clv import ladder, season
from siyu.measures.clv.first_purchase import FirstPurchase, Horizon
from siyu.measures.clv.gamma_gamma import GammaGamma
from siyu.measures.clv.histories import of_rows
from siyu.measures.clv.ladder import Fit
from siyu.measures.clv.population import population
from siyu.measures.clv.predictive import Counts, Money, counts, counts_of_newcomers, money
from siyu.measures.clv.referral import Referral
from siyu.measures.clv.season import Season
from siyu.measures.clv.sharing import brought, credited
from siyu.measures.clv.summary import Array, Summary, distinct
from siyu.measures.clv.waiting import PERIOD_DAYS, RUNGS, stays
from siyu.measures.facts import Facts
from siyu.store.warehouse import Warehouse

NO_BUYERS = "A forecast needs at least one buyer."
NO_BUYERS_YET = "Load orders that name their buyers, or choose a later as-of."
NOBODY_SEEN = "not measurable: nobody was seen for a whole month before a first purchase"
NO_REFERRALS = "not measurable: no referrals"
NO_LEAVING = "not measurable: the model does not know leaving"
#: Newcomers are those of the last year, where there are any.
NEW_DAYS = 365


@dataclass(frozen=True)
class Known:
    """What is known as of a day: a row per consumer by ascending id (population), and the cells of waiting."""

    asked: Asked
    rows: pa.Table
    cells: pa.Table
    season: Season
    shares: bool

    def column(self, name: str) -> Array:
        return self.rows[name].to_numpy(zero_copy_only=False)

    @property
    def bought(self) -> Array:
        """Which of the rows are buyers."""
        return self.rows["frequency"].is_valid().to_numpy(zero_copy_only=False)

    def buyers(self) -> Summary:
        return of_rows(self.rows.filter(self.rows["frequency"].is_valid()), self.asked.day, self.season.clock)

    def sharing(self) -> tuple[Array, Array, Array]:
        """Referred purchases and value of the last year, and the weeks in which each consumer was known."""
        days = np.clip(self.column("known_days"), 1, self.asked.settings["value.days"])
        weeks = self.season.clock.between(self.asked.day - days, self.asked.day)
        return self.column("referred").astype(float), self.column("referred_value").astype(float), weeks


def know(warehouse: Warehouse, asked: Asked, model: str = "bg_nbd") -> Known:
    """Read everyone as of a day; the season is that of the days up to it."""
    facts = Facts(warehouse)
    credits = warehouse.scratch("credited", credited(facts, asked))
    rows = warehouse.arrow(population(asked, brought(credits, asked))).sort_by("consumer_id")
    cells = warehouse.arrow(stays(asked))
    warehouse.drop_scratch("credited")
    shares = warehouse.any(facts.of("referrals"))
    return Known(asked, rows, cells, season.season(warehouse, asked, model), shares)


@dataclass(frozen=True)
class Models:
    """All that was fitted as of the day; `referral` is None without any referral facts."""

    purchases: Fit
    spend: GammaGamma
    first: FirstPurchase
    first_value: float
    referral: Referral | None
    season: Season

    def as_json(self) -> dict[str, Any]:
        """The fits; what could not be measured, with the reason."""
        spend = {"model": self.spend.name, "params": self.spend.params_, "converged": self.spend.converged_,
                 "degenerate": self.spend.degenerate_}  # fmt: skip
        reasons = {
            "p_alive": None if self.purchases.model.leaves else NO_LEAVING,
            "first_purchase": None if self.first.measured_ else NOBODY_SEEN,
            "referral": None if self.referral else NO_REFERRALS,
        }
        return {
            "season": self.season.as_json(), "purchases": self.purchases.as_json(), "spend": spend,
            "first_purchase": self.first.as_json() if self.first.measured_ else None,
            "first_value": self.first_value, "referral": self.referral.as_json() if self.referral else None,
            "not_measurable": {name: reason for name, reason in reasons.items() if reason},
        }  # fmt: skip


def fit(known: Known, model: str = "bg_nbd") -> Models:
    """Fit every model to what is known. MeasureError without buyers."""
    if not known.bought.any():
        raise MeasureError(NO_BUYERS, remedy=NO_BUYERS_YET)
    buyers = known.buyers()
    return Models(
        purchases=ladder.fit(buyers, model),
        spend=GammaGamma().fit(buyers.frequency, buyers.monetary_value),
        first=FirstPurchase().fit(known.cells),
        first_value=_first_value(known),
        referral=Referral().fit(*known.sharing()) if known.shares else None,
        season=known.season,
    )


def _first_value(known: Known) -> float:
    """Mean net value of the first occasion of who became a buyer in the last year (or, with none, ever)."""
    age, value = known.column("age_days")[known.bought], known.column("first_value")[known.bought]
    return float((value[age < NEW_DAYS] if (age < NEW_DAYS).any() else value).mean())


@dataclass(frozen=True)
class Forecast:
    """Of each row of `Known`, in its order: NaN where it is not measurable. Money in minor units."""

    p_alive: Array
    bought: Counts
    own: Money
    referral: Money | None
    next_day: Array


def forecast(known: Known, models: Models, days: int) -> Forecast:
    """What everyone will buy, spend and bring in the days after the day."""
    buyers, bought = known.bought, Mixed(len(known.rows))
    own, p_alive, next_day = Mixed(len(known.rows)), Mixed(len(known.rows)), Mixed(len(known.rows))
    of_buyers = _of_buyers(known, models, days)
    of_others = _of_others(known, models, days)
    for rows, (alive, many, much, day) in ((buyers, of_buyers), (~buyers, of_others)):
        p_alive.put(rows, alive=alive)
        next_day.put(rows, day=day)
        bought.put(rows, **vars(many))
        own.put(rows, **vars(much))
    referral = _of_sharing(known, models, days)
    return Forecast(p_alive.columns["alive"], Counts(**bought.columns), Money(**own.columns), referral,
                    next_day.columns["day"])  # fmt: skip


class Mixed:
    """Columns filled part by part."""

    def __init__(self, rows: int) -> None:
        self.rows, self.columns = rows, dict[str, Array]()

    def put(self, where: Array, **values: Array) -> None:
        for name, part in values.items():
            self.columns.setdefault(name, np.full(self.rows, np.nan))[where] = part


Part = tuple[Array, Counts, Money, Array]


def _of_buyers(known: Known, models: Models, days: int) -> Part:
    buyers, clock, day = known.buyers(), known.season.clock, known.asked.day
    model = models.purchases.model
    history = (buyers.frequency, buyers.recency, buyers.T)
    alive = model.probability_alive(*history)
    mean = model.expected_purchases(float(clock.between(day, day + days)), *history)
    shape, _ = model.rate(buyers.frequency, buyers.T)
    many = counts(alive, shape, mean / np.maximum(alive, 1e-300))
    much = money(many, *models.spend.moments(buyers.frequency, buyers.monetary_value))
    shown = alive if model.leaves else np.full(len(alive), np.nan)
    return shown, many, much, clock.after(day, model.weeks_to_next(*history))


def _of_others(known: Known, models: Models, days: int) -> Part:
    """Who has not bought: computed for each rung, touchpoint and age once, NaN where nobody was ever seen waiting."""
    others = ~known.bought
    rung = (known.column("rung")[others] == RUNGS[1]).astype(np.int64)
    touchpoint, age = known.column("touchpoint")[others].astype(str), known.column("age_periods")[others]
    first, at, _ = distinct(rung, touchpoint, age.astype(np.int64))
    horizon = Horizon.of(known.asked.day, days, known.season.clock)
    chances = models.first.chances(rung[first], touchpoint[first], age[first].astype(np.int64), horizon)
    many, much = _newcomers(models, chances, horizon)
    if not models.first.measured_:
        at = np.full(len(at), len(first))
    return (np.full(len(at), np.nan), Counts(**_take(many, at)), Money(**_take(much, at)),
            _at(_half(known.asked.day, chances, days), at))  # fmt: skip


def _newcomers(models: Models, chances: Array, horizon: Horizon) -> tuple[Counts, Money]:
    """First purchases and the repeat purchases in what then remains of the horizon."""
    more = models.purchases.model.expected_purchases_new(horizon.weeks_left)
    shape = models.purchases.model.params_["r"]
    many = counts_of_newcomers(chances, more, shape)
    repeat, square, within = models.spend.moments([0.0], [0.0])
    mean = chances @ (models.first_value + more * repeat)
    spend = np.where(many.mean > 0, mean / np.maximum(many.mean, 1e-300), 0.0)
    relative = float(square[0] / repeat[0] ** 2) if repeat[0] > 0 else 1.0
    return many, money(many, spend, spend**2 * relative, within)


def _of_sharing(known: Known, models: Models, days: int) -> Money | None:
    if models.referral is None:
        return None
    clock, day = known.season.clock, known.asked.day
    return models.referral.forecast(float(clock.between(day, day + days)), *known.sharing())


def _half(day: int, chances: Array, days: int) -> Array:
    """The day by which the first purchase has come with probability 1/2; NaN where that lies beyond the horizon."""
    total = np.column_stack([np.zeros(len(chances)), chances.cumsum(axis=1)])
    reached = total >= 0.5
    period = np.maximum(reached.argmax(axis=1) - 1, 0)
    rows = np.arange(len(chances))
    part = (0.5 - total[rows, period]) / np.maximum(chances[rows, period], 1e-300)
    length = np.minimum(PERIOD_DAYS, days - PERIOD_DAYS * period)
    return np.where(reached.any(axis=1), day + np.ceil(PERIOD_DAYS * period + part * length), np.nan)


def _take(columns: Counts | Money, at: Array) -> dict[str, Array]:
    return {name: _at(column, at) for name, column in vars(columns).items()}


def _at(column: Array, at: Array) -> Array:
    """The column's values at places; past its end stands NaN."""
    return np.append(np.broadcast_to(column, (len(column),)), np.nan)[at]
