"""Buyers: what the purchases of each consumer say as of a day, from one pass over them for all who ask."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.aipl import Marks, bought_mark
from siyu.measures.asked import Asked
from siyu.measures.facts import with_net
from siyu.store.tables import ORDER_REFUND, PURCHASE


def buyers(asked: Asked, marks: Marks) -> ir.Table:
    """Consumers with a purchase paid by the end of the day, and one row (consumer_id null) of all anonymous ones.

    Columns: `last_day`, of the newest purchase that holds as of the day (null: all are refunded); `own_value`, the net
    amount in minor units of the purchases that make value (`value.counted_purchases`); `mark` (`aipl.bought_mark`).
    """
    purchase = PURCHASE.expr()
    paid = with_net(purchase.filter(purchase.paid_day <= asked.day), ORDER_REFUND.expr(), asked.closing_at)
    holds = paid.void_day > asked.day
    counts = holds & paid.paid_day.between(*asked.value_days)
    each = paid.select(
        "consumer_id",
        last_day=holds.ifelse(paid.paid_day, ibis.null("int32")),
        counted=counts.ifelse(paid.net_amount, ibis.literal(0, "int64")),
        mark=bought_mark(paid, marks),
    )
    return each.group_by("consumer_id").aggregate(
        last_day=each.last_day.max(), own_value=each.counted.sum().cast("int64"), mark=each.mark.bit_or()
    )
