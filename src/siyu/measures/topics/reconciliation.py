"""Own figures beside those another system reports, and what explains the difference (definitions.md section 7.3).

A reported figure names a platform, maybe a store (none = the whole platform) and a day. Ours stand by the day of
payment: `gmv` (gross), `net` (less refunds so far), `orders` and `buyers` (known consumers) of real orders; `refunds`
made that day; `members` who hold a membership there as the day ends. Money is reported in currency units.

Nobody tells us how the other system counts, so each way in which it may count otherwise is a part. A system counts
alike every day: of all choices of parts, that which leaves the least (the sum of absolute rests over all days and
stores of the metric, platform and source) explains it; of equal ones the one with the fewest parts, then the earlier in
the order of PARTS. A part chosen is taken whole. Parts and rest always sum to the difference.
"""

from __future__ import annotations

from itertools import combinations, groupby
from typing import Any

from siyu.core.money import exponent
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Sheet
from siyu.measures.topics.claims import PLACE, claims, figures, members, reported

METRICS = ("gmv", "net", "orders", "buyers", "members", "refunds")
#: Of what is no money.
UNITS = {"orders": "orders", "buyers": "consumers", "members": "consumers"}
PARTS = ("unpaid", "refunds", "refund_timing", "not_counted", "duplicates", "other_day")
KEY = ("metric", "platform", "source", "store", "day")
Row = dict[str, Any]


def reconciliation_rows(facts: Facts, asked: Asked) -> list[Row]:
    """One row per reported figure of the period, by metric, platform, source, store and day."""
    warehouse = facts.warehouse
    told = warehouse.scratch("reported", reported(facts, asked, METRICS))
    claimed = warehouse.scratch("claim", claims(facts, asked, told))
    own: dict[tuple, Row] = {}
    for row in [*warehouse.rows(figures(claimed)), *warehouse.rows(members(facts, told))]:
        own.setdefault(_place(row), {}).update(row)
    scale = 10 ** exponent(asked.settings["brand.currency"])
    rows = [_compared(row, own.get(_place(row), {}), scale) for row in warehouse.rows(told)]
    in_order = sorted(rows, key=lambda row: tuple(row[key] for key in KEY))
    alike = groupby(in_order, key=lambda row: tuple(row[key] for key in KEY[:3]))
    return [row for _, group in alike for row in explained(list(group))]


def explained(rows: list[Row]) -> list[Row]:
    """Rows of one metric, platform and source (reported, own, every part) with the parts that do not explain their
    differences set to 0, and `difference` and `unexplained`.
    """
    there = [part for part in PARTS if any(row[part] for row in rows)]
    choices = [chosen for size in range(len(there) + 1) for chosen in combinations(there, size)]
    best = min(choices, key=lambda chosen: sum(abs(_rest(row, chosen)) for row in rows))
    return [
        {**row, **{part: 0 for part in PARTS if part not in best},
         "difference": _rest(row, ()), "unexplained": _rest(row, best)}
        for row in rows
    ]  # fmt: skip


def _compared(told: Row, own: Row, scale: int) -> Row:
    """A reported figure, ours, and every part there may be; amounts in minor units."""
    metric = told["metric"]
    shown = told["value"] * (1 if metric in UNITS else scale)
    parts = {part: own.get(f"{metric}_{part}") or 0 for part in PARTS}
    return {
        **{key: told[key] for key in KEY},
        "unit": UNITS.get(metric, "minor units"),
        "reported": round(shown, 6),
        "own": own.get(f"{metric}_own") or 0,
        **parts,
    }


def _rest(row: Row, chosen: tuple[str, ...]) -> float:
    """What the chosen parts leave; a millionth of the unit is no difference."""
    return round(row["reported"] - row["own"] - sum(row[part] for part in chosen), 6)


def _place(row: Row) -> tuple:
    return tuple(row[key] for key in PLACE)


RECONCILIATION = Sheet(
    "reconciliation", "数据对账", "Reconciliation",
    "Own figures of a platform, store and day beside the reported ones. The difference is "
    "explained by the parts that come nearest to it over all days: orders never paid, refunds of the day's orders, "
    "refunds counted on the day they were made, tests and free orders, orders kept twice, orders paid on another day "
    "than ordered. What is left is unexplained; parts and rest sum to the difference.",
    (
        Column("metric", "指标", "Metric", "text"),
        Column("platform", "平台", "Platform", "text"),
        Column("source", "报告来源", "Source", "text"),
        Column("store", "店铺", "Store", "text"),
        Column("day", "日期", "Day", "day"),
        Column("unit", "单位", "Unit", "text"),
        Column("reported", "平台报告值", "Reported", "as its row says"),
        Column("own", "自有口径值", "Own", "as its row says"),
        Column("difference", "差异", "Difference", "as its row says"),
        Column("unpaid", "未支付订单", "Orders never paid", "as its row says"),
        Column("refunds", "退款", "Refunds of the day's orders", "as its row says"),
        Column("refund_timing", "退款时点", "Refund timing", "as its row says"),
        Column("not_counted", "测试与零元单", "Tests and free orders", "as its row says"),
        Column("duplicates", "重复订单", "Kept twice", "as its row says"),
        Column("other_day", "跨日支付", "Paid on another day", "as its row says"),
        Column("unexplained", "未解释差异", "Unexplained", "as its row says"),
    ),
    reconciliation_rows, needs=("reported_metrics",), basis="persons and aggregates",
)  # fmt: skip
