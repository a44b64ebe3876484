"""What stands beside T at each touchpoint: how often its visitors come, return within 7 days, and stay once settled.

In all, touchpoints are pooled as one, as in T. What needs time to be seen looks at the period that ended that long
before the as-of day, so that every consumer counted had all of it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import DAY
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import BRAND, arrived, credited, entering, entries, is_entry, outcomes
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Metric, Topic
from siyu.store.tables import ROLE_SPAN

RETURN_DAYS = 7
RETAINED_DAYS = 30


def touchpoint_counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Entries and visitors; those of the period 7 days earlier and who returned; settled 30 days earlier and stayed."""
    came = _pooled_unless(by, entries(facts, asked))
    return beside(
        by,
        grouped(came, by, entries=came.count().cast("int64"), visitors=came.consumer_id.nunique()),
        _returns(facts, asked, by),
        _stays(facts, asked, by),
    )


def visit_days(facts: Facts, first_day: int, last_day: int) -> ir.Table:
    """Business days on which known consumers entered touchpoints: consumer_id, touchpoint, day."""
    events = facts.of_persons("events")
    came = events.filter(events.occurred_day.between(first_day, last_day) & is_entry(events))
    return came.select("consumer_id", "touchpoint", day="occurred_day").distinct()


def settled_at(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """When the new visitors of a period settled, by T's rule: consumer_id, touchpoint, settled_at (their first)."""
    entered = facts.warehouse.scratch("early_entry", entering(facts, asked))
    stood = facts.warehouse.scratch("early_standing", arrived(entered))
    done = outcomes(facts, asked, entered)
    own = credited(done.filter(done.kind == "settled"), entered, asked.settings)
    joined = _pooled_unless(by, own.select("consumer_id", "at", "touchpoint")).join(
        stood, ["consumer_id", "touchpoint"]
    )
    real = joined.filter(joined.is_new & (joined["at"] >= joined.first_at))
    return real.group_by("consumer_id", "touchpoint").aggregate(settled_at=real["at"].min())


def _returns(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Visitors of the period that ended 7 days ago, and those who came back on one of the 7 days after their first."""
    first, last = asked.first_day - RETURN_DAYS, asked.day - RETURN_DAYS
    days = _pooled_unless(by, visit_days(facts, first, asked.day))
    early = days.filter(days.day <= last)
    came = early.group_by("consumer_id", "touchpoint").aggregate(came_day=early.day.min())
    met = came.join(days, ["consumer_id", "touchpoint"])
    again = met.filter((met.day > met.came_day) & (met.day <= met.came_day + RETURN_DAYS))
    back = again.select("consumer_id", "touchpoint").distinct()
    return beside(
        by,
        grouped(came, by, visitors_7d=came.count().cast("int64")),
        grouped(back, by, returned_7d=back.count().cast("int64")),
    )


def _stays(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
    """Settled in the period that ended 30 days ago, and those in F 30 days (of 24 hours) after they did."""
    early = settled_at(facts, asked.on(asked.day - RETAINED_DAYS), by)
    settled = facts.warehouse.scratch("early_settled", early)
    then = ibis.least(settled.settled_at + RETAINED_DAYS * DAY, ibis.literal(asked.closing_at, "int64"))
    met = settled.mutate(then=then).join(
        ROLE_SPAN.expr().select("consumer_id", "valid_from", "valid_to"), "consumer_id"
    )
    stayed = met.filter((met.valid_from < met.then) & (met.valid_to >= met.then))
    return beside(
        by,
        grouped(settled, by, settled_30=settled.count().cast("int64")),
        grouped(stayed, by, retained_30=stayed.count().cast("int64")),
    )


def _pooled_unless(by: tuple[str, ...], rows: ir.Table) -> ir.Table:
    """Rows by touchpoint, or all touchpoints as one (BRAND)."""
    return rows if "touchpoint" in by else rows.mutate(touchpoint=ibis.literal(BRAND))


TOUCHPOINTS = Topic(
    "touchpoints", "场域粘性", "Touchpoints", touchpoint_counts,
    (
        Metric("touchpoints.visitors", "访客数", "Visitors", "consumers", "Consumers who entered in the period.",
               "visitors"),
        Metric("touchpoints.entries_per_visitor", "人均访问次数", "Entries per visitor", "times",
               "Entries over visitors of the period.", "entries", "visitors"),
        Metric("touchpoints.return_7d", "7日回访率", "Return within 7 days", "share",
               "Visitors who entered again on one of the 7 days after their first day, over all visitors.",
               "returned_7d", "visitors_7d", window="the period that ended 7 days before"),
        Metric("touchpoints.settle_retained_30", "沉淀30日留存率", "Settled and kept for 30 days", "share",
               "Settled (as in T) and in F 30 days later, over all settled.", "retained_30", "settled_30",
               window="the period that ended 30 days before", needs=("relations",)),
    ),
    ("touchpoint",), ("entries",), "visitors",
)  # fmt: skip
