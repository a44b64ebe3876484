"""S, value: what relations were worth — own purchases, and those brought by sharing (definitions.md section 3.4).

A referred order stands once as its buyer's own value and once as its sharer's referral value; the two totals are
shown apart and never added.
"""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.core.settings import Settings
from siyu.core.time import DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, net_purchases, referrals
from siyu.measures.ratio import ratio
from siyu.store.formula import formula
from siyu.store.tables import ORDER_REFUND, PURCHASE, VALID_REFERRAL
from siyu.store.warehouse import Warehouse


def counted_purchases(asked: Asked, of: ir.Table | None = None) -> ir.Table:
    """Purchases paid in the last `value.days`, valid as of the day, with their net amount: all, or those `of` some
    consumers (consumer_id).
    """
    first, last = asked.value_days
    purchase = PURCHASE.expr()
    recent = purchase.filter(purchase.paid_day.between(first, last))
    recent = recent if of is None else recent.semi_join(of, "consumer_id")
    return net_purchases(recent, ORDER_REFUND.expr(), asked.closing_at)


def credit(facts: Facts, counted: ir.Table, asked: Asked) -> ir.Table:
    """The one sharer of each purchase that has one: fact_id, sharer_id, net_amount.

    First the inviter of the buyer's valid referral, for purchases from acceptance to `value.referral_days` after
    it; else the inviter of the last click within `value.click_days` before the payment.
    """
    invited = _by_invitation(counted, asked)
    clicked = _by_click(facts, counted, asked.settings)
    return invited.union(clicked.anti_join(invited, "fact_id"))


def invitees(facts: Facts) -> ir.Table:
    """Consumers who were invited or came by a click: nobody else's purchases have a sharer (consumer_id)."""
    rows = facts.of("referrals")
    clicks = rows.filter(rows.kind == "click").select(identifier_id="invitee_identifier_id")
    came = clicks.join(facts.identity(), "identifier_id").select("consumer_id")
    return came.union(VALID_REFERRAL.expr().select(consumer_id="invitee_id"), distinct=True)


def _by_invitation(counted: ir.Table, asked: Asked) -> ir.Table:
    referral = VALID_REFERRAL.expr().select("inviter_id", consumer_id="invitee_id", accepted_at="occurred_at")
    joined = counted.join(referral, "consumer_id")
    days = asked.settings["value.referral_days"]
    inside = joined.filter((joined.paid_at >= joined.accepted_at) & (joined.paid_at - joined.accepted_at <= days * DAY))
    return inside.select("fact_id", "net_amount", sharer_id="inviter_id")


def _by_click(facts: Facts, counted: ir.Table, settings: Settings) -> ir.Table:
    rows = referrals(facts)
    clicks = rows.filter(rows.kind == "click").select(
        "inviter_id", "inviter_identifier_id", consumer_id="invitee_id", clicked_at="occurred_at"
    )
    joined = counted.join(clicks, "consumer_id")
    since = joined.paid_at - joined.clicked_at
    inside = joined.filter((since >= 0) & (since <= settings["value.click_days"] * DAY))
    latest = ibis.window(group_by="fact_id", order_by=[ibis.desc("clicked_at"), ibis.desc("inviter_identifier_id")])
    ranked = inside.mutate(place=ibis.row_number().over(latest))
    return ranked.filter(ranked.place == 0).select("fact_id", "net_amount", sharer_id="inviter_id")


@formula
def worth(counted: ir.Table, credit: ir.Table) -> ir.Table:
    """Own and referral value of every consumer with any: consumer_id, own_value, referral_value."""
    known = counted.filter(counted.consumer_id.notnull())
    zero = ibis.literal(0, "int64")
    parts = known.select("consumer_id", own="net_amount", brought=zero).union(
        credit.select(consumer_id="sharer_id", own=zero, brought="net_amount")
    )
    return parts.group_by("consumer_id").aggregate(
        own_value=parts.own.sum().cast("int64"), referral_value=parts.brought.sum().cast("int64")
    )


@formula
def own(counted: ir.Table) -> ir.Table:
    """What the purchases of each consumer are worth: consumer_id, own_value."""
    known = counted.filter(counted.consumer_id.notnull())
    return known.group_by("consumer_id").aggregate(own_value=known.net_amount.sum().cast("int64"))


