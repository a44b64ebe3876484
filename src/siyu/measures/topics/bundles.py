"""Bundles: skus and categories bought together in one order, by lift."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Sheet, Unit
from siyu.measures.topics.baskets import lines, paid_orders, sold, standing

#: A pair met less often than this says more of chance than of the pair.
FEWEST_TOGETHER = 3
MOST_PAIRS = 50


def pairs(holdings: ir.Table) -> ir.Table:
    """Pairs (a before b) of things held by the same holder (`holder`, `thing`): together, of_a, of_b, holders (all),
    support = together / holders, confidence_ab = together / of_a, confidence_ba = together / of_b and
    lift = together x holders / (of_a x of_b), the MOST_PAIRS highest of those met FEWEST_TOGETHER times.
    """
    each = holdings.select("holder", "thing").filter(holdings.thing != "").distinct()
    held = each.group_by("thing").aggregate(held=each.count())
    one, other = each.select("holder", a="thing"), each.select("holder", b="thing")
    met = one.join(other, "holder")
    met = met.filter(met.a < met.b)
    together = met.group_by("a", "b").aggregate(together=met.count())
    enough = together.filter(together.together >= FEWEST_TOGETHER)
    counted = (
        enough.join(held.select(a="thing", of_a="held"), "a")
        .join(held.select(b="thing", of_b="held"), "b")
        .cross_join(each.aggregate(holders=each.holder.nunique()))
    )
    return _weighed(counted).order_by(ibis.desc("lift"), ibis.desc("together"), "a", "b").limit(MOST_PAIRS)


def _weighed(counted: ir.Table) -> ir.Table:
    """The counts with their three shares. The products are whole numbers below 2^53, so every engine rounds alike."""
    together, of_a, of_b, holders = (counted[n].cast("float64") for n in ("together", "of_a", "of_b", "holders"))
    return counted.select(
        "a", "b", "together", "of_a", "of_b",
        support=together / holders,
        confidence_ab=together / of_a,
        confidence_ba=together / of_b,
        lift=(together * holders) / (of_a * of_b),
    )  # fmt: skip


def bundle_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Pairs of skus, then of categories, in standing orders of the period (anonymous ones too), by lift."""
    stands = standing(paid_orders(facts, asked.first_day, asked.day), asked)
    mine = facts.warehouse.scratch("bundle_line", sold(lines(facts, stands)).select("fact_id", "sku", "category"))
    found = []
    for kind in ("sku", "category"):
        top = pairs(mine.select(holder="fact_id", thing=kind))
        found += [{"kind": kind, **row} for row in facts.warehouse.rows(top)]
    return found


def pair_columns(unit: Unit, zh: str, en: str) -> tuple[Column, ...]:
    """The columns of `pairs`, of holders called `zh` and `en`."""
    return (
        Column("a", "甲", "A", "text"),
        Column("b", "乙", "B", "text"),
        Column("together", f"同时含甲乙的{zh}", f"{en} with both", unit),
        Column("of_a", f"含甲的{zh}", f"{en} with A", unit),
        Column("of_b", f"含乙的{zh}", f"{en} with B", unit),
        Column("support", "支持度", "Support", "share"),
        Column("confidence_ab", "甲→乙置信度", "Confidence A to B", "share"),
        Column("confidence_ba", "乙→甲置信度", "Confidence B to A", "share"),
        Column("lift", "提升度", "Lift", "ratio"),
    )


BUNDLES = Sheet(
    "goods.bundles", "连带组合", "Bundles",
    "Pairs of skus and of categories in one standing order of the period: how often together, and how much more often "
    f"than if they were independent (lift). Pairs met fewer than {FEWEST_TOGETHER} times are left out; the "
    f"{MOST_PAIRS} of the highest lift stand, support being over orders with any such thing.",
    (Column("kind", "粒度", "Of", "text"), *pair_columns("orders", "订单", "Orders")),
    bundle_rows, needs=("orders", "order_lines"),
)  # fmt: skip
