"""Community: group chats — who is in them, who speaks, what their members buy (definitions.md section 7.9).

A consumer of several groups counts in each; platform and store are those of the group's record, for purchases too.
"""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Metric, Topic
from siyu.measures.occasions import bought
from siyu.measures.topics.payments import held_at_payment
from siyu.measures.topics.places import holders, once, relation_records
from siyu.measures.topics.trade import period_orders
from siyu.store.tables import PURCHASE

DIMENSIONS = ("group_chat", "platform", "store")
INTERACTION = "interact"


def community_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Members of groups: those there at both ends, joined, left, interacted, silent, and what they paid."""
    records = relation_records(facts)
    groups = facts.warehouse.scratch("group_record", records.filter(records.relation_type == "group_member"))
    now = holders(facts, groups, asked.day, by)
    moved = _moves(facts, groups, asked, by, now)
    parts = {**moved, "members": now, **_spoken(facts, asked, now)}
    counted = [grouped(table, by, **{name: table.count().cast("int64")}) for name, table in parts.items()]
    return beside(by, *counted, _sales(facts, asked, groups, by))


def _moves(facts: Facts, groups: ir.Table, asked: Asked, by: tuple[str, ...], now: ir.Table) -> dict[str, ir.Table]:
    """Who was there when the period opened, who came, who was gone at its end: opening + joined - left = members."""
    key = ["consumer_id", *by]
    opening = holders(facts, groups, asked.opening_day, by)
    began = once(groups.filter(groups.from_day.between(asked.first_day, asked.day)), by)
    joined = began.anti_join(opening, key)
    ever = opening.union(joined)
    left = ever.anti_join(now, key)
    return {"opening_members": opening, "joined": joined, "left": left, "ever_members": ever}


def _spoken(facts: Facts, asked: Asked, now: ir.Table) -> dict[str, ir.Table]:
    """Of the members, those who interacted in the period, and those of whom nothing at all is seen in it."""
    events, contents = facts.of_persons("events"), facts.of_persons("contents")
    period = (asked.first_day, asked.day)
    seen = events.filter(events.occurred_day.between(*period))
    made = contents.filter(contents.occurred_day.between(*period))
    paid = bought(PURCHASE.expr(), asked.day, asked.first_day)
    spoke = seen.filter(seen.name == INTERACTION)
    silent = now
    for acts in (seen, made, paid):
        silent = silent.anti_join(acts, "consumer_id")
    return {"interacted": now.semi_join(spoke, "consumer_id"), "silent": silent}


def _sales(facts: Facts, asked: Asked, groups: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """What was paid in the period by consumers who were in the group when they paid, and the part of ordinary days."""
    paid = period_orders(facts, asked).select(
        "fact_id", "consumer_id", "paid_at", "paid_day", "paid_amount", "net_amount"
    )
    inside = paid.join(held_at_payment(paid, groups, by), "fact_id")
    ordinary = inside.anti_join(_promotion_days(facts, paid), "paid_day")
    return beside(
        by,
        grouped(inside, by, paid=inside.paid_amount.sum().cast("int64"), net=inside.net_amount.sum().cast("int64")),
        grouped(ordinary, by, paid_on_ordinary_days=ordinary.paid_amount.sum().cast("int64")),
    )


def _promotion_days(facts: Facts, paid: ir.Table) -> ir.Table:
    """Days of the payments that lie in a promotion, its warm-up left out: paid_day."""
    promotions = facts.of("promotions").select("starts_on", "ends_on")
    days = paid.select("paid_day").distinct()
    met = days.cross_join(promotions)
    return met.filter((met.paid_day >= met.starts_on) & (met.paid_day <= met.ends_on)).select("paid_day").distinct()


COMMUNITY = Topic(
    "community", "社群", "Groups", community_counts,
    (
        Metric("community.members", "社群成员数", "Group members", "consumers",
               "Consumers in a group at the end of the day.", "members", window="as of the day"),
        Metric("community.joined", "入群人数", "Joined", "consumers",
               "Consumers not in the group when the period opened who came in it.", "joined"),
        Metric("community.left", "退群人数", "Left", "consumers",
               "Consumers in the group at some time of the period who are out at its end.", "left"),
        Metric("community.join_rate", "入群率", "Join rate", "share",
               "Joined over the members when the period opened.", "joined", "opening_members"),
        Metric("community.leave_rate", "退群率", "Leave rate", "share",
               "Left over everybody in the group at some time of the period.", "left", "ever_members"),
        Metric("community.interaction_rate", "互动率", "Interaction rate", "share",
               "Of the members at the end, the part with an interaction (event interact) in the period, wherever it "
               "was.", "interacted", "members", needs=("events",)),
        Metric("community.silent_rate", "沉默率", "Silent rate", "share",
               "Of the members at the end, the part with no event, content or purchase in the period.", "silent",
               "members", needs=("events",)),
        Metric("community.sales", "社群成交额", "Group sales", "minor units",
               "Paid in the period by consumers who were in the group when they paid, refunds not deducted.", "paid",
               needs=("orders",)),
        Metric("community.net_sales", "社群净成交额", "Net group sales", "minor units",
               "The same less what was refunded by the as-of day.", "net", needs=("orders",)),
        Metric("community.ordinary_days_share", "非活动日成交占比", "Sales share of ordinary days", "share",
               "Part of the group sales paid on days outside every promotion; warm-up days are ordinary.",
               "paid_on_ordinary_days", "paid", needs=("orders", "promotions")),
    ),
    DIMENSIONS, ("relations",), "members",
)  # fmt: skip
