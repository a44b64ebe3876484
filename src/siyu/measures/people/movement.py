"""Movement through the CLV matrix: who rose between two days, with the cuts of the first frozen.

See definitions.md section 6.4. Everyone of the matrix at the opening is followed to the close; who came later has no
before and is left out. Groups may be compared, and a comparison of groups that nobody drew at random says so: it is no
proof.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import relations_held
from siyu.measures.measurable import lacking
from siyu.measures.metric import Column, Sheet
from siyu.measures.people.difference import difference
from siyu.measures.people.matrix import AXES, CLASSES, cuts_of, matrix, valued
from siyu.measures.ratio import ratio

ALL, MEMBERS, OTHERS = "all", "members at the opening", "others"
OBSERVED = "members - others (observed, not proof 观察对比，非因果证明)"
VALUES = ("own_value", "referral_value", "value_share")
SUMS = ("consumers", "upgraded", "downgraded", "delta_own", "delta_referral", "delta_total")


def movement(facts: Facts, asked: Asked) -> ir.Table:
    """Everyone of the matrix at the opening: consumer_id, and before and after each value and the place on each axis.

    Columns end in _before or _after: own_value, referral_value, value_share (minor units), own_place, referral_place.
    The cuts are those of the opening on both days. `moved`: 1 = rose on an axis and fell on none, -1 = the reverse,
    0 = neither, or a rise on one axis and a fall on the other.
    """
    opening = asked.on(asked.opening_day)
    worth = valued(facts, opening)
    cuts = cuts_of(facts, opening, worth)
    columns = (*VALUES, *(f"{axis}_place" for axis in AXES))
    before = _suffixed(matrix(worth, cuts), columns, "before")
    after = _suffixed(matrix(valued(facts, asked), cuts), columns, "after")
    joined = before.left_join(after, "consumer_id").drop("consumer_id_right")
    filled = joined.mutate(**{f"{name}_after": joined[f"{name}_after"].fill_null(0) for name in columns})
    return facts.warehouse.scratch("movement", filled.mutate(moved=_moved(filled)))


def _suffixed(table: ir.Table, columns: tuple[str, ...], suffix: str) -> ir.Table:
    return table.select("consumer_id", **{f"{name}_{suffix}": table[name] for name in columns})


def _moved(both: ir.Table) -> ir.IntegerValue:
    steps = [both[f"{axis}_place_after"] - both[f"{axis}_place_before"] for axis in AXES]
    rose, fell = ((steps[0] > 0) | (steps[1] > 0)), ((steps[0] < 0) | (steps[1] < 0))
    return ibis.cases((rose & ~fell, 1), (fell & ~rose, -1), else_=0).cast("int64")


def members(day: int) -> ir.Table:
    """Active members as of a day: consumer_id, once each."""
    held = relations_held(day)
    return held.filter(held.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id").distinct()


def summed(facts: Facts, moved: ir.Table) -> dict[str, Any]:
    """People, rises and changes of value of a part of `movement`; upgrade_share is null of nobody.

    delta_total is the change of value_share, in which no order stands twice; delta_own and delta_referral stand apart.
    """
    deltas = {
        name: (moved[f"{value}_after"] - moved[f"{value}_before"]).sum().cast("int64").fill_null(0)
        for name, value in zip(SUMS[3:], VALUES)
    }
    row = facts.warehouse.row(
        moved.aggregate(
            consumers=moved.count(), upgraded=(moved.moved == 1).ifelse(1, 0).sum().cast("int64").fill_null(0),
            downgraded=(moved.moved == -1).ifelse(1, 0).sum().cast("int64").fill_null(0), **deltas)
    )  # fmt: skip
    return {**row, "upgrade_share": ratio(row["upgraded"], row["consumers"])}


def compared(facts: Facts, moved: ir.Table, treated: ir.Table, control: ir.Table) -> dict[str, Any]:
    """The upgrade_share of a group of `movement` against a control group (each any expression with consumer_id), and
    the difference with its 95% interval; null where a group has nobody. Only assignment by chance would make it proof.
    """
    one, other = (summed(facts, moved.semi_join(group, "consumer_id")) for group in (treated, control))
    found = difference(one["upgraded"], one["consumers"], other["upgraded"], other["consumers"])
    value, low, high = found or (None, None, None)
    return {"consumers": one["consumers"], "control_consumers": other["consumers"],
            "upgrade_share": one["upgrade_share"], "control_upgrade_share": other["upgrade_share"],
            "difference": value, "low": low, "high": high}  # fmt: skip


def movement_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Everyone, then members and others of the opening; without any membership loaded, everyone alone."""
    moved, joined = movement(facts, asked), members(asked.opening_day)
    groups = {ALL: moved}
    if not lacking(facts, ("memberships",)):
        groups |= {MEMBERS: moved.semi_join(joined, "consumer_id"), OTHERS: moved.anti_join(joined, "consumer_id")}
    return [{"group": name, **summed(facts, rows)} for name, rows in groups.items()]


