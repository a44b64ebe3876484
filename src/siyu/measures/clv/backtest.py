"""Back-test: everything fitted before a cut, its forecasts beside what everybody known at the cut then did.

What came after is read as of its end (refunds included), all the models look at as of the cut, the season too. Who
became known after the cut is on neither side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np

from siyu.core.errors import MeasureError
from siyu.measures.asked import Asked
from siyu.measures.clv import forecast as forecasts
from siyu.measures.clv.comparison import Comparison
from siyu.measures.clv.forecast import Forecast, Known, Models
from siyu.measures.clv.histories import occasions
from siyu.measures.clv.sharing import credited
from siyu.measures.clv.summary import Array
from siyu.measures.facts import Facts
from siyu.measures.ratio import ratio
from siyu.store.warehouse import Warehouse

#: What is compared, and of whom.
PARTS = {
    "purchases": "buyers: days with a purchase",
    "first_purchases": "who had not bought: whether they did",
    "value_of_buyers": "buyers: net amount",
    "value_of_others": "who had not bought: net amount",
    "own_value": "everyone: net amount",
    "referral_value": "everyone: net amount of purchases credited to them",
}


@dataclass(frozen=True)
class Backtest:
    """The fit as of the cut, and its comparisons with the days after it by the names of PARTS."""

    models: Models
    cut_day: int
    days: int
    parts: dict[str, Comparison]

    @property
    def actual(self) -> Array:
        """Occasions of every buyer known at the cut, in the days after it."""
        return self.parts["purchases"].actual

    def as_json(self) -> dict[str, Any]:
        """What `siyu clv backtest --json` prints, without the dates: the fit, buyers' purchases, then every part."""
        parts = {name: part.as_json() for name, part in self.parts.items()}
        return {
            **self.models.purchases.as_json(),
            "season": self.models.season.as_json(),
            "holdout_days": self.days,
            "buyers": parts["purchases"]["consumers"],
            **{name: value for name, value in parts["purchases"].items() if name != "consumers"},
            "parts": parts,
            "not_measurable": self.models.as_json()["not_measurable"],
        }


def backtest(warehouse: Warehouse, asked: Asked, *, days: int, model: str = "bg_nbd") -> Backtest:
    """Fit as of `days` before the day and compare with those days. MeasureError without buyers at the cut."""
    if days < 1:
        raise MeasureError(f"A holdout is 1 day or more, found {days}.", remedy="Try --days 90.")
    cut = asked.on(asked.day - days)
    known = forecasts.know(warehouse, cut, model)
    if not known.bought.any():
        later = forecasts.know(warehouse, asked, model).bought.any()
        raise MeasureError(f"Nobody had bought {days} days before the day.",
                           remedy="Choose a shorter --days." if later else forecasts.NO_BUYERS_YET)
    models = forecasts.fit(known, model)
    came = _came(warehouse, asked, known)
    return Backtest(models, cut.day, days, _compare(known, models, forecasts.forecast(known, models, days), came, days))


@dataclass(frozen=True)
class Came:
    """What everyone known at the cut did after it: occasions, their net amount, net amount credited to them."""

    purchases: Array
    own: Array
    referral: Array


def _came(warehouse: Warehouse, asked: Asked, known: Known) -> Came:
    own = _after(occasions(asked), known.asked.day, "value")
    shared = _after(credited(Facts(warehouse), asked), known.asked.day, "net_amount")
    ids = known.column("consumer_id")
    many, much = _aligned(warehouse, own, ids)
    return Came(many, much, _aligned(warehouse, shared, ids)[1])


def _after(rows: ir.Table, cut_day: int, amount: str) -> ir.Table:
    """Rows after the cut by consumer: consumer_id, n, amount."""
    later = rows.filter(rows.paid_day > cut_day)
    return later.group_by("consumer_id").aggregate(n=later.count(), amount=later[amount].sum().cast("int64"))


def _aligned(warehouse: Warehouse, rows: ir.Table, ids: Array) -> tuple[Array, Array]:
    """Count and amount in the order of the ids (ascending); 0 where there are no rows."""
    found = warehouse.arrow(rows)
    who = found["consumer_id"].to_numpy()
    place = np.minimum(np.searchsorted(ids, who), len(ids) - 1)
    here = ids[place] == who
    columns = np.zeros((2, len(ids)))
    for column, name in zip(columns, ("n", "amount")):
        column[place[here]] = found[name].to_numpy()[here]
    return columns[0], columns[1]


def _compare(known: Known, models: Models, said: Forecast, came: Came, days: int) -> dict[str, Comparison]:
    """Each part that was measured."""
    buyers, everyone = known.bought, np.ones(len(known.rows), dtype=bool)
    others = ~buyers & models.first.measured_
    naive = _Naive.of(known, models, days)
    first = 1 - said.bought.none
    parts = {
        "purchases": Comparison.of(said.bought.mean, came.purchases, naive.purchases, buyers),
        "first_purchases": Comparison.of(first, (came.purchases > 0) * 1.0, naive.first, others),
        "value_of_buyers": Comparison.of(said.own.mean, came.own, naive.purchases * naive.spend, buyers),
        "value_of_others": Comparison.of(said.own.mean, came.own, naive.first * naive.first_value, others),
        "own_value": Comparison.of(said.own.mean, came.own, naive.own(buyers), buyers | others),
    }
    if said.referral is not None:
        parts["referral_value"] = Comparison.of(said.referral.mean, came.referral, naive.referral, everyone)
    return parts


@dataclass(frozen=True)
class _Naive:
    """Means of all, as one without a model would forecast the days: constant paces of the past."""

    purchases: float
    first: float
    spend: float
    first_value: float
    referral: float

    @classmethod
    def of(cls, known: Known, models: Models, days: int) -> _Naive:
        buyers = known.buyers()
        weeks = days / 7
        pace = ratio(buyers.frequency.sum(), buyers.T.sum()) or 0.0
        chance = ratio(models.first.bought_.sum(), models.first.periods_.sum()) or 0.0
        _, value, known_weeks = known.sharing()
        return cls(
            purchases=pace * weeks,
            first=1 - (1 - chance) ** (days / 30),
            spend=float(models.spend.expected_spend([0.0], [0.0])[0]),
            first_value=models.first_value,
            referral=(ratio(value.sum(), known_weeks.sum()) or 0.0) * weeks,
        )

    def own(self, buyers: Array) -> Array:
        return np.where(buyers, self.purchases * self.spend, self.first * self.first_value)
