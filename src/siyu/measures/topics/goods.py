"""Goods: what was sold, to whom, who came back for the same product, and which products open a relation.

Pieces and sales are sums over all lines of orders paid in the period, also lines that take pieces back and lines that
cost nothing; refunds name no line and are not deducted. Buyers, orders, first and repeated purchases rest on lines
that bought something (pieces and amount above 0).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.topics.baskets import YEAR_DAYS, first_occasions, lines, paid_orders, sold, standing

DIMENSIONS = ("sku", "product", "category", "platform")


def goods_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Lines of the period: pieces, sales, orders and buyers; first purchases among them; repeats within a year."""
    period = paid_orders(facts, asked.first_day, asked.day)
    every = facts.warehouse.scratch("goods_line", named(lines(facts, period, "consumer_id", "platform"), ("platform",)))
    taken = sold(every)
    return beside(
        by,
        grouped(
            every, by,
            pieces=every.quantity.sum().cast("float64"),
            sales=every.line_amount.sum().cast("int64"),
        ),
        grouped(taken, by, orders=taken.fact_id.nunique(), buyers=taken.consumer_id.nunique()),
        *_entries(facts, asked, by),
        _repeats(facts, asked, by),
    )  # fmt: skip


def _entries(facts: Facts, asked: Asked, by: tuple[str, ...]) -> tuple[ir.Table, ir.Table]:
    """Standing orders of known buyers in the period, and those of them paid on the buyer's first occasion."""
    stands = standing(paid_orders(facts, asked.first_day, asked.day), asked)
    known = stands.filter(stands.consumer_id.notnull())
    mine = sold(named(lines(facts, known, "consumer_id", "platform", "paid_day"), ("platform",)))
    met = mine.join(first_occasions(asked), "consumer_id")
    first = met.filter(met.paid_day == met.first_day)
    return (
        grouped(mine, by, known_orders=mine.fact_id.nunique()),
        grouped(first, by, first_orders=first.fact_id.nunique()),
    )


def _repeats(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Buyers of the last year who bought a stated sku, and those of them who bought one sku on several days."""
    first, last = asked.last_days(YEAR_DAYS)
    stands = standing(paid_orders(facts, first, last), asked)
    known = stands.filter(stands.consumer_id.notnull())
    mine = sold(named(lines(facts, known, "consumer_id", "platform", "paid_day"), ("platform",)))
    stated = mine.filter(mine.sku != "")
    keys = tuple(dict.fromkeys((*by, "consumer_id", "sku")))
    each = stated.group_by(*keys).aggregate(occasions=stated.paid_day.nunique())
    again = each.filter(each.occasions > 1)
    return beside(
        by,
        grouped(each, by, year_buyers=each.consumer_id.nunique()),
        grouped(again, by, repeat_buyers=again.consumer_id.nunique()),
    )


def price_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Price of a piece of each sku on each platform in the period, weighted by pieces, and the spread of the sku."""
    mine = sold(named(lines(facts, paid_orders(facts, asked.first_day, asked.day), "platform"), ("platform",)))
    priced = mine.filter(mine.sku != "").mutate(price=mine.line_amount.cast("float64") / mine.quantity)
    each = priced.group_by("sku", "platform").aggregate(
        pieces=priced.quantity.sum().cast("float64"),
        lowest=priced.price.min(),
        mean=priced.line_amount.sum().cast("float64") / priced.quantity.sum(),
        highest=priced.price.max(),
    )
    whole = ibis.window(group_by="sku")
    several = each.mean.count().over(whole) > 1
    spread = each.mean.max().over(whole) / each.mean.min().over(whole) - 1
    shown = each.mutate(spread=several.ifelse(spread, ibis.null("float64")))
    return facts.warehouse.rows(shown.order_by("sku", "platform"))


GOODS = Topic(
    "goods", "商品", "Goods", goods_counts,
    (
        Metric("goods.pieces", "销售件数", "Pieces sold", "pieces",
               "Pieces of the orders paid in the period, less those that lines took back.", "pieces"),
        Metric("goods.sales", "商品销售额", "Sales of goods", "minor units",
               "What was paid for the lines of orders paid in the period, refunds not deducted.", "sales"),
        Metric("goods.buyers", "商品购买人数", "Buyers of the product", "consumers",
               "Known consumers with a line of it that bought something in the period.", "buyers"),
        Metric("goods.orders", "商品订单数", "Orders with the product", "orders",
               "Orders of the period with a line of it that bought something.", "orders"),
        Metric("goods.average_price", "件单价", "Average price per piece", "minor units",
               "Sales over pieces: gifts and pieces taken back pull it down and up as they did the takings.",
               "sales", "pieces"),
        Metric("goods.repeat_rate", "商品复购率", "Repeat rate of a product", "share",
               "Of its known buyers in the last 365 days, those who bought the same sku on a later business day; "
               "by platform, on that platform again.", "repeat_buyers", "year_buyers", "365 days"),
        Metric("goods.entry_share", "首购占比", "Entry share", "share",
               "Of its standing orders by known buyers in the period, those paid on the buyer's first occasion.",
               "first_orders", "known_orders"),
    ),
    DIMENSIONS, ("orders", "order_lines"), "buyers",
)  # fmt: skip
PRICE = Sheet(
    "goods.price", "全渠道价格", "Price across platforms",
    "What a piece of each sku cost on each platform in the period (paid amount of a line over its pieces), and the "
    "spread: dearest platform mean over cheapest, less 1; null where only one platform sold it.",
    (
        Column("sku", "SKU", "SKU", "text"),
        Column("platform", "平台", "Platform", "text"),
        Column("pieces", "件数", "Pieces", "pieces"),
        Column("lowest", "最低价", "Lowest", "minor units"),
        Column("mean", "均价", "Mean", "minor units"),
        Column("highest", "最高价", "Highest", "minor units"),
        Column("spread", "平台价差", "Spread", "share"),
    ),
    price_rows, needs=("orders", "order_lines"),
)  # fmt: skip
