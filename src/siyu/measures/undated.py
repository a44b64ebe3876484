"""Refunds that no export dates: the load that first showed them gives the day, and days before do not know them.

A net figure as of such a day is too high by them, and nothing in the figure itself says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.tables import BY_NAME, ORDER_REFUND, PURCHASE


@dataclass(frozen=True)
class SeenLater:
    """Orders of the days that value looks at whose undated refunds were first seen later: how many, how much went back
    (minor units), and the last day on which one was first seen.
    """

    orders: int
    amount_minor: int
    last_day: int


def seen_later(facts: Facts, asked: Asked) -> SeenLater | None:
    """The undated refunds that the figures of the as-of day do not count; None where there are none."""
    row = facts.warehouse.row(undated_after(*asked.value_days))
    return SeenLater(row["orders"], row["amount"], row["last_day"]) if row["orders"] else None


def undated_after(first_day: int, day: int) -> ir.Table:
    """One row: `orders`, `amount` (minor units) and `last_day` of undated refunds first seen after a day, of purchases
    paid from a first day to it: those that value counts.
    """
    bought = PURCHASE.expr()
    later = ORDER_REFUND.expr().filter(lambda t: t.refunded_day > day)
    later = later.semi_join(bought.filter(bought.paid_day.between(first_day, day)), "fact_id")
    later = later.semi_join(_observed(), "refunded_at")  # the instant of a load: no dated refund shares it
    return later.aggregate(orders=later.fact_id.nunique(), amount=later.refund_amount.sum().cast("int64"),
                           last_day=later.refunded_day.max())  # fmt: skip


def _observed() -> ir.Table:
    """The instants of the loads that first showed undated refunds, or more of them."""
    found = [BY_NAME[kind].expr().filter(lambda t: t.refund_basis == "observed").select("refunded_at")
             for kind in ("orders", "refunds")]  # fmt: skip
    return found[0].union(found[1]).distinct()
