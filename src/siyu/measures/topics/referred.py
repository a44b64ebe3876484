"""Referred consumers: the way from a share to a repurchase, and whether those who were invited stay."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts, referrals
from siyu.measures.fast_plus.cohort import newcomers
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Column, Sheet
from siyu.measures.occasions import bought
from siyu.measures.ratio import ratio
from siyu.measures.topics.referral import valid_invitations
from siyu.store.tables import PURCHASE, ROLE_SPAN, VALID_REFERRAL

SHARE_EVENT = "share"
#: Days after coming, or after the first purchase, at which those who stayed are counted.
STAY_DAYS = (30, 90)
REPURCHASE_DAYS = 90


def funnel(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Consumers of the period at each step, each step over the one before it.

    share: shared (event `share`) or was clicked on or accepted. click: clicked on a share or accepted an invitation.
    join: accepted validly. The rest are those who joined, by the as-of day: active = an event, content or purchase at
    or after the acceptance; then one purchase occasion, then two.
    """
    joined = facts.warehouse.scratch("joined", valid_invitations(asked).select("invitee_id", "occurred_at"))
    occasions = _occasions(asked.day)
    steps = {
        "share": _sharers(facts, asked),
        "click": _clickers(facts, asked),
        "join": joined,
        "active": _active(facts, asked, joined),
        "first_purchase": _joined_with(joined, occasions.filter(occasions.days >= 1)),
        "repurchase": _joined_with(joined, occasions.filter(occasions.days >= 2)),
    }
    rows, before = [], None
    for step, people in steps.items():
        consumers = facts.warehouse.count(people)
        rows.append({"step": step, "consumers": consumers, "of_previous": ratio(consumers, before)})
        before = consumers
    return rows


def _of_period(facts: Facts, asked: Asked) -> ir.Table:
    rows = referrals(facts)
    return rows.filter(rows.occurred_day.between(asked.first_day, asked.day))


def _sharers(facts: Facts, asked: Asked) -> ir.Table:
    events = facts.of_persons("events")
    shared = events.filter((events.name == SHARE_EVENT) & events.occurred_day.between(asked.first_day, asked.day))
    inviters = _of_period(facts, asked).select(consumer_id="inviter_id")
    return shared.select("consumer_id").union(inviters, distinct=True)


def _clickers(facts: Facts, asked: Asked) -> ir.Table:
    return _of_period(facts, asked).select(consumer_id="invitee_id").distinct()


def _active(facts: Facts, asked: Asked, joined: ir.Table) -> ir.Table:
    purchase = PURCHASE.expr()
    stands = purchase.filter((purchase.paid_day <= asked.day) & (purchase.void_day > asked.day))
    acts = stands.select("consumer_id", acted_at="paid_at")
    for kind in ("events", "contents"):
        rows = facts.of_persons(kind)
        done = rows.filter(rows.occurred_day <= asked.day)
        acts = acts.union(done.select("consumer_id", acted_at="occurred_at"))
    met = joined.join(acts, [("invitee_id", "consumer_id")])
    return met.filter(met.acted_at >= met.occurred_at).select("invitee_id").distinct()


def _occasions(day: int) -> ir.Table:
    """Purchase occasions of each consumer up to the end of a day: consumer_id, days, first_day."""
    paid = bought(PURCHASE.expr(), day)
    return paid.group_by("consumer_id").aggregate(days=paid.paid_day.nunique(), first_day=paid.paid_day.min())


def _joined_with(joined: ir.Table, consumers: ir.Table) -> ir.Table:
    return joined.semi_join(consumers, [("invitee_id", "consumer_id")])


