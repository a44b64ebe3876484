"""What the days after a cut teach of a category: which categories go before it, who buys it, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.core.errors import MeasureError
from siyu.measures.people.propensity import Array, Propensity
from siyu.measures.people.traits import LEVELS, TRAITS, Market, traits
from siyu.measures.ratio import ratio

#: Candidates of the brand's mean that stand beside the buyers of another category before its rate is believed.
COMPANION_WEIGHT = 50
#: A category's rate over the brand's, up to which it is of tier 1, and of tier 2.
TIERS = (0.8, 1.25)
#: Buyers of the mean spend that stand beside those of a spend level.
SPEND_WEIGHT = 20


@dataclass(frozen=True)
class Learned:
    """What was learnt from the candidates of `day` and what they bought by `until`.

    companions: other categories with their candidates, hits, rate (shrunken) and tier; spend: expected paid amount of a
    buyer by level of spend, minor units.
    """

    market: Market
    day: int
    until: int
    companions: list[dict[str, Any]]
    propensity: Propensity
    spend: Array

    def scored(self, day: int) -> ir.Table:
        """Candidates of a day: the columns of `traits`, probability, expected_spend, expected_value (their product)."""
        warehouse = self.market.facts.warehouse
        found = warehouse.scratch(f"trait_{day}", traits(self.market, day, tiers(self.market, self.companions)))
        groups = warehouse.arrow(found.select(*TRAITS).distinct())
        levels = _levels(groups)
        p, spend = self.propensity.probability(levels), self.spend[levels[:, TRAITS.index("spend")]]
        for name, column in (("probability", p), ("expected_spend", spend), ("expected_value", p * spend)):
            groups = groups.append_column(name, pa.array(column, pa.float64()))
        score = warehouse.scratch(f"score_{day}", groups)
        joined = found.join(score, list(TRAITS))
        return warehouse.scratch(f"scored_{day}", joined)


def learn(market: Market, day: int, until: int) -> Learned:
    """Learn from the candidates of a day. MeasureError when none or all of them bought by `until`."""
    warehouse = market.facts.warehouse
    hits = warehouse.scratch(f"hit_{day}", market.hits(day, until))
    companions = companion_rates(market, day, hits)
    marked = with_hits(traits(market, day, tiers(market, companions)), hits)
    grouped = marked.group_by(*TRAITS).aggregate(
        people=marked.count().cast("int64"), hits=marked.hit.sum().cast("int64"), paid=marked.paid.sum().cast("int64"),
    )  # fmt: skip
    groups = warehouse.arrow(grouped.order_by(*TRAITS))  # a fit adds them up: in order, it is the same each time
    people, hit, paid = (groups[name].to_numpy().astype(np.float64) for name in ("people", "hits", "paid"))
    levels = _levels(groups)
    try:
        propensity = Propensity(tuple(LEVELS.values())).fit(levels, people, hit)
    except MeasureError as error:
        raise MeasureError(f"'{market.category}' cannot be foreseen: {error.message}",
                           remedy="Choose a larger category, or a later --as-of.") from None  # fmt: skip
    return Learned(market, day, until, companions, propensity,
                   _spend(levels[:, TRAITS.index("spend")], hit, paid))  # fmt: skip


def with_hits(candidates: ir.Table, hits: ir.Table) -> ir.Table:
    """Candidates with hit (0 or 1) and paid (0 without)."""
    joined = candidates.left_join(hits, "consumer_id").drop("consumer_id_right")
    return joined.mutate(hit=joined.hit.fill_null(0), paid=joined.paid.fill_null(0))


def companion_rates(market: Market, day: int, hits: ir.Table) -> list[dict[str, Any]]:
    """Category-to-category migration: of the candidates who bought another category, how many then bought this one."""
    people = with_hits(market.candidates(day), hits)
    total = market.facts.warehouse.row(people.aggregate(n=people.count(), hits=people.hit.sum().cast("int64")))
    base = ratio(total["hits"], total["n"])
    if not base:
        return []
    met = market.companions(day).join(people, "consumer_id")
    counted = met.group_by("category").aggregate(candidates=met.count(), hits=met.hit.sum().cast("int64"))
    rows = market.facts.warehouse.rows(counted.order_by("category"))
    return [{**row, **_rate(row, base)} for row in rows]


def _rate(row: dict[str, Any], base: float) -> dict[str, Any]:
    rate = (row["hits"] + COMPANION_WEIGHT * base) / (row["candidates"] + COMPANION_WEIGHT)
    return {"rate": rate, "tier": 1 + sum(rate / base > bound for bound in TIERS)}


def tiers(market: Market, companions: list[dict[str, Any]]) -> ir.Table:
    rows = pa.table({
        "category": pa.array([row["category"] for row in companions], pa.string()),
        "tier": pa.array([row["tier"] for row in companions], pa.int64()),
    })  # fmt: skip
    return market.facts.warehouse.scratch("companion_tier", rows)


def _levels(groups: pa.Table) -> Array:
    return np.column_stack([groups[name].to_numpy() for name in TRAITS])


def _spend(level: Array, hits: Array, paid: Array) -> Array:
    """What a buyer pays for the category by level of spend: the level's mean drawn towards the mean of all."""
    size = LEVELS["spend"]
    counted, sums = (np.bincount(level, weights, minlength=size) for weights in (hits, paid))
    mean = paid.sum() / hits.sum()
    return (sums + SPEND_WEIGHT * mean) / (counted + SPEND_WEIGHT)


def ranking(*, by_value: bool) -> list[Any]:
    """The order of a list: by expected value, or only by how lately people bought; ties by the latest act, then id."""
    value = [ibis.desc("expected_value")] if by_value else []
    return [*value, ibis.desc("last_day"), ibis.desc("last_event_day"), ibis.asc("consumer_id")]
