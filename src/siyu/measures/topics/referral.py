"""Referral: who invites, who comes, and how far it spreads (definitions.md sections 2.2 and 7.10)."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.measures.activity import ACTIVITY_DAYS, activity
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, referrals
from siyu.measures.fast_plus.capital import acted, sustainable
from siyu.measures.grouped import beside, grouped, named
from siyu.measures.metric import Column, Metric, Sheet, Topic
from siyu.measures.occasions import bought
from siyu.measures.ratio import ratio
from siyu.store.tables import PURCHASE, VALID_REFERRAL

DIMENSIONS = ("campaign", "touchpoint")
#: Generations shown; rewards reach one only.
GENERATIONS = 3


def referral_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Clicks, acceptances and valid invitations of the period, inviters, and `active`, the brand's active consumers
    at the opening, whom every group is held against.
    """
    rows = referrals(facts)
    seen = named(rows.filter(rows.occurred_day.between(asked.first_day, asked.day)), by)
    touchpoint = facts.of("referrals").select("fact_id", "touchpoint")
    valid = named(valid_invitations(asked).join(touchpoint, "fact_id"), by)
    counted = beside(
        by,
        grouped(
            seen, by,
            clicks=(seen.kind == "click").ifelse(1, 0).sum().cast("int64"),
            accepted=(seen.kind == "accepted").ifelse(1, 0).sum().cast("int64"),
        ),
        grouped(
            valid, by,
            valid_invites=valid.count().cast("int64"), inviters=valid.inviter_id.nunique().cast("int64"),
        ),
    )  # fmt: skip
    active = active_at_opening(facts, asked)
    return counted.cross_join(active.aggregate(active=active.count().cast("int64")))


def valid_invitations(asked: Asked) -> ir.Table:
    """Valid referrals of the period: inviter_id, invitee_id, occurred_at, occurred_day, campaign, fact_id."""
    referral = VALID_REFERRAL.expr()
    return referral.filter(referral.occurred_day.between(asked.first_day, asked.day))


def active_at_opening(facts: Facts, asked: Asked) -> ir.Table:
    """Consumers in F when the period opens with an event, content or purchase in the 180 days before (consumer_id)."""
    then = asked.on(asked.opening_day)
    in_f = sustainable(then.day).select("consumer_id")
    purchases = bought(PURCHASE.expr(), then.day)
    lately = purchases.filter(purchases.paid_day >= then.last_days(ACTIVITY_DAYS)[0]).select("consumer_id")
    return in_f.semi_join(acted(facts, then, activity(facts, then)).union(lately), "consumer_id")


def invitation_generations(day: int) -> ir.Table:
    """Valid referrals up to a day with their generation: inviter_id, invitee_id, occurred_day, generation.

    1 = nobody had validly invited the inviter before; else one more than the referral that brought the inviter. All
    beyond GENERATIONS stand at GENERATIONS + 1.
    """
    referral = VALID_REFERRAL.expr()
    link = referral.filter(referral.occurred_day <= day)
    parent = link.select(parent_invitee="invitee_id", parent_inviter="inviter_id", parent_at="occurred_at")
    told = link.select(
        "inviter_id", "invitee_id", "occurred_day",
        above="inviter_id", above_at="occurred_at", generation=ibis.literal(1, "int64"),
    )  # fmt: skip
    for _ in range(GENERATIONS):
        own = parent.view()
        met = told.left_join(own, [told.above == own.parent_invitee, told.above_at > own.parent_at])
        told = met.select(
            "inviter_id", "invitee_id", "occurred_day", above="parent_inviter", above_at="parent_at",
            generation=met.generation + met.parent_at.notnull().ifelse(1, 0).cast("int64"),
        )  # fmt: skip
    return told.select("inviter_id", "invitee_id", "occurred_day", "generation")


def generations(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Valid invitations of the period by generation, over those who could give them.

    The first generation's base are the active consumers in F at the opening whom nobody had invited by then; a later
    one's are all who had come in the generation before by the as-of day.
    """
    warehouse = facts.warehouse
    told = warehouse.scratch("invitation_generation", invitation_generations(asked.day))
    now = told.occurred_day >= asked.first_day
    counted = told.group_by("generation").aggregate(
        inviters=now.ifelse(told.inviter_id, ibis.null()).nunique().cast("int64"),
        valid_invites=now.ifelse(1, 0).sum().cast("int64"),
        came=told.count().cast("int64"),
    )
    found = {row["generation"]: row for row in warehouse.rows(counted)}
    invited = told.filter(told.occurred_day <= asked.opening_day).select(consumer_id="invitee_id")
    base = warehouse.count(active_at_opening(facts, asked).anti_join(invited, "consumer_id"))
    rows = []
    for number in range(1, GENERATIONS + 1):
        own = found.get(number, {"inviters": 0, "valid_invites": 0, "came": 0})
        rows.append({"generation": str(number), "base": base, "inviters": own["inviters"],
                     "valid_invites": own["valid_invites"], "k_factor": ratio(own["valid_invites"], base)})  # fmt: skip
        base = own["came"]
    return rows


REFERRAL = Topic(
    "referral", "传播裂变", "Referral", referral_counts,
    (
        Metric("referral.clicks", "分享点击数", "Clicks on shares", "events",
               "Clicks of the period on what another consumer shared.", "clicks"),
        Metric("referral.accepted", "接受邀请数", "Invitations accepted", "invitations",
               "Acceptances of the period, valid or not.", "accepted"),
        Metric("referral.valid_invite", "有效邀请数", "Valid invitations", "invitations",
               "First acceptances ever, in the period, by consumers who had paid no order before.", "valid_invites"),
        Metric("referral.valid_share", "有效邀请占比", "Share of valid invitations", "share",
               "Valid invitations over acceptances.", "valid_invites", "accepted"),
        Metric("referral.inviters", "有效邀请人数", "Inviters", "consumers",
               "Consumers with at least one valid invitation in the period.", "inviters"),
        Metric("referral.invites_per_inviter", "人均有效邀请数", "Valid invitations per inviter", "ratio",
               "Valid invitations over their inviters.", "valid_invites", "inviters"),
        Metric("referral.k_factor", "裂变系数K", "K factor", "ratio",
               "Valid invitations of the period per active consumer: in F when it opened, with an event, content or "
               "purchase in the 180 days before. Every group is held against the brand's.", "valid_invites", "active",
               needs=("relations",)),
        Metric("referral.reward_per_valid_invite", "单个有效邀请奖励成本", "Reward cost per valid invitation",
               "minor units", "Rewards granted for invitations over valid invitations.", "rewards", "valid_invites",
               needs=("rewards",)),
    ),
    DIMENSIONS, ("referrals",), "inviters",
)  # fmt: skip
GENERATIONS_SHEET = Sheet(
    "referral.generations", "裂变代际", "Generations of referral",
    "Valid invitations of the period by generation, the first three: 1 = by consumers nobody had invited. The base is "
    "the active consumers in F at the opening whom nobody had invited, then all who came in the generation before.",
    (
        Column("generation", "代", "Generation", "text"),
        Column("base", "基数", "Base", "consumers"),
        Column("inviters", "有效邀请人数", "Inviters", "consumers"),
        Column("valid_invites", "有效邀请数", "Valid invitations", "invitations"),
        Column("k_factor", "裂变系数K", "K factor", "ratio"),
    ),
    generations, needs=("referrals", "relations"), people="inviters",
)  # fmt: skip
