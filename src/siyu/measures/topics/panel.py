"""What the platforms' own panels say of touchpoints: totals without persons, a basis of its own, never added to ours.

A panel does not say everything of every day. A sum is over the rows that say the figure, null where none does; a ratio
is over the rows that say both of its sides. Settled, converted and value per visitor stand apart: without persons
nobody can say who is in several of them.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import grouped, named
from siyu.measures.metric import Metric, Topic, Unit

DIMENSIONS = ("platform", "store", "touchpoint", "source_domain", "content_id", "day")
SAID = ("visitors", "new_visitors", "new_fans", "new_members", "buyers", "orders", "paid_amount", "spend",
        "impressions", "clicks")  # fmt: skip
#: Ratios: name -> (above, below), both summed over the rows that say both.
RATIOS = {
    "fan_settle_rate": ("new_fans", "new_visitors"),
    "member_settle_rate": ("new_members", "new_visitors"),
    "convert_rate": ("buyers", "visitors"),
    "uv_value": ("paid_amount", "visitors"),
    "click_rate": ("clicks", "impressions"),
    "roi": ("paid_amount", "spend"),
}


def panel_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Sums of what was said, and both sides of each ratio (`<ratio>_above`, `<ratio>_below`); null = nothing said."""
    daily = facts.of("touchpoint_daily")
    mine = daily.filter(daily.date.between(asked.first_day, asked.day))
    rows = named(mine.mutate(day=mine.date), by)
    sums = {name: rows[name].sum().cast("int64") for name in SAID}
    sides = {}
    for ratio, (above, below) in RATIOS.items():
        both = rows[above].notnull() & rows[below].notnull()
        sides[f"{ratio}_above"] = rows[above].sum(where=both).cast("int64")
        sides[f"{ratio}_below"] = rows[below].sum(where=both).cast("int64")
    said = rows.visitors.count().cast("int64")
    return grouped(rows, by, rows=rows.count().cast("int64"), rows_with_visitors=said, **sums, **sides)


def _sum(name: str, zh: str, en: str, unit: Unit, meaning: str) -> Metric:
    return Metric(f"panel.{name.removesuffix('_amount')}", zh, en, unit,
                  f"{meaning}, as the panels say; days on which they do not are left out.", name)  # fmt: skip


def _ratio(name: str, zh: str, en: str, unit: Unit, meaning: str) -> Metric:
    return Metric(f"panel.{name}", zh, en, unit, f"{meaning}, of the days on which the panels say both.",
                  f"{name}_above", f"{name}_below")  # fmt: skip


PANEL = Topic(
    "panel", "平台面板", "Platform panels", panel_counts,
    (
        _sum("visitors", "访客数", "Visitors", "times", "Visitors by day, summed over days: not distinct"),
        _sum("new_visitors", "新访客数", "New visitors", "times", "New visitors by day"),
        _sum("new_fans", "新增粉丝", "New fans", "relations", "New fans"),
        _sum("new_members", "新增会员", "New members", "relations", "New members"),
        _sum("buyers", "支付买家数", "Buyers", "times", "Buyers by day, summed over days: not distinct"),
        _sum("orders", "支付订单数", "Orders", "orders", "Orders"),
        _sum("paid_amount", "支付金额", "Paid", "minor units", "Paid"),
        _sum("spend", "花费", "Spend", "minor units", "Spend"),
        _sum("impressions", "曝光次数", "Impressions", "events", "Impressions"),
        _sum("clicks", "点击次数", "Clicks", "events", "Clicks"),
        _ratio("fan_settle_rate", "新客转粉率", "New fans per new visitor", "share", "New fans over new visitors"),
        _ratio("member_settle_rate", "新客入会率", "New members per new visitor", "share",
               "New members over new visitors"),
        _ratio("convert_rate", "支付转化率", "Pay conversion rate", "share", "Buyers over visitors"),
        _ratio("uv_value", "UV价值", "Value per visitor", "minor units", "Paid over visitors"),
        _ratio("click_rate", "点击率", "Click rate", "share", "Clicks over impressions"),
        _ratio("roi", "投入产出比", "ROI", "ratio", "Paid over spend, revenue over cost"),
        Metric("panel.said_share", "数据完整度", "Share of rows that say visitors", "share",
               "Rows of the panels that say their visitors over all rows.", "rows_with_visitors", "rows"),
    ),
    DIMENSIONS, ("touchpoint_daily",), basis="aggregates",
)  # fmt: skip
