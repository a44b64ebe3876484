"""Lifecycle: from new to lost, by how long ago one bought against how often (definitions.md section 2.4)."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.value import counted_purchases
from siyu.measures.measurable import lacking
from siyu.measures.metric import Column, Sheet
from siyu.measures.occasions import bought
from siyu.store.tables import PURCHASE, RELATION_SPAN

STAGES = ("new", "prospect", "first_buyer", "reactivated", "active", "sleeping", "lost")
#: Days since the first relation in which somebody who has not bought is new.
NEW_DAYS = 30
#: Occasions from which a buyer's own rhythm counts.
OWN_RHYTHM = 3
#: The expected interval of a brand in which nobody has bought twice.
USUAL_DAYS = 90.0
#: Stage at the opening of consumers who became known only after it.
UNKNOWN = ""


def lifecycle(facts: Facts, asked: Asked) -> ir.Table:
    """Stage of everyone known as of the day: consumer_id, stage, occasions, days_since, interval_days.

    days_since (the last occasion) and interval_days (expected) are null without occasions. The brand's interval is the
    median of all gaps between neighbouring occasions of all its buyers, each gap once. Occasions of all time count.
    """
    occasion = facts.warehouse.scratch(f"occasion_{asked.day}", occasions(asked.day))
    usual = brand_interval(facts, occasion)
    return staged(known(facts, asked).left_join(_rhythms(occasion, usual), "consumer_id"), asked.day)


def known(facts: Facts, asked: Asked) -> ir.Table:
    """Consumers whom a relation, a paid order, an event or a content named by the end of the day: consumer_id,
    first_relation_day (null without a relation).
    """
    relation, purchase = RELATION_SPAN.expr(), PURCHASE.expr()
    none = ibis.null("int32")
    paid = purchase.filter(purchase.consumer_id.notnull() & (purchase.paid_day <= asked.day))
    acts = [rows.filter(rows.occurred_day <= asked.day) for rows in map(facts.of_persons, ("events", "contents"))]
    seen = relation.filter(relation.from_day <= asked.day).select("consumer_id", began_day="from_day")
    for rows in (paid, *acts):
        seen = seen.union(rows.select("consumer_id", began_day=none).distinct())
    return seen.group_by("consumer_id").aggregate(first_relation_day=seen.began_day.min())


def occasions(day: int) -> ir.Table:
    """Occasions that stand as of a day: consumer_id, paid_day, gap (days since the one before; null of the first)."""
    each = bought(PURCHASE.expr(), day).distinct()
    before = each.paid_day.lag().over(ibis.window(group_by="consumer_id", order_by="paid_day"))
    return each.mutate(gap=(each.paid_day - before).cast("int64"))


def brand_interval(facts: Facts, occasion: ir.Table) -> float:
    """The median gap of all buyers in days; USUAL_DAYS when nobody has bought on two days."""
    gaps = occasion.filter(occasion.gap.notnull())
    counted = facts.warehouse.rows(gaps.group_by("gap").aggregate(n=gaps.count()).order_by("gap"))
    total = sum(row["n"] for row in counted)
    if not total:
        return USUAL_DAYS
    return (_at(counted, (total - 1) // 2) + _at(counted, total // 2)) / 2


def _at(counted: list[dict[str, int]], place: int) -> int:
    """The value at a place (from 0) of values that stand in ascending order with their counts."""
    for row in counted:
        place -= row["n"]
        if place < 0:
            return row["gap"]
    raise AssertionError("a place beyond the last value")


def _rhythms(occasion: ir.Table, usual: float) -> ir.Table:
    """Each buyer: consumer_id, occasions, last_day, last_gap, interval_days."""
    latest = ibis.window(group_by="consumer_id", order_by=ibis.desc("paid_day"))
    placed = occasion.mutate(from_end=ibis.row_number().over(latest))
    each = placed.group_by("consumer_id").aggregate(
        occasions=placed.count().cast("int64"),
        last_day=placed.paid_day.max(),
        last_gap=(placed.from_end == 0).ifelse(placed.gap, ibis.null("int64")).max(),
    )
    joined = each.left_join(_own_medians(occasion), "consumer_id").drop("consumer_id_right")
    own = (joined.occasions >= OWN_RHYTHM).ifelse(joined.median_gap, ibis.literal(usual, "float64"))
    return joined.mutate(interval_days=own).drop("median_gap")


def _own_medians(occasion: ir.Table) -> ir.Table:
    """Median gap of each buyer with any gap: the mean of the gap or two gaps in the middle."""
    gaps = occasion.filter(occasion.gap.notnull())
    placed = gaps.mutate(
        twice=2 * ibis.row_number().over(ibis.window(group_by="consumer_id", order_by="gap")),
        gaps=gaps.count().over(ibis.window(group_by="consumer_id")),
    )
    middle = placed.filter(placed.twice.between(placed.gaps - 2, placed.gaps))
    return middle.group_by("consumer_id").aggregate(median_gap=middle.gap.cast("float64").mean())


def staged(people: ir.Table, day: int) -> ir.Table:
    """The stages of people with their rhythms, as definitions.md section 2.4 tells them apart."""
    n = people.occasions.fill_null(0)
    since = (day - people.last_day).cast("int64")
    young = people.first_relation_day.notnull() & (day - people.first_relation_day <= NEW_DAYS)
    stage = ibis.cases(
        ((n == 0) & young, "new"),
        (n == 0, "prospect"),
        (since > 2 * people.interval_days, "lost"),
        (since > people.interval_days, "sleeping"),
        (n == 1, "first_buyer"),
        (people.last_gap > 2 * people.interval_days, "reactivated"),
        else_="active",
    )
    return people.select("consumer_id", "interval_days", stage=stage, occasions=n, days_since=since)


def stage_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """How many consumers stand at each stage, how many of them in F, and what they bought in the last `value.days`."""
    staged = facts.warehouse.scratch(f"staged_{asked.day}", lifecycle(facts, asked))
    in_f = sustainable(asked.day).select("consumer_id", in_f=ibis.literal(1, "int64"))
    joined = staged.left_join(in_f, "consumer_id").drop("consumer_id_right")
    joined = joined.left_join(_net(asked), "consumer_id").drop("consumer_id_right")
    summed = joined.group_by("stage").aggregate(
        consumers=joined.count().cast("int64"),
        in_f=joined.in_f.fill_null(0).sum().cast("int64"),
        net_value=joined.net.fill_null(0).sum().cast("int64"),
    )
    found = {row["stage"]: row for row in facts.warehouse.rows(summed)}
    nobody = {"consumers": 0, "in_f": 0, "net_value": 0}
    unknown = {"in_f": None} if lacking(facts, ("relations",)) else {}
    return [{"stage": stage, **nobody, **found.get(stage, {}), **unknown} for stage in STAGES]


def _net(asked: Asked) -> ir.Table:
    counted = counted_purchases(asked)
    known = counted.filter(counted.consumer_id.notnull())
    return known.group_by("consumer_id").aggregate(net=known.net_amount.sum().cast("int64"))


def move_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Consumers by stage at the opening and at the closing, in the order of the stages; UNKNOWN at the opening first.

    Only moves that somebody made.
    """
    opening = lifecycle(facts, asked.on(asked.opening_day)).select("consumer_id", stage_before="stage")
    joined = lifecycle(facts, asked).left_join(opening, "consumer_id")
    moves = joined.select(opening=joined.stage_before.fill_null(UNKNOWN), closing="stage")
    counted = facts.warehouse.rows(moves.group_by("opening", "closing").aggregate(consumers=moves.count()))
    order = (UNKNOWN, *STAGES)
    return sorted(counted, key=lambda row: (order.index(row["opening"]), order.index(row["closing"])))


LIFECYCLE = Sheet(
    "people.lifecycle", "生命周期", "Lifecycle",
    "Consumers known as of the day by stage: days since the last purchase against the interval expected (the own median"
    " gap from three occasions on, else the median of all gaps of the brand's buyers). Own value is of the last"
    " `value.days`.",
    (
        Column("stage", "阶段", "Stage", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("in_f", "其中可持续运营", "Of these in F", "consumers"),
        Column("net_value", "自购价值合计", "Own value in all", "minor units"),
    ),
    stage_rows, "as of the day", ("orders",), "consumers",
)  # fmt: skip
LIFECYCLE_MOVES = Sheet(
    "people.lifecycle_moves", "生命周期流转", "Moves through the lifecycle",
    "Consumers by stage at the opening of the period and at its close; no opening stage: not known then.",
    (
        Column("opening", "期初阶段", "Stage at the opening", "text"),
        Column("closing", "期末阶段", "Stage at the close", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
    ),
    move_rows, "the period", ("orders",), "consumers",
)  # fmt: skip
