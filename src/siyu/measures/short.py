"""Orders of which more went back than the loaded refunds tell: a list of refunds was loaded that lacks some."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.tables import ORDER_REFUND, PURCHASE


@dataclass(frozen=True)
class Short:
    """How many orders' own export says that more went back than the refunds with a day, and how much more (minor
    units).
    """

    orders: int
    amount_minor: int


def short(facts: Facts, asked: Asked) -> Short | None:
    """Those among the purchases that value looks at; None where there are none."""
    row = facts.warehouse.row(told_short(facts, *asked.value_days))
    return Short(row["orders"], row["amount"]) if row["orders"] else None


def told_short(facts: Facts, first_day: int, day: int) -> ir.Table:
    """One row for purchases paid from a first day to another: `orders` and `amount` of `short`."""
    bought, dated = PURCHASE.expr(), ORDER_REFUND.expr()
    told = dated.group_by("fact_id").aggregate(told=dated.refund_amount.sum().cast("int64"))
    orders = facts.of("orders").select("fact_id", "refund_amount")
    stated = orders.semi_join(bought.filter(bought.paid_day.between(first_day, day)), "fact_id")
    compared = stated.join(told, "fact_id").mutate(lacks=lambda t: t.refund_amount - t.told)
    lacking = compared.filter(compared.lacks > 0)
    return lacking.aggregate(orders=lacking.count(), amount=lacking.lacks.sum().cast("int64"))
