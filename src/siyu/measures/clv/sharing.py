"""What consumers brought by sharing: the purchases of others credited to them, as value.py credits them."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases
from siyu.measures.fast_plus.value import credit
from siyu.store.tables import ORDER_REFUND, PURCHASE


def credited(facts: Facts, asked: Asked) -> ir.Table:
    """Every purchase credited to a sharer, as of the day: consumer_id (the sharer), paid_day, net_amount."""
    purchase = PURCHASE.expr()
    past = purchase.filter(purchase.paid_day <= asked.day)
    counted = net_purchases(past, ORDER_REFUND.expr(), asked.closing_at)
    paid = counted.select("fact_id", "paid_day")
    return credit(facts, counted, asked).join(paid, "fact_id").select("paid_day", "net_amount", consumer_id="sharer_id")


def brought(credits: ir.Table, asked: Asked) -> ir.Table:
    """Sharers: consumer_id, referred (purchases of the last `value.days`), referred_value (of these),
    historic_referral, first_shared.

    Values are net, in minor units; historic_referral is of all time, first_shared the day of the first purchase.
    """
    first, _ = asked.value_days
    recent = credits.paid_day >= first
    return credits.group_by("consumer_id").aggregate(
        referred=recent.cast("int64").sum().cast("int64"),
        referred_value=recent.ifelse(credits.net_amount, 0).sum().cast("int64"),
        historic_referral=credits.net_amount.sum().cast("int64"),
        first_shared=credits.paid_day.min(),
    )
