"""Spreading: when invitations or contents hold the KOC rung, grace included (definitions.md section 2.3)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.settings import Settings
from siyu.measures.calendar import Calendar
from siyu.measures.facts import Facts
from siyu.measures.spans import union_of

KEYS = ("consumer_id",)


def spreading_spans(facts: Facts, valid_referral: ir.Table, settings: Settings, calendar: Calendar) -> ir.Table:
    """When enough valid referrals, or enough approved contents that are no review, hold the rung (never summed)."""
    invited = valid_referral.select("occurred_at", "occurred_day", "fact_id", consumer_id="inviter_id")
    invitations = _long_enough(invited, settings["roles.spreading_referrals"], settings, calendar)
    contents = _long_enough(_contents(facts), settings["roles.spreading_contents"], settings, calendar)
    return union_of(invitations.union(contents), KEYS, few=facts.few)


def _contents(facts: Facts) -> ir.Table:
    rows = facts.of_persons("contents", "occurred_at", "occurred_day", "fact_id", "approved", "kind")
    counted = rows.filter(rows.approved.fill_null(False) & (rows.kind.fill_null("") != "review"))
    return counted.select("occurred_at", "occurred_day", "fact_id", "consumer_id")


def _long_enough(acts: ir.Table, needed: int, settings: Settings, calendar: Calendar) -> ir.Table:
    """From each act that makes `needed` within the window, until the oldest of them has left window and grace.

    The k-th act spreads from its own instant while the (k - needed + 1)-th is in the window: the day itself and the
    days - 1 before. The rung then holds `grace` further days. One interval per such act.
    """
    days, grace = settings["roles.spreading_days"], settings["roles.spreading_grace_days"]
    in_order = ibis.window(group_by="consumer_id", order_by=["occurred_at", "fact_id"])
    oldest = acts.mutate(
        oldest_day=acts.occurred_day.lag(needed - 1).over(in_order) if needed > 1 else acts.occurred_day
    )
    enough = oldest.filter(oldest.occurred_day - oldest.oldest_day <= days - 1)
    lapses = enough.mutate(lapse_day=(enough.oldest_day + (days + grace)).cast("int32"))
    held = calendar.until(lapses, "lapse_day")
    return held.select("consumer_id", valid_from="occurred_at", valid_to="ends_at", from_day="occurred_day",
                       to_day="ends_day")  # fmt: skip
