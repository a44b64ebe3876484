"""Media: what was spent, whom it reached, what it sold within a day and whom it won (definitions.md section 7.4).

Spend stands on its own day, reach on the day of the event, purchases on the day of the ad touch they are credited to,
consumers on the day they were won, so that a row holds one day's spend and what came of it. ROI is revenue over cost.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, shop
from siyu.measures.fast_plus.connection import ENTRY_EVENTS
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.measures.topics.acquisition import acquired, ad_touches, credited_purchases, standing

DIMENSIONS = ("campaign", "touchpoint", "day")
VALUE_DAYS = 365


def media_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Spend, reach of paid media, what was credited to it and whom it won, side by side."""
    touches = facts.warehouse.scratch("ad_touch", ad_touches(facts, asked))
    credited = facts.warehouse.scratch("ad_credited", credited_purchases(asked, touches))
    sold = facts.warehouse.scratch("ad_purchase", with_costs(facts, credited))
    won = facts.warehouse.scratch("ad_acquired", period_acquired(facts, asked, touches))
    return beside(
        by,
        _spent(facts, asked, by),
        *_reached(facts, asked, by),
        grouped(
            sold, by,
            credited_paid=sold.paid_amount.sum().cast("int64"),
            costed_paid=sold.cost.notnull().ifelse(sold.paid_amount, 0).sum().cast("int64"),
            profit=(sold.net_amount - sold.cost).sum().cast("float64"),
        ),
        grouped(won, by, acquired=won.count().cast("int64"), acquired_net=won.net.sum().cast("int64")),
    )  # fmt: skip


def period_spend(facts: Facts, asked: Asked) -> ir.Table:
    """Spend of the period: day, touchpoint, campaign, amount."""
    spend = facts.of("spend")
    mine = spend.filter(spend.date.between(asked.first_day, asked.day))
    return named(mine.select("touchpoint", "campaign", "amount", day="date"), DIMENSIONS)


def with_costs(facts: Facts, sold: ir.Table) -> ir.Table:
    """Purchases with `cost` of their goods (float64, minor units): null unless every line's product has a cost."""
    orders, lines, products = facts.of("orders"), facts.of("order_lines"), facts.of("products")
    shops = orders.select("fact_id", "order_id", shop=shop(orders))
    mine = facts.warehouse.scratch("ad_order", shops.semi_join(sold, "fact_id"))
    each = lines.select("order_id", "quantity", "sku", shop=shop(lines))
    costed = each.left_join(products.select("sku", "cost"), "sku").select("order_id", "shop", "quantity", "cost")
    priced = mine.join(costed, ["order_id", "shop"])
    whole = priced.group_by("fact_id").aggregate(
        cost=(priced.quantity * priced.cost).sum().cast("float64"), unknown=priced.count(where=priced.cost.isnull())
    )
    known = whole.filter(whole.unknown == 0).select("fact_id", "cost")
    return sold.left_join(known, "fact_id").drop("fact_id_right")


def period_acquired(facts: Facts, asked: Asked, touches: ir.Table) -> ir.Table:
    """Consumers won in the period with `net`: net amount of their purchases of the 365 days from then, so far."""
    every = acquired(facts, asked, touches)
    won = every.filter(every.day.between(asked.first_day, asked.day))
    met = won.join(standing(asked).select("consumer_id", "paid_day", "net_amount"), "consumer_id")
    inside = met.filter(met.paid_day <= met.day + VALUE_DAYS)
    net = inside.group_by("consumer_id").aggregate(net=inside.net_amount.sum().cast("int64"))
    joined = won.left_join(net, "consumer_id").drop("consumer_id_right")
    return joined.mutate(net=joined.net.fill_null(0))


def _spent(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    spend = period_spend(facts, asked)
    return grouped(spend, by, spend=spend.amount.sum().cast("int64"))


def _reached(facts: Facts, asked: Asked, by: tuple[str, ...]) -> tuple[ir.Table, ir.Table]:
    """Impressions and clicks of paid media, of unknown people too; known visitors through it."""
    shown = _paid_events(facts.of("events"), asked, ("impression", "click"))
    visits = _paid_events(facts.of_persons("events"), asked, ENTRY_EVENTS)
    return (
        grouped(
            shown, by,
            impressions=shown.count(where=shown.name == "impression").cast("int64"),
            clicks=shown.count(where=shown.name == "click").cast("int64"),
        ),
        grouped(visits, by, visitors=visits.consumer_id.nunique()),
    )  # fmt: skip


def _paid_events(events: ir.Table, asked: Asked, names: tuple[str, ...]) -> ir.Table:
    inside = events.occurred_day.between(asked.first_day, asked.day)
    paid = events.filter(inside & events.paid_media.fill_null(False) & events.name.isin(names))
    return named(paid.mutate(day=paid.occurred_day), DIMENSIONS)


MEDIA = Topic(
    "media", "媒体投放", "Media", media_counts,
    (
        Metric("media.spend", "投放花费", "Spend", "minor units", "Media and campaign spend of the period.", "spend"),
        Metric("media.impressions", "曝光次数", "Impressions", "events", "Impressions of paid media in the events.",
               "impressions", needs=("events",)),
        Metric("media.clicks", "点击次数", "Clicks", "events", "Clicks of paid media in the events.", "clicks",
               needs=("events",)),
        Metric("media.click_rate", "点击率", "Click rate", "share", "Clicks over impressions of paid media.",
               "clicks", "impressions", needs=("events",)),
        Metric("media.visitors", "付费访客数", "Visitors through paid media", "consumers",
               "Known consumers with an entry through paid media.", "visitors", needs=("events",)),
        Metric("media.cost_per_visitor", "访客成本", "Cost per visitor", "minor units",
               "Spend over known visitors through paid media.", "spend", "visitors", needs=("events",)),
        Metric("media.credited_paid", "广告归因成交额", "Paid, credited to ads", "minor units",
               "Paid (gross) for purchases that stand and whose last ad touch (click or entry through paid media) was "
               "in the period and within a day before.", "credited_paid", needs=("events", "orders")),
        Metric("media.roi_immediate", "即时ROI", "Immediate ROI", "ratio",
               "Paid, credited to ads within a day, over spend: revenue over cost, not profit.",
               "credited_paid", "spend", needs=("events", "orders")),
        Metric("media.acquired", "拉新人数", "Newly acquired", "consumers",
               "Consumers whose first relation or first purchase came by a campaign with spend.", "acquired"),
        Metric("media.cac", "获客成本", "Acquisition cost", "minor units", "Spend over newly acquired consumers.",
               "spend", "acquired"),
        Metric("media.profit_roi", "利润ROI", "Profit ROI", "ratio",
               "Net amount less cost of goods of the credited purchases whose goods all have a known cost, over all "
               "spend: gross profit over cost; read it with media.costed_share.", "profit", "spend",
               needs=("events", "orders", "order_lines", "products")),
        Metric("media.costed_share", "成本已知占比", "Share with known costs", "share",
               "Part of the amount credited to ads whose goods all have a known cost.", "costed_paid",
               "credited_paid", needs=("events", "orders", "order_lines", "products")),
        Metric("media.ltv_to_cac", "LTV/CAC", "LTV to CAC", "ratio",
               "Net amount per acquired consumer in the 365 days from when they were won (so far, where those are not "
               "over) over the cost of acquiring one, which is their net amount over spend.",
               "acquired_net", "spend", needs=("orders",)),
    ),
    DIMENSIONS, ("spend",), "visitors",
)  # fmt: skip
