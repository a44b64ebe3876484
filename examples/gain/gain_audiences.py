"""GAIN-like, ours: the audiences of `gain_audience.toml` with their size and what they pay, as a sheet in Python.

A sheet is a measure whose answer is a table; its function runs Ibis expressions through the warehouse's verbs.
"""

import ibis

from siyu.measures.facts import orders
from siyu.measures.metric import Column, Sheet

HIGH_VALUE_MINOR = 100_000
AUDIENCES = ("high value", "mainstay")


def audiences(facts, asked):
    """One row per audience: buyers of the 365 days before the period, what they paid then, and paid in the period."""
    paid = orders(facts)
    known = paid.filter(paid.consumer_id.notnull() & (paid.paid_day <= asked.day))
    before = known.paid_day.between(asked.opening_day - 364, asked.opening_day)
    now = known.paid_day >= asked.first_day
    each = known.group_by("consumer_id").aggregate(
        before=before.ifelse(known.paid_amount, 0).sum().cast("int64"),
        now=now.ifelse(known.paid_amount, 0).sum().cast("int64"),
    )
    old = each.filter(each.before > 0)
    named = old.mutate(audience=(old.before >= HIGH_VALUE_MINOR).ifelse(*map(ibis.literal, AUDIENCES)))
    found = named.group_by("audience").aggregate(
        consumers=named.count(), before=named.before.sum().cast("int64"), now=named.now.sum().cast("int64")
    )
    rows = {row["audience"]: row for row in facts.warehouse.rows(found)}
    return [rows.get(name, {"audience": name, "consumers": 0, "before": 0, "now": 0}) for name in AUDIENCES]


SHEETS = (
    Sheet(
        "gain.audiences", "人群构成（类GAIN）", "Audiences (GAIN-like)",
        "Buyers of the 365 days before the period by what they paid then (1,000 or more is high value).",
        (
            Column("audience", "人群", "Audience", "text"),
            Column("consumers", "人数", "Consumers", "consumers"),
            Column("before", "期前365天支付", "Paid in the 365 days before", "minor units"),
            Column("now", "本期支付", "Paid in the period", "minor units"),
        ),
        audiences, needs=("orders",), people="consumers", version="own.v1",
    ),
)  # fmt: skip
