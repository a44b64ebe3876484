"""FAST over AIPL: fertility, advancing, superiority, thriving — the base that FAST+ upgrades (metrics.md section 4)."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.aipl import RECENT_DAYS, STATES, aipl, recent_acts
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import relations_held
from siyu.measures.occasions import bought
from siyu.measures.ratio import ratio
from siyu.store.tables import PURCHASE

#: FAST-A always looks back a week.
ADVANCING_DAYS = 7
THRIVING_DAYS = (30, 180)
THRIVING_EVENTS = ("add_to_cart", "favorite", "claim_benefit", "interact")


def fast(facts: Facts, asked: Asked) -> dict:
    """The `fast` part of the document."""
    warehouse = facts.warehouse
    before = asked.on(asked.day - ADVANCING_DAYS)
    acts = warehouse.scratch("recent_act", recent_acts(facts, before.last_days(RECENT_DAYS)[0], asked.day))
    closing = warehouse.scratch("aipl_closing", aipl(facts, asked, acts))
    opening = warehouse.scratch("aipl_opening", aipl(facts, before, acts))
    states = {row["level"]: row["consumers"] for row in warehouse.rows(_by_level(closing))}
    start = {row["level"]: row["consumers"] for row in warehouse.rows(_by_level(opening))}
    advanced = warehouse.count(_advanced(opening, closing))
    members = warehouse.scratch("active_member", active_members(asked.day))
    count = warehouse.count(members)
    last = warehouse.rows(_last_acts(facts, asked, members, max(THRIVING_DAYS)))
    thriving = {days: sum(row["consumers"] for row in last if row["day"] > asked.day - days) for days in THRIVING_DAYS}
    return {
        "fertility": sum(states.values()),
        "advancing": ratio(advanced, sum(start.values())),
        "advancing_eligible": ratio(advanced, sum(n for level, n in start.items() if level < len(STATES))),
        "superiority": count,
        "thriving_30d": ratio(thriving[30], count),
        "thriving_180d": ratio(thriving[180], count),
        "aipl": {name: states.get(level, 0) for level, name in enumerate(STATES, start=1)},
    }


def active_members(day: int) -> ir.Table:
    """Consumers who hold a membership as of a day (consumer_id)."""
    held = relations_held(day)
    return held.filter(held.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id").distinct()


def _by_level(rows: ir.Table) -> ir.Table:
    return rows.group_by("level").aggregate(consumers=rows.count())


def _advanced(opening: ir.Table, closing: ir.Table) -> ir.Table:
    """Consumers whose state rose."""
    joined = opening.join(closing.select("consumer_id", level_now="level"), "consumer_id")
    return joined.filter(joined.level_now > joined.level)


def _last_acts(facts: Facts, asked: Asked, members: ir.Table, days: int) -> ir.Table:
    """How many members last did something with the brand (an act of interest, a benefit, a purchase) on each of the
    last days: day, consumers."""
    first, last = asked.last_days(days)
    events = facts.of("events")
    did = events.filter(
        events.occurred_day.between(first, last) & events.name.isin(THRIVING_EVENTS) & events.identifier_id.notnull()
    ).join(facts.identity(), "identifier_id")
    paid = bought(PURCHASE.expr(), asked.day, first)
    acts = did.select("consumer_id", day="occurred_day").union(paid.select("consumer_id", day="paid_day"))
    of_members = acts.semi_join(members, "consumer_id")
    newest = of_members.group_by("consumer_id").aggregate(day=of_members.day.max())
    return newest.group_by("day").aggregate(consumers=newest.count())