@formula
def brought(credit: ir.Table) -> ir.Table:
    """What each sharer's sharing brought: consumer_id, referral_value."""
    each = credit.group_by(consumer_id=credit.sharer_id)
    return each.aggregate(referral_value=credit.net_amount.sum().cast("int64"))


@formula
def of_relations(own: ir.Table, brought: ir.Table, in_f: ir.Table) -> ir.Table:
    """Value of the consumers in F: the columns of `in_f` and the others of `own`, own_value, referral_value, clv = own
    + referral. `own` holds own_value, `brought` referral_value, each a row for those who have any.
    """
    joined = in_f.left_join(own, "consumer_id").drop("consumer_id_right").left_join(brought, "consumer_id")
    bought, shared = joined.own_value.fill_null(0), joined.referral_value.fill_null(0)
    known = dict.fromkeys((*in_f.columns, *own.columns))
    return joined.select(*(name for name in known if name != "own_value"), own_value=bought, referral_value=shared,
                         clv=bought + shared)  # fmt: skip


def credits_of(facts: Facts, asked: Asked) -> ir.Table:
    """`credit` of the purchases that make value as of the day, put aside for several to ask."""
    counted = counted_purchases(asked, of=invitees(facts)).select("consumer_id", "fact_id", "paid_at", "net_amount")
    return facts.warehouse.scratch("credit", credit(facts, facts.warehouse.scratch("shared_purchase", counted), asked))


def value(warehouse: Warehouse, in_f: ir.Table, buyers: ir.Table, credits: ir.Table) -> dict:
    """The S part of the document; money in minor units. `in_f` (`of_relations`, with their rank), `buyers`
    (consumer_id, own_value) and `credits` (`credits_of`) as of the day.
    """
    median, p90 = quantiles(warehouse, in_f, "clv", (0.5, 0.9))
    by_rank = {row["rank"]: row for row in warehouse.rows(_by_rank(in_f))}
    return {
        "own_total": _sum(warehouse, buyers.filter(buyers.consumer_id.notnull()), "own_value"),
        "anonymous_total": _sum(warehouse, buyers.filter(buyers.consumer_id.isnull()), "own_value"),
        "propagation_total": _sum(warehouse, credits, "net_amount"),
        "clv_mean": ratio(sum(r["own_total"] + r["referral_total"] for r in by_rank.values()), warehouse.count(in_f)),
        "clv_median": median,
        "clv_p90": p90,
        "by_role": {role: _role(by_rank[rank]) for rank, role in enumerate(ROLES, start=1) if rank in by_rank},
    }


def quantile(warehouse: Warehouse, table: ir.Table, column: str, q: float) -> float | None:
    """The q-quantile with linear interpolation between the two nearest values; None of no rows."""
    return quantiles(warehouse, table, column, (q,))[0]


def quantiles(warehouse: Warehouse, table: ir.Table, column: str, qs: tuple[float, ...]) -> list[float | None]:
    """Several quantiles from one sort."""
    n = warehouse.count(table)
    if n == 0:
        return [None] * len(qs)
    positions = [(n - 1) * q for q in qs]
    ranked = table.select(column).mutate(place=ibis.row_number().over(ibis.window(order_by=column)))
    places = {place for position in positions for place in (math.floor(position), math.ceil(position))}
    value = {row["place"]: row[column] for row in warehouse.rows(ranked.filter(ranked.place.isin(sorted(places))))}
    return [_between(value[math.floor(p)], value[math.ceil(p)], p - math.floor(p)) for p in positions]


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _sum(warehouse: Warehouse, table: ir.Table, column: str) -> int:
    return warehouse.row(table.aggregate(total=table[column].sum().cast("int64")))["total"] or 0


def _by_rank(of_f: ir.Table) -> ir.Table:
    return of_f.group_by("rank").aggregate(
        consumers=of_f.count(),
        own_total=of_f.own_value.sum().cast("int64"),
        referral_total=of_f.referral_value.sum().cast("int64"),
    )


def _role(row: dict[str, Any]) -> dict[str, Any]:
    total = row["own_total"] + row["referral_total"]
    return {
        "consumers": row["consumers"],
        "own_total": row["own_total"],
        "referral_total": row["referral_total"],
        "clv_mean": ratio(total, row["consumers"]),
    }
