"""Contribution: what was left of net sales after the goods themselves, and of how much of the sales that is known.

An order's goods are costed when every one of its lines has a product of known cost; orders that are not are left out
of the contribution, never taken as free. A partial refund lowers sales but not the cost: facts do not say that the
goods came back. Coupons, points, commission and sends are not recorded yet and stand as not measurable.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.measures.topics.baskets import lines, standing
from siyu.measures.topics.trade import period_orders

DIMENSIONS = ("platform", "store", "category")


def contribution_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Net sales of the period's standing orders, those of costed orders, their goods' cost and the difference; money
    is float64 minor units because an order's net is shared among its lines. Null where no order is costed.
    """
    parts = _parts(facts, asked, by)
    nothing = ibis.null("float64")
    return grouped(
        parts, by,
        orders=parts.fact_id.nunique(),
        buyers=parts.consumer_id.nunique(),
        net=parts.net.sum().fill_null(0.0),
        net_costed=parts.costed.ifelse(parts.net, 0.0).sum().fill_null(0.0),
        goods_cost=parts.costed.ifelse(parts.goods_cost, nothing).sum(),
        after_goods=parts.costed.ifelse(parts.net - parts.goods_cost, nothing).sum(),
    )  # fmt: skip


def _parts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Orders in their lines (one without lines is one part): its share of the net, whether the order is costed, cost.

    Where categories are asked for, the net is shared by the lines' amounts; equally where these sum to nothing.
    """
    more = ("store",) if "store" in by else ()
    paid = standing(period_orders(facts, asked, more), asked)
    paid = facts.warehouse.scratch("contribution_order", named(paid, tuple(d for d in by if d != "category")))
    each = facts.warehouse.scratch("contribution_line", lines(facts, paid))
    of_order = ibis.window(group_by="fact_id")
    weighed = each.select(
        "fact_id", "category",
        goods_cost=each.cost.cast("float64") * each.quantity,
        costed=each.cost.notnull().ifelse(1, 0).min().over(of_order) == 1,
        share=_share(each, of_order),
    )  # fmt: skip
    met = paid.left_join(weighed if "category" in by else _whole(weighed), "fact_id")
    return met.mutate(
        category=met.category.fill_null(""),
        costed=met.costed.fill_null(False),
        net=met.net_amount.cast("float64") * met.share.fill_null(1.0),
    )


def _whole(weighed: ir.Table) -> ir.Table:
    """The lines of an order as one part, so that its net stays a whole number."""
    order = weighed.group_by("fact_id").aggregate(
        goods_cost=weighed.goods_cost.sum(), costed=weighed.costed.ifelse(1, 0).min() == 1
    )
    return order.mutate(category=ibis.literal(""), share=ibis.literal(1.0))


def _share(each: ir.Table, of_order: ibis.expr.builders.WindowBuilder) -> ir.Value:
    total = each.line_amount.sum().over(of_order).cast("float64")
    number = each.count().over(of_order).cast("float64")
    return (total > 0).ifelse(each.line_amount.cast("float64") / total.nullif(0.0), 1.0 / number)


CONTRIBUTION = Topic(
    "contribution", "贡献毛益", "Contribution", contribution_counts,
    (
        Metric("contribution.net", "净成交额", "Net sales", "minor units",
               "Paid in the period less refunds by the as-of day, by category in proportion to the lines.", "net"),
        Metric("contribution.coverage", "成本已知占比", "Coverage of costs", "share",
               "Part of net sales in orders whose every line has a known cost.", "net_costed", "net"),
        Metric("contribution.goods_cost", "商品成本", "Cost of goods", "minor units",
               "Unit cost times pieces, of the orders that stand and whose every line has a known cost.", "goods_cost",
               needs=("order_lines", "product_costs")),
        Metric("contribution.after_goods", "扣除商品成本后贡献", "Contribution after goods", "minor units",
               "Net sales less cost of goods, of the orders that stand and whose every line has a known cost; coupons, "
               "points, commission and sends are not deducted.", "after_goods", needs=("order_lines", "product_costs")),
        Metric("contribution.margin", "扣除商品成本后贡献率", "Margin after goods", "share",
               "Contribution after goods over the net sales of the same orders.", "after_goods", "net_costed",
               needs=("order_lines", "product_costs")),
        Metric("contribution.coupons", "优惠券成本", "Cost of coupons", "minor units",
               "What redeemed coupons cost.", "coupons", needs=("coupon_costs",)),
        Metric("contribution.points", "积分成本", "Cost of points", "minor units",
               "What points issued cost.", "points", needs=("point_costs",)),
        Metric("contribution.commission", "佣金", "Commission", "minor units",
               "Commission payable to guides and sharers.", "commission", needs=("commissions",)),
        Metric("contribution.sends", "触达成本", "Cost of sends", "minor units",
               "What messages sent cost.", "sends", needs=("send_costs",)),
    ),
    DIMENSIONS, ("orders",), "buyers",
)  # fmt: skip
