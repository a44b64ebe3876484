"""Growth of buyers: the period's buyers against those of the period before, and of them the ones without membership.

Known consumers with a paid, real order count, refunded later or not, as trade counts its buyers. Membership is that
at the payment, so one person may stand both among members and among the others.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Metric, Topic
from siyu.measures.topics.baskets import paid_as_member, paid_orders


def growth_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Buyers now and before, and the difference; the same of buyers who paid without a membership."""
    paid = facts.warehouse.scratch("growth_order", _paid(facts, asked, by))
    counts = beside(by, *_now_and_before(paid, asked, by), *_now_and_before(_without(paid), asked, by, "without_"))
    return counts.mutate(
        gained=counts.buyers - counts.buyers_before,
        without_gained=counts.without_buyers - counts.without_buyers_before,
    )


def _paid(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Orders of known consumers in the period and the one before, with membership ('member' or 'none')."""
    first_day = asked.opening_day - asked.window + 1
    paid = paid_orders(facts, first_day, asked.day, tuple(d for d in by if d == "store"))
    known = named(paid.filter(paid.consumer_id.notnull()), tuple(d for d in by if d != "membership"))
    as_member = paid_as_member(known).mutate(member=ibis.literal(True))
    met = known.left_join(as_member, "fact_id")
    return met.mutate(membership=met.member.fill_null(False).ifelse("member", "none")).drop("member", "fact_id_right")


def _without(paid: ir.Table) -> ir.Table:
    return paid.filter(paid.membership == "none")


def _now_and_before(paid: ir.Table, asked: Asked, by: tuple[str, ...], prefix: str = "") -> tuple[ir.Table, ir.Table]:
    now, before = paid.filter(paid.paid_day >= asked.first_day), paid.filter(paid.paid_day < asked.first_day)
    return (
        grouped(now, by, **{f"{prefix}buyers": now.consumer_id.nunique()}),
        grouped(before, by, **{f"{prefix}buyers_before": before.consumer_id.nunique()}),
    )


BUYER_GROWTH = Topic(
    "buyer_growth", "买家增长", "Growth of buyers", growth_counts,
    (
        Metric("buyer_growth.buyers", "本期买家数", "Buyers", "consumers",
               "Known consumers who paid in the period.", "buyers"),
        Metric("buyer_growth.buyers_before", "上期买家数", "Buyers before", "consumers",
               "Known consumers who paid in as many days before the period.", "buyers_before"),
        Metric("buyer_growth.growth", "买家增长率", "Growth of buyers", "share",
               "Buyers more or fewer than before, over those before.", "gained", "buyers_before"),
        Metric("buyer_growth.without_membership", "非会员买家数", "Buyers without membership", "consumers",
               "Known consumers who paid in the period while they were no member.", "without_buyers",
               needs=("memberships",)),
        Metric("buyer_growth.growth_without_membership", "非会员买家增长率", "Growth without membership", "share",
               "Buyers without membership more or fewer than before, over those before: stands beside the growth of "
               "all buyers of the store.", "without_gained", "without_buyers_before", needs=("memberships",)),
    ),
    ("membership", "platform", "store"), ("orders",), "buyers", 
)  # fmt: skip
