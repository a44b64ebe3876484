"""Refunds whose order is not loaded: nothing is taken off for them, and nothing in a net figure says so."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, shop


@dataclass(frozen=True)
class Orphans:
    """How many refunds name an order that is not loaded, how much they gave back (minor units), and of how many
    another platform has an order of that number.
    """

    refunds: int
    amount_minor: int
    elsewhere: int


def orphans(facts: Facts, asked: Asked) -> Orphans | None:
    """The refunds of no loaded order among the days that value looks at; None where there are none."""
    row = facts.warehouse.row(without_order(facts, *asked.value_days))
    return Orphans(row["refunds"], row["amount"], row["elsewhere"]) if row["refunds"] else None


def without_order(facts: Facts, first_day: int, day: int) -> ir.Table:
    """One row for refunds of a first day to another: `refunds`, `amount` (minor units) and `elsewhere` of `orphans`."""
    stated, orders = facts.of("refunds"), facts.of("orders")
    given = stated.filter(stated.refunded_day.between(first_day, day))
    given = given.select("order_id", "refund_amount", shop=shop(given))
    lost = given.anti_join(orders.select("order_id", shop=shop(orders)), ["shop", "order_id"])
    numbers = orders.select("order_id").distinct().mutate(found=1)
    beside = lost.left_join(numbers, "order_id").drop("order_id_right")
    return beside.aggregate(refunds=beside.count(), amount=beside.refund_amount.sum().cast("int64"),
                            elsewhere=ibis.coalesce(beside.found.sum(), 0).cast("int64"))  # fmt: skip