def difference_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Members of the opening against everyone else of the matrix."""
    moved, joined = movement(facts, asked), members(asked.opening_day)
    return [{"comparison": OBSERVED, **compared(facts, moved, joined, moved.anti_join(joined, "consumer_id"))}]


def migration_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """From cell to cell of the matrix, in the order of the classes; only ways that somebody went."""
    moved = movement(facts, asked)
    places = tuple(f"{axis}_place_{when}" for when in ("before", "after") for axis in AXES)
    counted = facts.warehouse.rows(moved.group_by(*places).aggregate(consumers=moved.count()).order_by(*places))
    names = {place: place.replace("_place", "") for place in places}
    return [{**{names[p]: CLASSES[row[p]] for p in places}, "consumers": row["consumers"]} for row in counted]


_NEEDS = ("orders", "referrals")
MOVEMENT = Sheet(
    "people.movement", "人群矩阵前后对比", "Before and after in the CLV matrix",
    "Consumers of the matrix at the opening, their value of `value.days` then and at the close, with the cuts of the"
    " opening: how many rose, and by how much value changed. Members beside others are observed, not proof.",
    (
        Column("group", "人群", "Group", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("upgraded", "升级", "Up", "consumers"),
        Column("downgraded", "降级", "Down", "consumers"),
        Column("upgrade_share", "升级率", "Share up", "share"),
        Column("delta_own", "自购变化", "Own change", "minor units"),
        Column("delta_referral", "传播变化", "Referral change", "minor units"),
        Column("delta_total", "分享后变化", "Shared change", "minor units"),
    ),
    movement_rows, "the period", _NEEDS, "consumers",
)  # fmt: skip
MOVEMENT_DIFFERENCE = Sheet(
    "people.movement_difference", "升级率差异", "Difference of upgrade shares",
    "Upgrade share of members less that of others, 95% interval of two proportions (Newcombe 1998, method 10);"
    " observed, not proof: who joins may differ in other ways too.",
    (
        Column("comparison", "对比", "Comparison", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("control_consumers", "对照人数", "Control", "consumers"),
        Column("upgrade_share", "升级率", "Upgrade share", "share"),
        Column("control_upgrade_share", "对照升级率", "Control share", "share"),
        Column("difference", "差异", "Difference", "share"),
        Column("low", "下限", "Low", "share"),
        Column("high", "上限", "High", "share"),
    ),
    difference_rows, "the period", (*_NEEDS, "memberships"), "consumers",
)  # fmt: skip
MIGRATION = Sheet(
    "people.migration", "人群矩阵迁移", "Migration through the CLV matrix",
    "Consumers of the matrix at the opening by their cell then and at the close, with the cuts of the opening.",
    (
        Column("own_before", "期初自购价值", "Own value before", "text"),
        Column("referral_before", "期初传播价值", "Referral value before", "text"),
        Column("own_after", "期末自购价值", "Own value after", "text"),
        Column("referral_after", "期末传播价值", "Referral value after", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
    ),
    migration_rows, "the period", _NEEDS, "consumers",
)  # fmt: skip
