"""Baskets: the lines of paid orders with what the catalogue knows of them, and who held a membership when paying.

What the topics of goods start from; it counts nothing itself.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, orders, shop
from siyu.measures.occasions import bought
from siyu.store.tables import PURCHASE, RELATION_SPAN

#: Days that stand for "a year" where a measure looks further back than the period.
YEAR_DAYS = 365


def paid_orders(facts: Facts, first_day: int, day: int, more: tuple[str, ...] = ()) -> ir.Table:
    """Paid, real orders of some days, anonymous ones too, refunded later or not: columns of `facts.orders`, `more`."""
    paid = orders(facts, more=more)
    return paid.filter(paid.paid_day.between(first_day, day))


def standing(paid: ir.Table, asked: Asked) -> ir.Table:
    """Those of the orders (fact_id, paid_day) that are purchases as of the day: paid, not fully refunded by its end."""
    purchase = PURCHASE.expr()
    kept = paid.semi_join(purchase.filter(purchase.void_day > asked.day), "fact_id")
    return kept.filter(kept.paid_day <= asked.day)


def first_occasions(asked: Asked) -> ir.Table:
    """Each buyer's first purchase occasion as of the day: consumer_id, first_day."""
    occasions = bought(PURCHASE.expr(), asked.day)
    return occasions.group_by("consumer_id").aggregate(first_day=occasions.paid_day.min())


def paid_as_member(paid: ir.Table) -> ir.Table:
    """fact_id of the orders (consumer_id, paid_at) whose buyer was a member at the payment."""
    span = RELATION_SPAN.expr()
    member = span.filter(span.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id", "valid_from", "valid_to")
    known = paid.filter(paid.consumer_id.notnull()).select("fact_id", "consumer_id", "paid_at")
    met = known.join(member, "consumer_id")
    return met.filter((met.valid_from < met.paid_at) & (met.valid_to >= met.paid_at)).select("fact_id").distinct()


def lines(facts: Facts, paid: ir.Table, *columns: str) -> ir.Table:
    """Lines of orders: fact_id and `columns` of the order; sku, product, category (what the line does not say, the
    catalogue says; else ''), quantity, line_amount (minor units), and of the catalogue launched_at and cost.
    """
    stated, catalogue = facts.of("order_lines"), facts.of("products")
    each = stated.select(
        "order_id", "quantity", sku=stated.sku.fill_null(""), line_product=stated["product"],
        line_category=stated.category, line_amount=stated.paid_amount, shop=shop(stated),
    )  # fmt: skip
    known = catalogue.select("sku", "name", "category", "launched_at", "cost")
    mine = paid.select("fact_id", "order_id", *columns, shop=shop(paid))
    met = mine.join(each, ["order_id", "shop"]).left_join(known, "sku")
    return met.select(
        "fact_id", *columns, "sku", "quantity", "line_amount", "launched_at", "cost",
        product=ibis.coalesce(met.line_product, met.name, ibis.literal("")),
        category=ibis.coalesce(met.line_category, met.category, ibis.literal("")),
    )  # fmt: skip


def sold(lines: ir.Table) -> ir.Table:
    """The lines that bought something: pieces taken back, gifts and samples are none."""
    return lines.filter((lines.quantity > 0) & (lines.line_amount > 0))
