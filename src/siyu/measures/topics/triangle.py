"""Youzan's triangle: how much of the brand's consumers it owns, what they are worth, how many recommend it.

definitions.md section 7.11 (ours). By platform or store a relation counts where it was won, a purchase where it was
made.
"""

from __future__ import annotations

import math
from typing import Any

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.value import counted_purchases
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.ratio import ratio
from siyu.measures.topics.known import known
from siyu.measures.topics.places import holders, placed_purchases, relation_records
from siyu.store.tables import VALID_REFERRAL

DIMENSIONS = ("platform", "store")
SHARING_DAYS = 365
#: Each axis and what it divides.
AXES = {
    "ownership_power": ("in_f", "known"),
    "customer_value": ("net", "in_f"),
    "recommendation_rate": ("sharers", "in_f"),
}


def triangle_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Consumers in F and all known, the net amount of the former in the last `value.days`, and who of them shared."""
    held = holders(facts, relation_records(facts), asked.day, by)
    in_f = facts.warehouse.scratch("placed_in_f", held.semi_join(sustainable(asked.day), "consumer_id"))
    everybody = known(facts, asked.day, by)
    sharers = in_f.semi_join(_sharers(asked), "consumer_id")
    bought = placed_purchases(facts, counted_purchases(asked), by).semi_join(in_f, ["consumer_id", *by])
    return beside(
        by,
        grouped(in_f, by, in_f=in_f.count().cast("int64")),
        grouped(everybody, by, known=everybody.count().cast("int64")),
        grouped(bought, by, net=bought.net_amount.sum().cast("int64")),
        grouped(sharers, by, sharers=sharers.count().cast("int64")),
    )


def _sharers(asked: Asked) -> ir.Table:
    """Inviters of a valid referral in the last 365 days: consumer_id."""
    referral = VALID_REFERRAL.expr()
    recent = referral.filter(referral.occurred_day.between(*asked.last_days(SHARING_DAYS)))
    return recent.select(consumer_id="inviter_id").distinct()


def triangle_area(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Each axis now and when the period opened, the index of the two, and the area of the triangle they span.

    With the three axes 120 degrees apart and each divided by its baseline, the area is sin(120) / 2 x (ab + bc + ca);
    the baseline's is that of 1, 1, 1, so the index of the area is (ab + bc + ca) / 3. Null where an axis is.
    """
    now = facts.warehouse.row(triangle_counts(facts, asked, ()))
    before = facts.warehouse.row(triangle_counts(facts, asked.on(asked.opening_day), ()))
    rows = [_axis(axis, now, before) for axis in AXES]
    return [*rows, _area(*(row["index"] for row in rows))]


def _axis(axis: str, now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    above, below = AXES[axis]
    value, baseline = (ratio(counts[above], counts[below]) for counts in (now, before))
    return {"axis": axis, "value": value, "baseline": baseline, "index": ratio(value, baseline)}


def _area(a: float | None, b: float | None, c: float | None) -> dict[str, Any]:
    unit = math.sqrt(3) / 4
    pairs = None if a is None or b is None or c is None else a * b + b * c + c * a
    value = None if pairs is None else unit * pairs
    return {"axis": "area", "value": value, "baseline": unit * 3, "index": ratio(pairs, 3)}


TRIANGLE = Topic(
    "triangle", "私域三角", "Youzan triangle", triangle_counts,
    (
        Metric("triangle.ownership_power", "私域产权力", "Ownership power", "share",
               "Consumers in F over all known consumers.", "in_f", "known", window="as of the day"),
        Metric("triangle.customer_value", "单客价值度", "Customer value", "minor units",
               "Net amount that consumers in F bought in the last `value.days`, over their number.", "net", "in_f",
               window="value.days", needs=("orders",)),
        Metric("triangle.recommendation_rate", "顾客推荐率", "Recommendation rate", "share",
               "Of the consumers in F, the part with a valid referral as inviter in the last 365 days.", "sharers",
               "in_f", window="365 days", needs=("referrals",)),
    ),
    DIMENSIONS, ("relations",), "in_f",
)  # fmt: skip
AREA = Sheet(
    "triangle.area", "私域三角面积", "Area of the triangle",
    "The axes as of the day and as of the opening of the period, each index = now / then; area = sin(120)/2 x "
    "(ab + bc + ca) of the three indices, its index = (ab + bc + ca) / 3.",
    (
        Column("axis", "维度", "Axis", "text"),
        Column("value", "本期", "Now", "ratio"),
        Column("baseline", "基准", "Baseline", "ratio"),
        Column("index", "指数", "Index", "ratio"),
    ),
    triangle_area, "as of the day and of the opening", ("relations", "orders", "referrals"),
)  # fmt: skip
