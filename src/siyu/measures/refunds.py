"""Refunds of orders: the best that is known of each, and nothing twice.

Where an export tells a total without a date, the loads date it: what a later version of the record shows more went back
later, so that a refund of tomorrow does not change yesterday (definitions.md section 0.5).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.facts import Facts, shop
from siyu.store.formula import formula
from siyu.store.tables import BY_NAME, DERIVED_REFUND

#: What is known of an order's refunds, the best first: what says when, what only says how much, the order's own figure.
DATED, UNDATED, OWN = range(3)
REFUND = ("refunded_at", "refunded_day", "refund_amount")


def order_refunds(facts: Facts, orders: ir.Table) -> ir.Table:
    """Refunds of paid orders (store.tables.ORDER_REFUND)."""
    return _order_refunds(facts.of("refunds"), facts.of("orders"), orders)


@formula
def _order_refunds(stated: ir.Table, stating: ir.Table, orders: ir.Table) -> ir.Table:
    derived = DERIVED_REFUND.expr()
    undated = stated.select("fact_id", "order_id", "platform").join(dated_by_loads(stated, "refunds"), "fact_id")
    rows = ibis.union(
        _ranked(stated.filter(~_undated(stated)), DATED), _ranked(derived, DATED), _ranked(undated, UNDATED)
    )
    mine = orders.select("fact_id", "order_id", shop=shop(orders))
    dated = orders.filter((orders.refund_amount > 0) & orders.refunded_at.notnull())
    dated = dated.anti_join(stating.filter(_undated(stating)), "fact_id").select("fact_id", *REFUND)
    shown = dated_by_loads(stating.semi_join(orders, "fact_id"), "orders")
    every = (
        mine.join(rows, ["shop", "order_id"])
        .select("fact_id", *REFUND, "rank")
        .union(dated.union(shown).mutate(rank=ibis.literal(OWN, "int64")))
    )
    best = every["rank"].min().over(ibis.window(group_by="fact_id"))
    return every.mutate(best=best).filter(lambda t: t["rank"] == t.best).select("fact_id", *REFUND)


@formula
def dated_by_loads(in_force: ir.Table, kind: str) -> ir.Table:
    """What records in force show of refunds without a date, step by step: fact_id, refunded_at, refunded_day,
    refund_amount. Each version of a record that shows more than those before is a step, on the day of its load; what
    a later version takes back never was.
    """
    counted = in_force.filter(_undated(in_force)).select("key_hash", counted="fact_id")
    kept = BY_NAME[kind].expr()
    versions = kept.select("key_hash", "fact_id", *REFUND[:2], shown=kept.refund_amount.fill_null(0))
    versions = versions.join(counted, "key_hash").drop("key_hash")
    later = ibis.window(group_by="counted", order_by=ibis.desc("fact_id"), preceding=None, following=0)
    known = versions.mutate(known=versions.shown.min().over(later))
    before = known.known.lag().over(ibis.window(group_by="counted", order_by="fact_id"))
    steps = known.mutate(refund_amount=known.known - before.fill_null(0)).filter(lambda t: t.refund_amount > 0)
    return steps.select("refunded_at", "refunded_day", "refund_amount", fact_id="counted").select("fact_id", *REFUND)


def _undated(rows: ir.Table) -> ir.BooleanValue:
    return (rows.refund_basis == "observed").fill_null(False)


def _ranked(rows: ir.Table, rank: int) -> ir.Table:
    return rows.select("order_id", *REFUND, shop=shop(rows), rank=ibis.literal(rank, "int64"))
