"""Purchases of categories: which consumer bought which category on which day, from the lines of orders."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.errors import MeasureError, did_you_mean
from siyu.measures.facts import Facts, shop
from siyu.store.tables import PURCHASE

#: Categories named in a message when the one asked for is unknown.
NAMED_MOST = 20


def category_purchases(facts: Facts) -> ir.Table:
    """Categories known consumers bought: consumer_id, category, paid_day, void_day, paid (minor units, of the lines).

    A line's category is its own, else its product's. Lines that take pieces back or cost nothing are no purchase, and
    neither are lines of an order refunded in full (from its void_day on); partial refunds name no line and change
    nothing.
    """
    line, product, order = facts.of("order_lines"), facts.of("products"), facts.of("orders")
    stocked = product.select("sku", product_category="category")
    real = line.filter((line.quantity > 0) & (line.paid_amount > 0) & ~line.takes_back.fill_null(False))
    named = real.left_join(stocked, "sku")
    category = ibis.coalesce(named.category.nullif(""), named.product_category.nullif(""))
    each = named.select("order_id", "paid_amount", shop=shop(named), category=category)
    known = each.filter(each.category.notnull())
    ordered = order.select("fact_id", "order_id", shop=shop(order))
    purchase = PURCHASE.expr()
    mine = purchase.filter(purchase.consumer_id.notnull()).select("fact_id", "consumer_id", "paid_day", "void_day")
    joined = known.join(ordered, ["order_id", "shop"]).join(mine, "fact_id")
    return joined.group_by("consumer_id", "category", "paid_day", "void_day").aggregate(
        paid=joined.paid_amount.sum().cast("int64")
    )


def standing(bought: ir.Table, day: int, first_day: int = 0) -> ir.Table:
    """Of purchases with paid_day and void_day, those paid from first_day to day that stand as of the end of the day."""
    return bought.filter(bought.paid_day.between(first_day, day) & (bought.void_day > day))


def check_category(facts: Facts, bought: ir.Table, category: str) -> None:
    """MeasureError when no line says a category, or nobody ever bought this one."""
    by_category = bought.group_by("category").aggregate(lines=bought.count())
    known = [row["category"] for row in facts.warehouse.rows(by_category.order_by(ibis.desc("lines"), "category"))]
    if not known:
        raise MeasureError("not measurable: no order lines of known consumers that say their category.",
                           remedy="Load order lines with a category, or with a sku whose product has one.")  # fmt: skip
    if category not in known:
        more = " ..." if len(known) > NAMED_MOST else ""
        raise MeasureError(f"Nobody has bought a category '{category}'.{did_you_mean(category, known)}",
                           remedy=f"There are: {', '.join(known[:NAMED_MOST])}{more}")  # fmt: skip
