"""What gains are worked out from, read once for all actions: value per head, who climbed, the touchpoints' rates."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.connection import arrived, credited, entering, outcomes, progress, pull
from siyu.measures.fast_plus.value import counted_purchases, credit, worth
from siyu.measures.measurable import there
from siyu.measures.ratio import ratio


class Ground:
    """One brand, day and window; `document` holds the figures of the measure document."""

    def __init__(self, facts: Facts, asked: Asked, document: dict[str, Any]) -> None:
        self.facts, self.asked, self.document = facts, asked, document["fast_plus"]
        self.warehouse = facts.warehouse
        self.value_days: int = asked.settings["value.days"]
        self._climbs: dict[str, ir.Table] = {}

    @cached_property
    def worth(self) -> ir.Table:
        """Own and referral value of every consumer with any."""
        counted = self.warehouse.scratch("gain_purchase", counted_purchases(self.asked))
        return self.warehouse.scratch("gain_worth", worth(counted, credit(self.facts, counted, self.asked)))

    @cached_property
    def in_f(self) -> ir.Table:
        return self.warehouse.scratch("gain_in_f", sustainable(self.asked.day))

    @cached_property
    def by_role(self) -> dict[str, tuple[int, int]]:
        """Consumers and their own value on each rung."""
        joined = self.in_f.left_join(self.worth, "consumer_id")
        rows = joined.group_by("role").aggregate(
            n=joined.count(), own=joined.own_value.fill_null(0).sum().cast("int64")
        )
        return {row["role"]: (row["n"], row["own"]) for row in self.warehouse.rows(rows)}

    def climbs(self, then: Asked) -> ir.Table:
        """Who stood on a rung at the opening of a window: consumer_id, role, rose (0 or 1)."""
        name = f"gain_climb_{then.day}"
        if name not in self._climbs:
            stood = sustainable(then.opening_day)
            closing = sustainable(then.day).select("consumer_id", rank_then="rank")
            moved = stood.left_join(closing, "consumer_id")
            rose = (moved.rank_then > moved["rank"]).fill_null(False).ifelse(1, 0).cast("int64")
            self._climbs[name] = self.warehouse.scratch(name, moved.select("consumer_id", "role", rose=rose))
        return self._climbs[name]

    def mean_on(self, roles: tuple[str, ...] = ROLES) -> float:
        """Own value per consumer in F on some rungs; 0 where nobody stands."""
        found = [self.by_role[role] for role in roles if role in self.by_role]
        return ratio(sum(own for _, own in found), sum(n for n, _ in found)) or 0.0

    def mean_of(self, who: ir.Table) -> float:
        """Own value per head of some people; 0 of nobody."""
        joined = who.left_join(self.worth, "consumer_id")
        row = self.warehouse.row(joined.aggregate(n=joined.count(), own=joined.own_value.sum().cast("int64")))
        return ratio(row["own"] or 0, row["n"]) or 0.0

    def money(self, moved: float, each: float) -> int | None:
        """What so many people would bring at so much a head, never below 0; None where no order says what a head is
        worth.
        """
        return round(moved * max(each, 0.0)) if there(self.facts, "buyers") else None

    def per_head(self, money_minor: int | None) -> float | None:
        """An amount per consumer in F: what it adds to S."""
        return None if money_minor is None else ratio(money_minor, self.document["F"]["sustainable_relationships"])

    @cached_property
    def visits(self) -> tuple[ir.Table, ir.Table]:
        """Who came to each touchpoint of the period, and what became of them (tables of `connection`)."""
        entered = self.warehouse.scratch("gain_entry", entering(self.facts, self.asked))
        stood = self.warehouse.scratch("gain_standing", arrived(entered))
        done = self.warehouse.scratch("gain_outcome", outcomes(self.facts, self.asked, entered))
        reached = progress(stood, credited(done, entered, self.asked.settings))
        return stood, self.warehouse.scratch("gain_progress", reached)

    @cached_property
    def places(self) -> dict[str, dict[str, Any]]:
        """Counts of each touchpoint; BRAND is the pooled brand."""
        return {row["touchpoint"]: row for row in self.warehouse.rows(pull(*self.visits))}
