"""Histories: what purchase models look at of each buyer of the warehouse, as of a day.

A purchase is an occasion: a business day with at least one purchase that holds as of the day. Time is in weeks
(days / 7), as in Fader & Hardie; money in minor units.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from siyu.measures.asked import Asked
from siyu.measures.clv.summary import Summary
from siyu.measures.clv.weeks import CALENDAR, Clock
from siyu.measures.facts import net_purchases
from siyu.store.tables import ORDER_REFUND, PURCHASE
from siyu.store.warehouse import Warehouse

#: What of a history the models look at.
HISTORY = ("consumer_id", "frequency", "recency_days", "age_days", "monetary_value")


def occasions(asked: Asked) -> ir.Table:
    """Occasions of known buyers as of the end of a day: consumer_id, paid_day, value (net, minor units)."""
    purchase = PURCHASE.expr()
    past = purchase.filter(purchase.consumer_id.notnull() & (purchase.paid_day <= asked.day))
    held = net_purchases(past, ORDER_REFUND.expr(), asked.closing_at)
    return held.group_by("consumer_id", "paid_day").aggregate(value=held.net_amount.sum().cast("int64"))


def histories(asked: Asked) -> ir.Table:
    """Every known buyer: consumer_id, frequency, recency_days, age_days, monetary_value, first_value, historic_own.

    frequency = occasions - 1; recency_days = first to last occasion; age_days = first occasion to the day;
    monetary_value = mean net value of the repeat occasions, 0 of none; first_value = of the first occasion;
    historic_own = of all.
    """
    bought = occasions(asked)
    each = bought.group_by("consumer_id").aggregate(
        occasions=bought.count(), first=bought.paid_day.min(), last=bought.paid_day.max(),
        total=bought.value.sum().cast("int64"), first_value=bought.value.argmin(bought.paid_day),
    )  # fmt: skip
    repeats = each.occasions - 1
    repeated = (each.total - each.first_value).cast("float64") / repeats.nullif(0)
    return each.select(
        "consumer_id",
        frequency=repeats.cast("int64"),
        recency_days=(each["last"] - each["first"]).cast("int64"),
        age_days=(asked.day - each["first"]).cast("int64"),
        monetary_value=ibis.coalesce(repeated, 0.0),
        first_value=each.first_value.cast("int64"),
        historic_own=each.total,
    )


def summary(warehouse: Warehouse, asked: Asked) -> Summary:
    """The histories as arrays, in weeks, by ascending consumer_id."""
    return of_rows(warehouse.arrow(histories(asked)).sort_by("consumer_id"), asked.day)


def of_rows(rows: pa.Table, day: int, clock: Clock = CALENDAR) -> Summary:
    """Rows with the columns of `histories` as of a day as arrays, in their order, in weeks of the clock."""
    column = {name: rows[name].to_numpy() for name in HISTORY}
    first = day - column["age_days"]
    return Summary(
        column["frequency"].astype(np.float64), clock.between(first, first + column["recency_days"]),
        clock.between(first, day), column["monetary_value"], column["consumer_id"], clock.unit,
    )  # fmt: skip
