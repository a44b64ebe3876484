"""Membership: how many of the brand's consumers are members, what they buy, and who of the others joins.

`member` and `offline_member` both count. By platform or store a membership counts where it was won and a purchase
where it was made; the tier is what the member list now states of the consumer (definitions.md section 7.8).
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Metric, Topic
from siyu.measures.occasions import bought
from siyu.measures.topics.known import known
from siyu.measures.topics.payments import held_at_payment, payments
from siyu.measures.topics.places import holders, once, placed_purchases, relation_records
from siyu.store.tables import PURCHASE

DIMENSIONS = ("platform", "store", "tier")


def memberships(facts: Facts) -> ir.Table:
    """Dated records of membership, as `relation_records`."""
    records = relation_records(facts)
    return records.filter(records.relation_type.isin(MEMBER_RELATIONS))


def membership_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Members at both ends of the period, what they paid in it, and old customers who joined."""
    records = facts.warehouse.scratch("membership", memberships(facts))
    return beside(
        by,
        *_members(facts, records, asked, by),
        _counted(known(facts, asked.day, by), by, "known"),
        *_payments(facts, records, asked, by),
        *_old_customers(facts, records, asked, by),
        *_repurchase(facts, records, asked, by),
    )


def _members(facts: Facts, records: ir.Table, asked: Asked, by: tuple[str, ...]) -> list[ir.Table]:
    now, before = (holders(facts, records, day, by) for day in (asked.day, asked.opening_day))
    parts = {
        "members": now,
        "opening_members": before,
        "new_members": now.anti_join(before, ["consumer_id", *by]),
        "lost_members": before.anti_join(now, ["consumer_id", *by]),
        "reached_members": now.semi_join(sustainable(asked.day), "consumer_id"),
    }
    return [_counted(table, by, name) for name, table in parts.items()]


def _payments(facts: Facts, records: ir.Table, asked: Asked, by: tuple[str, ...]) -> list[ir.Table]:
    paid = payments(facts, asked, by)
    parts = {
        "paid": paid,
        "paid_by_known": paid.filter(paid.consumer_id.notnull()),
        "paid_by_members": paid.semi_join(held_at_payment(paid, records), "fact_id"),
    }
    return [grouped(table, by, **{name: table.paid_amount.sum().cast("int64")}) for name, table in parts.items()]


def _old_customers(facts: Facts, records: ir.Table, asked: Asked, by: tuple[str, ...]) -> list[ir.Table]:
    """Buyers before the period who were no members when it opened, where they had bought; and who of them joined."""
    purchase = PURCHASE.expr()
    earlier = purchase.filter(
        purchase.consumer_id.notnull()
        & (purchase.paid_day <= asked.opening_day)
        & (purchase.void_day > asked.opening_day)
    )
    buyers = once(placed_purchases(facts, earlier, by), by)
    old = buyers.anti_join(holders(facts, records, asked.opening_day, ()), "consumer_id")
    began = records.filter(records.from_day.between(asked.first_day, asked.day))
    return [
        _counted(old, by, "old_customers"),
        _counted(old.semi_join(began, "consumer_id"), by, "old_customers_joined"),
    ]


def _repurchase(facts: Facts, records: ir.Table, asked: Asked, by: tuple[str, ...]) -> list[ir.Table]:
    """Members who bought in the period, where they did; and those for whom it was not their only occasion."""
    purchase = PURCHASE.expr()
    recent = purchase.filter(
        purchase.consumer_id.notnull()
        & purchase.paid_day.between(asked.first_day, asked.day)
        & (purchase.void_day > asked.day)
    )
    members = holders(facts, records, asked.day, ())
    buyers = once(placed_purchases(facts, recent.semi_join(members, "consumer_id"), by), by)
    ever = bought(purchase, asked.day)
    days = ever.group_by("consumer_id").aggregate(occasions=ever.paid_day.nunique())
    repeat = buyers.semi_join(days.filter(days.occasions >= 2), "consumer_id")
    return [_counted(buyers, by, "member_buyers"), _counted(repeat, by, "member_repeat_buyers")]


def _counted(table: ir.Table, by: tuple[str, ...], name: str) -> ir.Table:
    return grouped(table, by, **{name: table.count().cast("int64")})


MEMBERSHIP = Topic(
    "membership", "会员", "Membership", membership_counts,
    (
        Metric("membership.member_count", "会员数", "Members", "consumers",
               "Consumers who hold a membership at the end of the day.", "members", window="as of the day"),
        Metric("membership.member_penetration", "会员渗透率", "Member penetration", "share",
               "Members over all consumers known by the day: of whom there is any paid order, relation, event, "
               "content, consent, feedback or referral.", "members", "known", window="as of the day"),
        Metric("membership.new_members", "新增会员数", "New members", "consumers",
               "Members at the end of the period who were none when it opened.", "new_members"),
        Metric("membership.lost_members", "流失会员数", "Lost members", "consumers",
               "Members when the period opened who are none when it closes.", "lost_members"),
        Metric("membership.member_reach_rate", "会员可触达率", "Member reach rate", "share",
               "Of the members, the part in F: with a channel open.", "reached_members", "members",
               window="as of the day"),
        Metric("membership.member_sales_share", "会员成交占比", "Member sales share", "share",
               "Part of the amount paid by consumers who were members when they paid; anonymous orders are in the "
               "whole.", "paid_by_members", "paid", needs=("orders",), people="member_buyers"),
        Metric("membership.member_sales_share_known", "会员成交占比(已知买家)", "Member share of known buyers",
               "share", "Part of the amount paid by known consumers that was paid by members at payment.",
               "paid_by_members", "paid_by_known", needs=("orders",), people="member_buyers"),
        Metric("membership.old_customer_join_rate", "老客入会率", "Old customer join rate", "share",
               "Of those with a purchase before the period and no membership when it opened, the part who began one "
               "in it.", "old_customers_joined", "old_customers", needs=("orders",)),
        Metric("membership.member_repurchase_rate", "会员复购率", "Member repurchase rate", "share",
               "Of the members at its end who bought in the period, the part with at least two purchase occasions "
               "up to its end.", "member_repeat_buyers", "member_buyers", needs=("orders",)),
    ),
    DIMENSIONS, ("memberships",), "members",
)  # fmt: skip
