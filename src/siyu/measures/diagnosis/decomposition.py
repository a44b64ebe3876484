"""Why revenue, S and A changed from the period before: role mix, rate and value per head, by the rung of the opening.

Contributions sum to the change exactly; the identity stands in the result. The period before is seen as of its own end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.shapley import FACTORS, Group, Part, of_means, of_totals, outside, whole_numbers
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.standard import steps
from siyu.measures.fast_plus.value import brought, counted_purchases, credit, of_relations, own
from siyu.store.tables import ORDER_REFUND, PURCHASE

#: Buyers who stood on no rung when the period opened, and orders that name nobody.
NO_ROLE, ANONYMOUS = "no_role", "anonymous"


@dataclass(frozen=True)
class Decomposition:
    """A figure of two periods and the parts that lead from one to the other. `unit` is `minor units` or `share`.

    `reason` says why there is none: then before or after is None and there are no parts.
    """

    name: str
    meaning: str
    unit: str
    before: Fraction | None
    after: Fraction | None
    parts: tuple[Part, ...]
    whole: bool = False  # amounts are whole minor units, shown as such
    reason: str = ""

    @property
    def change(self) -> Fraction | None:
        return None if self.before is None or self.after is None else self.after - self.before

    def as_json(self) -> dict[str, Any]:
        """Numbers by group and factor, and the identity: before + contributions = after, also as exact fractions."""
        if self.change is None:
            return {"name": self.name, "meaning": self.meaning, "unit": self.unit, "reason": self.reason,
                    "before": _number(self.before), "after": _number(self.after), "change": None,
                    "contributions": [], "factors": {}, "identity": ""}  # fmt: skip
        rows = self._rows()
        factors = {factor: sum(row[factor] for row in rows) for factor in FACTORS}
        return {
            "name": self.name, "meaning": self.meaning, "unit": self.unit, "reason": "",
            "before": _number(self.before), "after": _number(self.after), "change": _number(self.change),
            "contributions": rows, "factors": factors,
            "identity": _identity(_number(self.change), factors),
            "exact": {"change": str(self.change), "sum_of_contributions": str(sum(p.total for p in self.parts))},
        }  # fmt: skip

    def _rows(self) -> list[dict[str, Any]]:
        cells = [getattr(part, factor) for part in self.parts for factor in FACTORS]
        shown = whole_numbers(cells) if self.whole else [float(cell) for cell in cells]
        width = len(FACTORS)
        rows = [shown[i * width : (i + 1) * width] for i in range(len(self.parts))]
        return [{"group": part.group, **dict(zip(FACTORS, row)), "total": sum(row)}
                for part, row in zip(self.parts, rows)]  # fmt: skip


def decompositions(facts: Facts, asked: Asked, lacking: Mapping[str, str] = MappingProxyType({})):
    """Revenue, S and A of the period against the one before of the same length: a tuple of Decomposition.

    `lacking`: why a driver cannot be measured, by its letter; S also stands for revenue, and F for the people of S.
    """
    before, after = asked.on(asked.opening_day), asked
    made = {"revenue": revenue, "S": relationship_value, "A": deepening}
    needed = {"revenue": ("S",), "S": ("S", "F"), "A": ("A",)}
    found = []
    for name, make in made.items():
        reason = next((lacking[letter] for letter in needed[name] if letter in lacking), "")
        none = Decomposition(name, "", "", None, None, (), reason=reason)
        found.append(none if reason else make(facts, before, after))
    return tuple(found)


def revenue(facts: Facts, before: Asked, after: Asked) -> Decomposition:
    """Net of the purchases paid in each period: people on each rung x share who bought x net per buyer, + outsiders."""
    found = [_groups(facts, revenue_groups(asked)) for asked in (before, after)]
    ladder = [{role: groups[role] for role in ROLES if role in groups} for groups in found]
    nobody = Group(0, 0, 0)
    beside = [outside(name, *(groups.get(name, nobody) for groups in found)) for name in (NO_ROLE, ANONYMOUS)]
    return Decomposition(
        "revenue", "net of purchases paid in the period, by the rung held when it opened", "minor units",
        *(Fraction(sum(group.amount for group in groups.values())) for groups in found),
        parts=(*of_totals(*ladder), *beside), whole=True,
    )  # fmt: skip


def relationship_value(facts: Facts, before: Asked, after: Asked) -> Decomposition:
    """S per consumer in F: share of each rung x share of it worth anything x worth of these."""
    meaning = "own plus referral value per consumer in F at the end of the period (clv_mean)"
    return _mean(facts, "S", meaning, "minor units", before, after, lambda asked: value_groups(facts, asked))


def deepening(facts: Facts, before: Asked, after: Asked) -> Decomposition:
    """A: share of each rung among those who could rise x its step rate."""
    meaning = "share of those below the top rung at the opening who stand higher at the end"
    return _mean(facts, "A", meaning, "share", before, after, step_groups)


def revenue_groups(asked: Asked) -> ir.Table:
    """Groups of the period's revenue: group, people, active, amount (net, as of the end of the period).

    People are those on the rung at the opening. Of `no_role` and `anonymous` only buyers and orders are seen.
    """
    purchase = PURCHASE.expr()
    recent = purchase.filter(purchase.paid_day.between(asked.first_day, asked.day))
    net = net_purchases(recent, ORDER_REFUND.expr(), asked.closing_at)
    known, nameless = net.filter(net.consumer_id.notnull()), net.filter(net.consumer_id.isnull())
    spent = known.group_by("consumer_id").aggregate(amount=known.net_amount.sum().cast("int64"))
    stood = sustainable(asked.opening_day)
    return (
        _counted(stood.left_join(spent, "consumer_id").mutate(group="role"))
        .union(_counted(spent.anti_join(stood, "consumer_id").mutate(group=ibis.literal(NO_ROLE))))
        .union(_counted(nameless.select(amount="net_amount", group=ibis.literal(ANONYMOUS))))
    )


def value_groups(facts: Facts, asked: Asked) -> ir.Table:
    """Groups of S as of the day: group, people in F, active (worth anything), amount (own + referral value)."""
    counted = facts.warehouse.scratch("counted_then", counted_purchases(asked))
    held = of_relations(own(counted), brought(credit(facts, counted, asked)), sustainable(asked.day))
    return _counted(held.select(group="role", amount=(held.clv > 0).ifelse(held.clv, None)))


def step_groups(asked: Asked) -> ir.Table:
    """Groups of A: group, people who could rise, active (rose), amount (the same)."""
    found = steps(asked.opening_day, asked.day)
    return found.select(group="role", people="eligible", active="risen", amount="risen")


def _mean(
    facts: Facts, name: str, meaning: str, unit: str, before: Asked, after: Asked, groups: Callable[[Asked], ir.Table]
) -> Decomposition:
    found = [_groups(facts, groups(asked)) for asked in (before, after)]
    means = [_per_person(each) for each in found]
    if None in means:
        reason = "nobody to divide by in " + " and ".join(
            word for word, mean in zip(("the period before", "the period"), means) if mean is None
        )
        return Decomposition(name, meaning, unit, means[0], means[1], (), reason=f"not measurable: {reason}")
    ladder = [{role: each[role] for role in ROLES if role in each} for each in found]
    return Decomposition(name, meaning, unit, means[0], means[1], of_means(*ladder))


def _counted(rows: ir.Table) -> ir.Table:
    """Rows of (group, amount; null = not active) as groups."""
    return rows.group_by("group").aggregate(
        people=rows.count().cast("int64"), active=rows.amount.count().cast("int64"),
        amount=rows.amount.sum().fill_null(0).cast("int64"),
    )  # fmt: skip


def _groups(facts: Facts, expression: ir.Table) -> dict[str, Group]:
    rows = facts.warehouse.rows(expression)
    return {row["group"]: Group(row["people"], row["active"], row["amount"]) for row in rows}


def _per_person(groups: dict[str, Group]) -> Fraction | None:
    people = sum(group.people for group in groups.values())
    return Fraction(sum(group.amount for group in groups.values()), people) if people else None


def _number(exact: Fraction | None) -> int | float | None:
    if exact is None:
        return None
    return int(exact) if exact.denominator == 1 else float(exact)


def _identity(change: float | int | None, factors: dict[str, Any]) -> str:
    terms = " + ".join(f"({factors[name]:,.6g}) {name}" if isinstance(factors[name], float)
                       else f"({factors[name]:,}) {name}" for name in FACTORS)  # fmt: skip
    shown = f"{change:,}" if isinstance(change, int) else f"{change:,.6g}"
    return f"{shown} = {terms}"
