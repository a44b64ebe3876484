"""What arrives by day: rows of each source and platform, and the daily figures that alerts watch."""

from __future__ import annotations

import functools

import ibis
import ibis.expr.types as ir
import numpy as np

from siyu.core.kinds import BY_NAME
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import is_entry
from siyu.store.tables import PURCHASE, ROLE_SPAN

#: The day that dates a row, by kind. Kinds that are lists (products, targets ...) arrive on no rhythm.
DAYS = {
    "orders": "paid_day", "refunds": "refunded_day", "relations": "started_day", "members": "joined_day",
    "events": "occurred_day", "contents": "occurred_day", "referrals": "occurred_day", "touchpoint_daily": "date",
}  # fmt: skip


def arrivals(facts: Facts, first_day: int, last_day: int) -> ir.Table:
    """Rows in force by kind, source (the mapping they were read with), platform ('' = not stated) and day: rows."""
    return functools.reduce(
        lambda a, b: a.union(b), [_of_kind(facts.of(kind), kind, first_day, last_day) for kind in DAYS]
    )


def figures(facts: Facts, first_day: int, last_day: int) -> ir.Table:
    """The daily figures watched: figure, day, n.

    purchases and paid_amount (gross) of all orders, visitors (known consumers who entered a touchpoint), f_change (who
    came into F less who left it).
    """
    purchase, events, span = PURCHASE.expr(), facts.of("events"), ROLE_SPAN.expr()
    paid = purchase.filter(purchase.paid_day.between(first_day, last_day)).select("paid_amount", day="paid_day")
    entered = events.filter(events.occurred_day.between(first_day, last_day) & is_entry(events))
    entered = facts.persons(entered)
    came = span.select(day="from_day", n=ibis.literal(1, "int64"))
    left = span.select(day="to_day", n=ibis.literal(-1, "int64"))
    steps = came.union(left)
    return (
        _figure("purchases", paid, paid.count())
        .union(_figure("paid_amount", paid, paid.paid_amount.sum()))
        .union(_figure("visitors", entered.mutate(day=entered.occurred_day), ibis._.consumer_id.nunique()))
        .union(_figure("f_change", steps.filter(steps.day.between(first_day, last_day)), ibis._.n.sum()))
    )


def promotion_days(facts: Facts) -> set[int]:
    """Days inside a promotion: they are unusual for a known reason."""
    rows = facts.warehouse.rows(facts.of("promotions").select("starts_on", "ends_on"))
    return {day for row in rows for day in range(row["starts_on"], row["ends_on"] + 1)}


def by_day(rows: list[dict], first_day: int, last_day: int) -> np.ndarray:
    """Rows of (day, n) as one number for each day; days without a row are 0."""
    counts = np.zeros(last_day - first_day + 1)
    for row in rows:
        counts[row["day"] - first_day] += row["n"]
    return counts


def _of_kind(rows: ir.Table, kind: str, first_day: int, last_day: int) -> ir.Table:
    dated = rows.mutate(
        kind=ibis.literal(kind),
        day=rows[DAYS[kind]].cast("int32"),
        at=rows.platform.fill_null("") if BY_NAME[kind].field("platform") else ibis.literal(""),
    )
    wanted = dated.filter(dated.day.between(first_day, last_day))
    grouped = wanted.group_by("kind", "source", "at", "day").aggregate(n=wanted.count().cast("int64"))
    return grouped.select("kind", "source", "day", "n", platform="at")


def _figure(name: str, rows: ir.Table, n: ir.Value) -> ir.Table:
    counted = rows.group_by("day").aggregate(n=n)
    return counted.select(figure=ibis.literal(name), day=counted.day.cast("int32"), n=counted.n.cast("int64"))
