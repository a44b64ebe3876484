"""What own figures of a platform, store and day are made of, and what another system may count in them or leave out.

Each order stands as one or more claims, each at the day that claim is for; a reported figure without a store is for the
whole platform, so every claim stands under its store and under '' (the platform). Unpaid is what was not paid by the
as-of day; refunds are those up to it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.tables import ORDER_REFUND

PLACE = ("platform", "store", "day")
#: A claim's sort: own = real and paid on the day; unpaid = ordered on it, never paid; free = a test or of nothing;
#: copy = the same number, instant and amount under an earlier fact; here = ordered on it, paid on another day;
#: elsewhere = paid on it, ordered on another; back = refunded of those paid on it; back_then = refunded on it.
SORTS = ("own", "unpaid", "free", "copy", "here", "elsewhere", "back", "back_then")


def reported(facts: Facts, asked: Asked, metrics: tuple[str, ...]) -> ir.Table:
    """Reported figures of the period: metric, platform, store, day, source ('' = not stated), value."""
    told = facts.of("reported_metrics")
    mine = told.filter(told.date.between(asked.first_day, asked.day) & told.metric.isin(metrics))
    return mine.select(
        "metric", "value", platform=mine.platform.fill_null(""), store=mine.store.fill_null(""),
        day="date", source=mine.stated_source.fill_null(""),
    )  # fmt: skip


def claims(facts: Facts, asked: Asked, told: ir.Table) -> ir.Table:
    """Claims of orders at the places told of: platform, store, day, sort, consumer_id, amount, orders (1, or 0 of a
    refund that leaves the order standing).
    """
    every = facts.warehouse.scratch("own_order", _orders(facts, asked))
    own = every.filter(every.real & every.paid)
    moved = own.filter((own.ordered_day != own.paid_day).fill_null(False))
    copies = _copies(own)
    found = [
        _claim(own, "own", own.paid_day),
        _claim(every.filter(every.real & ~every.paid), "unpaid", every.ordered_day),
        _claim(every.filter(~every.real), "free", every.paid_day.coalesce(every.ordered_day)),
        _claim(copies, "copy", copies.paid_day),
        _claim(moved, "here", moved.ordered_day),
        _claim(moved, "elsewhere", moved.paid_day),
        *_refunds(facts, asked, own),
    ]
    both = ibis.union(*found)
    pooled = both.filter(both.store != "").mutate(store=ibis.literal("")).select(*both.columns)
    return both.union(pooled).semi_join(told, list(PLACE))


def figures(claims: ir.Table) -> ir.Table:
    """Own figures and possible parts by place: columns <metric>_own and <metric>_<part>, signed as what the reported
    figure would have more than ours.
    """
    each = claims.group_by(*PLACE, "consumer_id").aggregate(
        **{f"{sort}_amount": _of(claims, sort, claims.amount) for sort in SORTS},
        **{sort: _of(claims, sort, claims.orders) for sort in SORTS},
    )
    return each.group_by(*PLACE).aggregate(**_amounts(each), **_orders_counted(each), **_buyers(each))


def members(facts: Facts, told: ir.Table) -> ir.Table:
    """Consumers who hold a membership of the platform and store as a day told of ends: place, members_own."""
    rows, listed = facts.relations(), facts.of_persons("members")
    stated = rows.filter(rows.relation_type.isin(MEMBER_RELATIONS))
    held = _held(stated, stated.started_day, stated.ended_day).union(_held(listed, listed.joined_day, listed.left_day))
    pooled = held.filter(held.store != "").mutate(store=ibis.literal("")).select(*held.columns)
    met = told.select(*PLACE).distinct().join(held.union(pooled), ["platform", "store"])
    there = met.filter((met.from_day <= met.day) & (met.to_day.isnull() | (met.to_day > met.day)))
    return there.group_by(*PLACE).aggregate(members_own=there.consumer_id.nunique())


def _orders(facts: Facts, asked: Asked) -> ir.Table:
    """All orders, with `real` (no test, of an amount), `paid`, and `back`: refunded by it."""
    orders, identity, refund = facts.of("orders"), facts.identity(), ORDER_REFUND.expr()
    past = refund.filter(refund.refunded_day <= asked.day)
    back = past.group_by("fact_id").aggregate(refunded=past.refund_amount.sum().cast("int64"))
    columns = orders.select(
        "fact_id", "identifier_id", "order_id", "ordered_day", "paid_at", "paid_day", amount="paid_amount",
        platform=orders.platform.fill_null(""), store=orders.store.fill_null(""),
        real=(orders.paid_amount > 0) & ~orders.is_test.fill_null(False),
        paid=(orders.paid_day <= asked.day).fill_null(False),
    )  # fmt: skip
    known = columns.left_join(identity, "identifier_id").drop("identifier_id_right")
    whole = facts.warehouse.scratch("known_order", known).left_join(back, "fact_id").drop("fact_id_right")
    return whole.mutate(back=ibis.least(whole.refunded.fill_null(0), whole.amount)).drop("refunded")


def _copies(own: ir.Table) -> ir.Table:
    """Orders kept twice, under another platform or store: all but the earliest fact."""
    alike = ibis.window(group_by=["order_id", "paid_at", "amount"], order_by="fact_id")
    numbered = own.mutate(copy=ibis.row_number().over(alike))
    return numbered.filter(numbered.copy > 0).drop("copy")


def _refunds(facts: Facts, asked: Asked, own: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Refunds of own orders, at the day those were paid and at the day the money went back."""
    cohort = own.filter(own.back > 0).mutate(gone=(own.back >= own.amount).ifelse(1, 0))
    refund = ORDER_REFUND.expr()
    past = refund.filter(refund.refunded_day <= asked.day).select("fact_id", "refunded_day", "refund_amount")
    made = own.join(past, "fact_id")
    return (
        _claim(cohort.mutate(amount=cohort.back), "back", cohort.paid_day, cohort.gone),
        _claim(made.mutate(amount=made.refund_amount), "back_then", made.refunded_day, ibis.literal(0)),
    )


