"""The first-purchase matrix: people who have not bought yet, by segment, as how many there are x how many start to buy.

A person belongs to the touchpoint and platform of their first trace and to each city the member list states of them;
what is not stated is no segment. Facts name no category that a visitor looked at, so there is none here.
"""

from __future__ import annotations

import statistics

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import ENTRY_EVENTS
from siyu.measures.metric import Column, Sheet
from siyu.measures.spans import holding
from siyu.measures.topics.places import relation_records, with_traits
from siyu.store.tables import PURCHASE

SEGMENTS = ("touchpoint", "platform", "city")
#: (at least the median size, at least the median conversion and somebody bought) -> quadrant.
QUADRANTS = {(True, True): "core", (False, True): "opportunity", (True, False): "potential", (False, False): "watch"}


def matrix_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Segments by kind, largest first; the cuts are the medians of the segments of one kind."""
    met = with_traits(_prospects(facts, asked), facts, ("city",))
    prospects = facts.warehouse.scratch("prospect", met)
    found = []
    for kind in SEGMENTS:
        each = prospects.filter(prospects[kind] != "").group_by(segment=kind)
        counted = each.aggregate(size=prospects.consumer_id.nunique(), bought=_buying(prospects))
        rows = facts.warehouse.rows(counted.order_by(ibis.desc("size"), "segment"))
        found += _quartered([{"kind": kind, **row, "conversion": row["bought"] / row["size"]} for row in rows])
    return found


def _buying(prospects: ir.Table) -> ir.Value:
    buyer = prospects.buys.ifelse(prospects.consumer_id, ibis.null("int64"))
    return buyer.nunique()


def _prospects(facts: Facts, asked: Asked) -> ir.Table:
    """Consumers with a trace and no purchase before the period: consumer_id, touchpoint and platform of the first
    trace, `buys` (a first purchase in the period). A trace that only follows the first purchase explains nothing and
    is left out.
    """
    first = facts.warehouse.scratch("first_purchase", _first_purchases(asked))
    traces = _traces(facts, asked).left_join(first, "consumer_id").drop("consumer_id_right")
    before = traces.filter(
        traces.first_at.isnull() | ((traces.first_day >= asked.first_day) & (traces["at"] <= traces.first_at))
    )
    in_order = ibis.window(group_by="consumer_id", order_by=["at", "touchpoint", "platform"])
    numbered = before.mutate(place=ibis.row_number().over(in_order))
    return numbered.filter(numbered.place == 0).select(
        "consumer_id", "touchpoint", "platform", buys=numbered.first_at.notnull()
    )


def _first_purchases(asked: Asked) -> ir.Table:
    purchase = PURCHASE.expr()
    stands = purchase.filter(
        purchase.consumer_id.notnull() & (purchase.paid_day <= asked.day) & (purchase.void_day > asked.day)
    )
    return stands.group_by("consumer_id").aggregate(first_at=stands.paid_at.min(), first_day=stands.paid_day.min())


def _traces(facts: Facts, asked: Asked) -> ir.Table:
    """Relations held at the opening or begun in the period, and entries of the period: consumer_id, at, touchpoint,
    platform."""
    relation, events = relation_records(facts), facts.of_persons("events")
    begun = relation.filter(relation.from_day.between(asked.first_day, asked.day))
    held = holding(relation, asked.opening_day).union(begun)
    came = events.filter(events.occurred_day.between(asked.first_day, asked.day) & events.name.isin(ENTRY_EVENTS))
    entered = came.select(
        "consumer_id", at="occurred_at", touchpoint=came.touchpoint.fill_null(""), platform=came.platform.fill_null("")
    )
    return held.select("consumer_id", "touchpoint", "platform", at="valid_from").union(
        entered.select("consumer_id", "touchpoint", "platform", "at")
    )


def _quartered(rows: list[dict]) -> list[dict]:
    if not rows:
        return []
    size, conversion = (statistics.median(row[name] for row in rows) for name in ("size", "conversion"))
    return [
        {**row, "quadrant": QUADRANTS[row["size"] >= size, row["bought"] > 0 and row["conversion"] >= conversion]}
        for row in rows
    ]


MATRIX = Sheet(
    "first_purchase.matrix", "首购人群矩阵", "First-purchase matrix",
    "People known (a relation, or an entry of the period) who had bought nothing before the period, by first "
    "touchpoint, platform and city: how many, and how many first bought in the period. Cut at the medians of each "
    "kind: core 核心人群 (many, converting), opportunity 机会人群 (few, converting), potential 潜力人群 (many, hardly "
    "converting), watch 观察人群 (few, hardly converting).",
    (
        Column("kind", "分群维度", "By", "text"),
        Column("segment", "人群", "Segment", "text"),
        Column("size", "人数", "Size", "consumers"),
        Column("bought", "首购人数", "First bought", "consumers"),
        Column("conversion", "首购转化率", "Conversion", "share"),
        Column("quadrant", "象限", "Quadrant", "text"),
    ),
    matrix_rows, needs=("orders",), people="size",
)  # fmt: skip
