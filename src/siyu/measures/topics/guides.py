"""Guides: store associates, the customers bound to them and what those buy (definitions.md section 7.9).

Only records that name a guide count. A customer bound to several counts with each; platform and store are those of the
record, for attributed sales those of the order.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Metric, Topic
from siyu.measures.topics.places import holders, placed, relation_records
from siyu.measures.topics.trade import period_orders
from siyu.store.tables import PURCHASE

DIMENSIONS = ("guide", "store", "platform")


def guide_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Guides, their customers as of the day, those reachable and those who bought, and the orders that name a guide."""
    return beside(by, *_customers(facts, asked, by), _attributed(facts, asked, by))


def _customers(facts: Facts, asked: Asked, by: tuple[str, ...]) -> list[ir.Table]:
    records = relation_records(facts)
    bound_records = facts.warehouse.scratch("guide_record", records.filter(records.guide != ""))
    bound = holders(facts, bound_records, asked.day, by)
    pairs = holders(facts, bound_records, asked.day, _with_guide(by))
    reachable = bound.semi_join(sustainable(asked.day), "consumer_id")
    spent = bound.join(_spending(asked), "consumer_id")
    return [
        grouped(pairs, by, guides=pairs.guide.nunique().cast("int64")),
        grouped(bound, by, bound=bound.count().cast("int64")),
        grouped(reachable, by, reachable=reachable.count().cast("int64")),
        grouped(spent, by, converted=spent.count().cast("int64"), spent=spent.paid.sum().cast("int64")),
    ]


def _with_guide(by: tuple[str, ...]) -> tuple[str, ...]:
    return by if "guide" in by else (*by, "guide")


def _spending(asked: Asked) -> ir.Table:
    """What each consumer paid in the period for purchases that stand as of the day, wherever: consumer_id, paid."""
    purchase = PURCHASE.expr()
    recent = purchase.filter(
        purchase.consumer_id.notnull()
        & purchase.paid_day.between(asked.first_day, asked.day)
        & (purchase.void_day > asked.day)
    )
    return recent.group_by("consumer_id").aggregate(paid=recent.paid_amount.sum().cast("int64"))


def _attributed(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    paid = placed(period_orders(facts, asked, ("guide", "store")), _with_guide((*by, "platform")))
    mine = paid.filter(paid.guide != "")
    return grouped(
        mine, by,
        attributed_orders=mine.count().cast("int64"),
        attributed=mine.paid_amount.sum().cast("int64"),
        attributed_net=mine.net_amount.sum().cast("int64"),
    )  # fmt: skip


GUIDES = Topic(
    "guides", "导购", "Guides", guide_counts,
    (
        Metric("guides.guides", "导购数", "Guides", "guides",
               "Guides to whom any customer is bound at the end of the day.", "guides", window="as of the day",
               needs=("relations",)),
        Metric("guides.bound", "绑定客户数", "Customers bound", "consumers",
               "Consumers with a relation or membership that names the guide, held at the end of the day.", "bound",
               window="as of the day", needs=("relations",)),
        Metric("guides.reachable", "可触达客户数", "Customers reachable", "consumers",
               "Of the customers bound, those in F: with a channel open.", "reachable", window="as of the day",
               needs=("relations",)),
        Metric("guides.reached", "已触达客户数", "Customers reached", "consumers",
               "Of the customers bound, those to whom the guide sent something in the period.", "reached",
               needs=("guide_sends",)),
        Metric("guides.converted", "转化客户数", "Customers converted", "consumers",
               "Of the customers bound, those with a purchase in the period, wherever it was made.", "converted",
               needs=("relations", "orders")),
        Metric("guides.conversion_rate", "转化率", "Conversion rate", "share",
               "Converted over customers bound.", "converted", "bound", needs=("relations", "orders")),
        Metric("guides.spend_per_buyer", "买家人均消费", "Spend per buyer", "minor units",
               "Paid in the period by the converted customers for purchases that stand, over their number.", "spent",
               "converted", needs=("relations", "orders")),
        Metric("guides.attributed_orders", "归因订单数", "Attributed orders", "orders",
               "Orders paid in the period that name a guide.", "attributed_orders", needs=("orders",)),
        Metric("guides.attributed_sales", "归因成交额", "Attributed sales", "minor units",
               "Paid in the period in orders that name a guide, refunds not deducted.", "attributed",
               needs=("orders",)),
        Metric("guides.attributed_net", "归因净成交额", "Net attributed sales", "minor units",
               "The same less what was refunded by the as-of day.", "attributed_net", needs=("orders",)),
        Metric("guides.task_completion", "任务完成率", "Task completion", "share",
               "Tasks done over tasks given.", "tasks_done", "tasks", needs=("guide_tasks",)),
        Metric("guides.commission", "应付佣金", "Commission payable", "minor units",
               "Commission on attributed sales.", "commission", needs=("commissions",)),
        Metric("guides.clawback", "佣金追回", "Clawback", "minor units",
               "Commission taken back after refunds.", "clawback", needs=("commissions",)),
    ),
    DIMENSIONS, people="bound",
)  # fmt: skip