def retention(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Referred and organic newcomers who stayed in F, and first buyers who bought again.

    A number of days is counted of those for whom the last of them fell in the period, so that all are mature. Referred
    = a valid referral accepted by the day they came, or first bought. Newcomers come into F for the first time ever.
    """
    by = ("came_by",)
    parts = [_stayed(asked, days, by) for days in STAY_DAYS]
    found = facts.warehouse.rows(beside(by, *parts, _bought_again(asked, by)))
    there = {row["came_by"]: row for row in found}
    return [_row(name, there.get(name, {})) for name in ("referred", "organic")]


def _stayed(asked: Asked, days: int, by: tuple[str, ...]) -> ir.Table:
    came = newcomers(asked.day)
    due = came.mutate(day=came.came_day + days)
    mature = _marked(due.filter(due.day.between(asked.first_day, asked.day)), "came_day")
    span = ROLE_SPAN.expr().select("consumer_id", "from_day", "to_day")
    met = mature.join(span, "consumer_id")
    kept = met.filter((met.from_day <= met.day) & (met.to_day > met.day))
    return beside(
        by,
        grouped(mature, by, **{f"newcomers_{days}": mature.count().cast("int64")}),
        grouped(kept, by, **{f"kept_{days}": kept.count().cast("int64")}),
    )


def _bought_again(asked: Asked, by: tuple[str, ...]) -> ir.Table:
    first = _occasions(asked.day)
    due = first.filter((first.first_day + REPURCHASE_DAYS).between(asked.first_day, asked.day))
    mature = _marked(due, "first_day")
    met = mature.join(bought(PURCHASE.expr(), asked.day), "consumer_id")
    again = met.filter((met.paid_day > met.first_day) & (met.paid_day <= met.first_day + REPURCHASE_DAYS))
    return beside(
        by,
        grouped(mature, by, first_buyers=mature.count().cast("int64")),
        grouped(again, by, bought_again=again.consumer_id.nunique().cast("int64")),
    )


def _marked(table: ir.Table, day: str) -> ir.Table:
    """Consumers with how they came: referred if a valid referral of theirs was accepted by the day, else organic."""
    referral = VALID_REFERRAL.expr().select("invitee_id", accepted_day="occurred_day")
    met = table.left_join(referral, [("consumer_id", "invitee_id")])
    referred = (met.accepted_day <= met[day]).fill_null(False)
    return met.mutate(came_by=referred.ifelse("referred", "organic")).select(*table.columns, "came_by")


def _row(name: str, found: dict[str, Any]) -> dict[str, Any]:
    counts = {column: found.get(column, 0) for column in COUNTS}
    return {
        "came_by": name, **counts,
        "retention_30": ratio(counts["kept_30"], counts["newcomers_30"]),
        "retention_90": ratio(counts["kept_90"], counts["newcomers_90"]),
        "repurchase_rate": ratio(counts["bought_again"], counts["first_buyers"]),
    }  # fmt: skip


COUNTS = ("newcomers_30", "kept_30", "newcomers_90", "kept_90", "first_buyers", "bought_again")
FUNNEL = Sheet(
    "referral.funnel", "裂变漏斗", "Referral funnel",
    "Consumers of the period who shared, or whose link was followed or accepted; who followed or accepted one; who "
    "joined by a valid invitation; and of those who joined, who was active, bought and bought again by the as-of day; "
    "each step over the one before.",
    (
        Column("step", "环节", "Step", "text"),
        Column("consumers", "人数", "Consumers", "consumers"),
        Column("of_previous", "环节转化", "Over the step before", "ratio"),
    ),
    funnel, needs=("referrals",), people="consumers",
)  # fmt: skip
RETENTION = Sheet(
    "referral.retention", "裂变与自然留存", "Referred and organic retention",
    "Newcomers in F still there 30 and 90 days later, and first buyers who bought again within 90 days, by whether a "
    "valid referral brought them; of those whose last day of these fell in the period.",
    (
        Column("came_by", "来源", "Came by", "text"),
        Column("newcomers_30", "满30天新客数", "Newcomers of 30 days ago", "consumers"),
        Column("kept_30", "30天留存人数", "Still in F after 30 days", "consumers"),
        Column("retention_30", "30天留存率", "Retention after 30 days", "share"),
        Column("newcomers_90", "满90天新客数", "Newcomers of 90 days ago", "consumers"),
        Column("kept_90", "90天留存人数", "Still in F after 90 days", "consumers"),
        Column("retention_90", "90天留存率", "Retention after 90 days", "share"),
        Column("first_buyers", "满90天首购人数", "First buyers of 90 days ago", "consumers"),
        Column("bought_again", "90天复购人数", "Bought again within 90 days", "consumers"),
        Column("repurchase_rate", "90天复购率", "Repurchase rate in 90 days", "share"),
    ),
    retention, needs=("referrals", "relations"), people="newcomers_30",
)  # fmt: skip
