"""Buyers: what the purchases of each consumer say as of a day, from one pass over them for all who ask."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.aipl import Marks, bought_mark
from siyu.measures.asked import Asked
from siyu.measures.facts import refunded
from siyu.store.sought import sought
from siyu.store.tables import ORDER_REFUND, PURCHASE


def buyers(asked: Asked, marks: Marks) -> ir.Table:
    """Consumers with a purchase paid by the end of the day, and one row (consumer_id null) of all anonymous ones.

    Columns: `last_day`, of the newest purchase that holds as of the day (null: all are refunded); `own_value`, the net
    amount in minor units of the purchases that make value (`value.counted_purchases`); `mark` (`aipl.bought_mark`).
    """
    each = _paid(asked, marks).union(_given_back(asked))
    return each.group_by("consumer_id").aggregate(
        last_day=each.last_day.max(), own_value=each.amount.sum().cast("int64"), mark=each.mark.bit_or()
    )


def _paid(asked: Asked, marks: Marks) -> ir.Table:
    """A row of each purchase: consumer_id, last_day (null where it holds no more), amount (paid, where it makes value),
    mark.
    """
    purchase = PURCHASE.expr()
    paid = purchase.filter(purchase.paid_day <= asked.day)
    return paid.select(
        "consumer_id",
        last_day=(paid.void_day > asked.day).ifelse(paid.paid_day, ibis.null("int32")),
        amount=_makes_value(paid, asked).ifelse(paid.paid_amount, ibis.literal(0, "int64")),
        mark=bought_mark(paid, marks),
    )


def _given_back(asked: Asked) -> ir.Table:
    """A row more of each purchase that makes value and of which something went back: less by that, as `with_net` has
    it. Few have one, and a join of all purchases with them costs as much as all the rest.
    """
    purchase = PURCHASE.expr()
    valued = purchase.filter(_makes_value(purchase, asked)).select("fact_id", "consumer_id", "paid_amount")
    met = valued.join(sought(refunded(ORDER_REFUND.expr(), asked.closing_at), "fact_id"), "fact_id")
    return met.select(
        "consumer_id",
        last_day=ibis.null("int32"),
        amount=-ibis.least(met.paid_amount, met.back),
        mark=ibis.literal(0, "int64"),
    )


def _makes_value(purchase: ir.Table, asked: Asked) -> ir.BooleanValue:
    return (purchase.void_day > asked.day) & purchase.paid_day.between(*asked.value_days)
