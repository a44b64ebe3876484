"""Traits: what is known of each candidate for a category at the end of a day, in a few levels each.

Levels rather than numbers: they let any shape of influence show, and people of the same levels need to be looked at
only once, however many they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.people.category import standing
from siyu.measures.people.lifecycle import known
from siyu.measures.people.movement import members
from siyu.measures.people.refusal import refused
from siyu.store.tables import PURCHASE

#: Each trait with the number of its levels; level 0 = nothing of it.
LEVELS = {
    "recency": 6,
    "frequency": 5,
    "spend": 4,
    "lapsed": 2,
    "companion": 4,
    "engaged": 5,
    "content": 3,
    "member": 2,
}
TRAITS = tuple(LEVELS)
YEAR_DAYS = 365
CONTENT_DAYS = 90


@dataclass(frozen=True)
class Market:
    """A category and what was bought of all categories (`category_purchases`); `asked.day` is today."""

    facts: Facts
    asked: Asked
    category: str
    bought: ir.Table

    @property
    def horizon(self) -> int:
        """Days in which a candidate is expected to buy."""
        return self.asked.settings["potential.horizon_days"]

    def of_category(self, day: int, first_day: int = 0) -> ir.Table:
        """Purchases of the category from first_day to day that stand as of the day."""
        found = standing(self.bought, day, first_day)
        return found.filter(found.category == self.category)

    def candidates(self, day: int) -> ir.Table:
        """Everyone known as of a day without a purchase of the category in the last absent_days who had not refused
        to be profiled: consumer_id.
        """
        return self._absent(day).anti_join(refused(self.facts, day), "consumer_id")

    def refusing(self, *days: int) -> ir.Table:
        """Who would be a candidate of the first of some days and refused to be profiled on any: consumer_id."""
        said = ibis.union(*(refused(self.facts, day) for day in days))
        return self._absent(days[0]).semi_join(said, "consumer_id")

    def companions(self, day: int) -> ir.Table:
        """Other categories each consumer bought in the year to a day: consumer_id, category, once each."""
        year = standing(self.bought, day, day - YEAR_DAYS + 1)
        return year.filter(year.category != self.category).select("consumer_id", "category").distinct()

    def _absent(self, day: int) -> ir.Table:
        first = day - self.asked.settings["potential.absent_days"] + 1
        people = known(self.facts, self.asked.on(day)).select("consumer_id")
        return people.anti_join(self.of_category(day, first), "consumer_id")

    def hits(self, day: int, until: int) -> ir.Table:
        """Who bought the category after a day, up to and as of another: consumer_id, hit = 1, paid."""
        later = self.of_category(until, day + 1)
        paid = later.group_by("consumer_id").aggregate(paid=later.paid.sum().cast("int64"))
        return paid.mutate(hit=ibis.literal(1, "int64"))


def traits(market: Market, day: int, tiers: ir.Table) -> ir.Table:
    """Every candidate as of a day: consumer_id, a level for each of TRAITS, last_day and last_event_day (-1 = none).

    `tiers` (category, tier 1 to 3) says how much another category goes before this one.
    """
    lapsed = market.of_category(day).select("consumer_id").distinct().mutate(lapsed=ibis.literal(1, "int64"))
    member = members(day).mutate(member=ibis.literal(1, "int64"))
    found = market.candidates(day)
    for part in (_buying(day), _doing(market, day), _companion(market, day, tiers), lapsed, member):
        found = found.left_join(part, "consumer_id").drop("consumer_id_right")
    return found.select(
        "consumer_id",
        recency=_level(day - found.last_day, 30, 90, 180, 365),
        frequency=_level(found.year_days.nullif(0), 1, 2, 5),
        spend=_level(found.relative, 0.5, 1.5),
        lapsed=found.lapsed.fill_null(0),
        companion=found.tier.fill_null(0),
        engaged=_level(day - found.last_event_day, 7, 30, 90),
        content=_level(found.contents.nullif(0), 2),
        member=found.member.fill_null(0),
        last_day=found.last_day.fill_null(-1),
        last_event_day=found.last_event_day.fill_null(-1),
    )  # fmt: skip


def _level(value: ir.NumericValue, *bounds: float) -> ir.IntegerValue:
    """0 of null, else 1 and one more for each of the rising bounds it exceeds."""
    over = (value > bound for bound in bounds)
    steps = sum((test.fill_null(False).ifelse(1, 0) for test in over), ibis.literal(1, "int64"))
    return value.isnull().ifelse(0, steps).cast("int64")


def _buying(day: int) -> ir.Table:
    """Buyers as of a day: consumer_id, last_day, year_days (occasions of the year), relative (paid on a day they buy,
    over the brand's mean of that).
    """
    purchase = PURCHASE.expr()
    known_buyers = standing(purchase.filter(purchase.consumer_id.notnull()), day)
    daily = known_buyers.group_by("consumer_id", "paid_day").aggregate(paid=known_buyers.paid_amount.sum())
    brand = daily.aggregate(brand_mean=daily.paid.cast("float64").mean())
    each = daily.group_by("consumer_id").aggregate(
        last_day=daily.paid_day.max().cast("int64"),
        year_days=(daily.paid_day > day - YEAR_DAYS).ifelse(1, 0).sum().cast("int64"),
        own_mean=daily.paid.cast("float64").mean(),
    )
    beside = each.cross_join(brand)
    return beside.mutate(relative=beside.own_mean / beside.brand_mean).drop("own_mean", "brand_mean")


def _doing(market: Market, day: int) -> ir.Table:
    """Who did something by a day: consumer_id, last_event_day, contents (events at a content in the last 90 days)."""
    events = market.facts.of_persons("events")
    past = events.filter(events.occurred_day <= day)
    viewed = (past.content_id.fill_null("") != "") & (past.occurred_day > day - CONTENT_DAYS)
    return past.group_by("consumer_id").aggregate(
        last_event_day=past.occurred_day.max().cast("int64"), contents=viewed.ifelse(1, 0).sum().cast("int64")
    )


def _companion(market: Market, day: int, tiers: ir.Table) -> ir.Table:
    """The highest tier among the other categories of each consumer's year: consumer_id, tier."""
    met = market.companions(day).join(tiers, "category")
    return met.group_by("consumer_id").aggregate(tier=met.tier.max().cast("int64"))