def _claim(orders: ir.Table, sort: str, day: ir.Value, count: ir.Value | None = None) -> ir.Table:
    dated = orders.mutate(day=day, orders=(ibis.literal(1) if count is None else count).cast("int64"))
    return dated.filter(dated.day.notnull()).select(
        *PLACE, "consumer_id", "amount", "orders", sort=ibis.literal(sort)
    )  # fmt: skip


def _of(claims: ir.Table, sort: str, value: ir.Value) -> ir.Value:
    return (claims.sort == sort).ifelse(value, 0).sum().cast("int64")


def _amounts(each: ir.Table) -> dict[str, ir.Value]:
    total = {sort: each[f"{sort}_amount"].sum().cast("int64") for sort in SORTS}
    timing = total["back"] - total["back_then"]
    parts = {"unpaid": total["unpaid"], "not_counted": total["free"], "duplicates": -total["copy"],
             "other_day": total["here"] - total["elsewhere"], "refund_timing": timing}  # fmt: skip
    return {
        "gmv_own": total["own"], "gmv_refunds": -total["back"], **{f"gmv_{part}": v for part, v in parts.items()},
        "net_own": total["own"] - total["back"], **{f"net_{part}": v for part, v in parts.items()},
        "refunds_own": total["back_then"], "refunds_refund_timing": timing,
    }  # fmt: skip


def _orders_counted(each: ir.Table) -> dict[str, ir.Value]:
    total = {sort: each[sort].sum().cast("int64") for sort in SORTS}
    return {
        "orders_own": total["own"], "orders_unpaid": total["unpaid"], "orders_not_counted": total["free"],
        "orders_duplicates": -total["copy"], "orders_other_day": total["here"] - total["elsewhere"],
        "orders_refunds": -total["back"],
    }  # fmt: skip


def _buyers(each: ir.Table) -> dict[str, ir.Value]:
    """A part adds known consumers who did not buy otherwise, and takes off those all of whose orders are in it."""
    known, bought = each.consumer_id.notnull(), each.own > 0

    def those(who: ir.BooleanValue) -> ir.Value:
        return (known & who).ifelse(1, 0).sum().cast("int64")

    return {
        "buyers_own": those(bought),
        "buyers_unpaid": those(~bought & (each.unpaid > 0)),
        "buyers_not_counted": those(~bought & (each.free > 0)),
        "buyers_duplicates": -those(bought & (each.copy == each.own)),
        "buyers_other_day": those(~bought & (each.here > 0)) - those(bought & (each.elsewhere == each.own)),
        "buyers_refunds": -those(bought & (each.back == each.own)),
    }


def _held(rows: ir.Table, from_day: ir.Value, to_day: ir.Value) -> ir.Table:
    dated = rows.mutate(from_day=from_day, to_day=to_day)
    return dated.filter(dated.from_day.notnull()).select(
        "consumer_id", "from_day", "to_day", platform=dated.platform.fill_null(""), store=dated.store.fill_null("")
    )
