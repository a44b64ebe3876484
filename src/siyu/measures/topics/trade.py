"""Trade: what was paid, by whom and for how much, and how visitors became buyers (definitions.md section 7).

Orders count in the period they were paid in, anonymous ones too; paid is gross, net is after refunds up to the as-of
day, settled after those of the first 15 days.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, orders, shop
from siyu.measures.fast_plus.connection import ENTRY_EVENTS
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.store.tables import ORDER_REFUND, RELATION_SPAN

#: Days after the payment in which an order may still come back (definitions.md section 0.11).
SETTLING_DAYS = 15
ORDER_DIMENSIONS = ("platform", "store", "touchpoint", "campaign", "guide", "paid_day")
TRAFFIC_DIMENSIONS = ("platform", "store", "touchpoint", "campaign")


def period_orders(facts: Facts, asked: Asked, more: tuple[str, ...] = ()) -> ir.Table:
    """Paid, real orders of the period with their refunds up to the as-of day: the columns of `facts.orders`, `more`,
    `net_amount`, `settled_amount` (what was left after SETTLING_DAYS) and `provisional` (those are not over).
    """
    paid = orders(facts, more=more)
    mine = paid.filter(paid.paid_day.between(asked.first_day, asked.day))
    back = refunded(mine.select("fact_id", "paid_day"), asked)
    joined = mine.left_join(back, "fact_id").drop("fact_id_right")
    zero = ibis.literal(0, "int64")
    return joined.mutate(
        net_amount=ibis.greatest(joined.paid_amount - joined.back.fill_null(0), zero),
        settled_amount=ibis.greatest(joined.paid_amount - joined.back_soon.fill_null(0), zero),
        provisional=joined.paid_day > asked.day - SETTLING_DAYS,
    ).drop("back", "back_soon")


def refunded(paid: ir.Table, asked: Asked) -> ir.Table:
    """Refunds of orders (fact_id, paid_day) by the as-of day: fact_id, back, back_soon (within SETTLING_DAYS)."""
    refund = ORDER_REFUND.expr()
    past = refund.filter(refund.refunded_at < asked.closing_at).join(paid, "fact_id")
    soon = (past.refunded_day <= past.paid_day + SETTLING_DAYS).ifelse(past.refund_amount, 0)
    return past.group_by("fact_id").aggregate(
        back=past.refund_amount.sum().cast("int64"), back_soon=soon.sum().cast("int64")
    )


def with_relation(paid: ir.Table) -> ir.Table:
    """fact_id of the orders whose buyer held any relation at the payment."""
    held = RELATION_SPAN.expr().select("consumer_id", "valid_from", "valid_to")
    known = paid.filter(paid.consumer_id.notnull()).select("fact_id", "consumer_id", "paid_at")
    met = known.join(held, "consumer_id")
    return met.filter((met.valid_from < met.paid_at) & (met.valid_to >= met.paid_at)).select("fact_id").distinct()


def trade_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Orders of the period: how many, whose, what was paid, kept and settled, and the part paid within a relation."""
    more = tuple(d for d in by if d not in ("platform", "paid_day"))
    paid = facts.warehouse.scratch("period_order", named(period_orders(facts, asked, more), by))
    private = paid.semi_join(with_relation(paid), "fact_id")
    return beside(
        by,
        grouped(
            paid, by,
            orders=paid.count(),
            gmv=paid.paid_amount.sum().cast("int64"),
            net=paid.net_amount.sum().cast("int64"),
            settled=paid.settled_amount.sum().cast("int64"),
            provisional=paid.provisional.ifelse(paid.paid_amount, 0).sum().cast("int64"),
            buyers=paid.consumer_id.nunique(),
            paid_by_known=paid.consumer_id.notnull().ifelse(paid.paid_amount, 0).sum().cast("int64"),
        ),
        grouped(private, by, private=private.paid_amount.sum().cast("int64")),
        _lines(facts, paid, by),
    )  # fmt: skip


