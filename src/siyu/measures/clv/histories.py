"""Histories: what purchase models look at of each buyer, and how many buyers share each history.

A purchase is an occasion: a business day with at least one purchase that holds as of the day. Time is in weeks
(days / 7), as in Fader & Hardie.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import net_purchases
from siyu.store.tables import ORDER_REFUND, PURCHASE


def histories(asked: Asked) -> ir.Table:
    """Every known buyer as of a day: consumer_id, frequency, recency_days, age_days, monetary_value.

    frequency = occasions - 1; recency_days = first to last occasion; age_days = first occasion to the day;
    monetary_value = mean net value of the repeat occasions in minor units, null of none.
    """
    purchase = PURCHASE.expr()
    past = purchase.filter(purchase.consumer_id.notnull() & (purchase.paid_day <= asked.day))
    held = net_purchases(past, ORDER_REFUND.expr(), asked.closing_at)
    occasions = held.group_by("consumer_id", "paid_day").aggregate(value=held.net_amount.sum().cast("int64"))
    each = occasions.group_by("consumer_id").aggregate(
        occasions=occasions.count(), first=occasions.paid_day.min(), last=occasions.paid_day.max(),
        total=occasions.value.sum().cast("int64"), first_value=occasions.value.argmin(occasions.paid_day),
    )  # fmt: skip
    repeats = each.occasions - 1
    return each.select(
        "consumer_id",
        frequency=repeats.cast("int64"),
        recency_days=(each["last"] - each["first"]).cast("int64"),
        age_days=(asked.day - each["first"]).cast("int64"),
        monetary_value=((each.total - each.first_value).cast("float64") / repeats.nullif(0)),
    )


def shared_histories(asked: Asked) -> ir.Table:
    """How many buyers have each history: frequency, recency_days, age_days, buyers."""
    each = histories(asked)
    return each.group_by("frequency", "recency_days", "age_days").aggregate(buyers=each.count())