def _lines(facts: Facts, paid: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Pieces of the orders that have lines, and how many those are; a line that takes pieces back counts against."""
    lines = facts.of("order_lines")
    each = lines.select("order_id", "quantity", shop=shop(lines))
    mine = paid.select("fact_id", "order_id", *by, shop=shop(paid))
    met = mine.join(each, ["order_id", "shop"])
    return grouped(met, by, pieces=met.quantity.sum().cast("float64"), orders_with_lines=met.fact_id.nunique())


def traffic_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Known visitors (visit, enter, open) of the period beside the buyers and the amount paid there. What one consumer
    did at one touchpoint, or at none, at one instant is one entry.
    """
    events = facts.of_persons("events")
    came = events.filter(events.occurred_day.between(asked.first_day, asked.day) & events.name.isin(ENTRY_EVENTS))
    came = named(came, by).mutate(place=came.touchpoint.fill_null(""))
    came = came.select("consumer_id", "place", "occurred_at", *by).distinct()
    paid = orders(facts, more=tuple(d for d in by if d != "platform"))
    paid = named(paid.filter(paid.paid_day.between(asked.first_day, asked.day)), by)
    return beside(
        by,
        grouped(came, by, visitors=came.consumer_id.nunique(), entries=came.count()),
        grouped(paid, by, buyers=paid.consumer_id.nunique(), paid=paid.paid_amount.sum().cast("int64")),
    )


TRADE = Topic(
    "trade", "交易", "Trade", trade_counts,
    (
        Metric("trade.gmv", "成交总额", "GMV", "minor units",
               "Everything paid in the period, refunds not deducted, anonymous orders included.", "gmv"),
        Metric("trade.net", "净成交额", "Net sales", "minor units",
               "What was paid in the period less what of it was refunded by the as-of day.", "net"),
        Metric("trade.settled", "结算口径成交额", "Settled sales", "minor units",
               "What was paid in the period less what was refunded within 15 days of the payment.", "settled"),
        Metric("trade.provisional_share", "未满15天占比", "Provisional share", "share",
               "Part of the amount paid in the last 15 days: its settled figure may still fall.",
               "provisional", "gmv"),
        Metric("trade.orders", "支付订单数", "Paid orders", "orders", "Orders paid in the period.", "orders"),
        Metric("trade.buyers", "支付买家数", "Buyers", "consumers", "Known consumers who paid in the period.",
               "buyers"),
        Metric("trade.average_spend_per_buyer", "客单价", "Average spend per buyer", "minor units",
               "Paid by known buyers over their number: per buyer, not per order.", "paid_by_known", "buyers"),
        Metric("trade.average_order_value", "笔单价", "Average order value", "minor units",
               "Paid over orders.", "gmv", "orders"),
        Metric("trade.items_per_order", "连带率", "Items per order", "pieces",
               "Pieces over orders, of the orders whose lines are known.", "pieces", "orders_with_lines",
               needs=("order_lines",)),
        Metric("trade.private_sales_share", "私域成交占比", "Private sales share", "share",
               "Part of the amount paid by consumers who held a relation when they paid.", "private", "gmv",
               needs=("relations",)),
    ),
    ORDER_DIMENSIONS, ("orders",), "buyers",
)  # fmt: skip
TRAFFIC = Topic(
    "traffic", "流量与转化", "Traffic", traffic_counts,
    (
        Metric("traffic.visitors", "访客数", "Visitors", "consumers",
               "Known consumers with an entry (visit, enter, open) in the period.", "visitors"),
        Metric("traffic.brand_uv_value", "UV价值", "Value per visitor", "minor units",
               "Everything paid in the period over its distinct visitors.", "paid", "visitors", needs=("orders",)),
        Metric("traffic.pay_conversion_rate", "支付转化率", "Pay conversion rate", "share",
               "Buyers of the period over its visitors; buyers need not have been seen to visit.",
               "buyers", "visitors", needs=("buyers",)),
        Metric("traffic.entries_per_visitor", "人均访问次数", "Entries per visitor", "times",
               "Entries over visitors; what one consumer did at one touchpoint at one instant is one entry.",
               "entries", "visitors"),
    ),
    TRAFFIC_DIMENSIONS, ("events",), "visitors",
)  # fmt: skip
