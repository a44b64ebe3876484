"""F, capital: sustainable relationships and what stands beside them (metrics.md section 3)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import PUSH_CHANNELS, ROLES
from siyu.measures.activity import ACTIVITY_DAYS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.occasions import bought
from siyu.measures.spans import holding
from siyu.store.tables import PURCHASE, REACH_SPAN, RELATION_SPAN, ROLE_SPAN
from siyu.store.warehouse import Warehouse


def sustainable(day: int) -> ir.Table:
    """Consumers who hold a relation and have a channel open: those in F (consumer_id, role, rank)."""
    return holding(ROLE_SPAN.expr(), day).select("consumer_id", "role", "rank")


def relations_held(day: int) -> ir.Table:
    """Relations held as of a day, reach not tested (consumer_id, relation_type, touchpoint)."""
    return holding(RELATION_SPAN.expr(), day).select("consumer_id", "relation_type", "touchpoint")


def channels_open(day: int) -> ir.Table:
    """Channels open as of a day (consumer_id, channel)."""
    return holding(REACH_SPAN.expr(), day).select("consumer_id", "channel")


def proven(facts: Facts, active: ir.Table, asked: Asked) -> ir.Table:
    """Who did something in the last 180 days: an event (`active`), a purchase or a content (consumer_id, once per
    act).
    """
    first, last = asked.last_days(ACTIVITY_DAYS)
    contents = facts.of_persons("contents")
    published = contents.filter(contents.occurred_day.between(first, last))
    acts = (active, published, bought(PURCHASE.expr(), last, first))
    return ibis.union(*(rows.select("consumer_id") for rows in acts))


def capital(facts: Facts, asked: Asked, active: ir.Table) -> dict:
    """The F part of the document: counts of consumers, and `relationship_records` of relations. `active`: `activity` as
    of the day.
    """
    warehouse = facts.warehouse
    held = relations_held(asked.day)
    in_f = warehouse.scratch("in_f", sustainable(asked.day))
    opening = sustainable(asked.opening_day)
    gross, records = _one(warehouse, held.aggregate(gross=held.consumer_id.nunique(), records=held.count()))
    total = warehouse.count(in_f)
    new = warehouse.count(in_f.anti_join(opening, "consumer_id"))
    channels = channels_open(asked.day).semi_join(in_f, "consumer_id")
    pushable = channels.filter(channels.channel.isin(PUSH_CHANNELS)).select("consumer_id").distinct()
    buyers = bought(PURCHASE.expr(), asked.day, _first_counted_day(asked))
    basic = in_f.filter(in_f.role == "basic")
    by_role = _counts(warehouse, in_f, "role")
    return {
        "sustainable_relationships": total,
        "relation_gross": gross,
        "unreachable": gross - total,
        "relationship_records": records,
        "pushable": warehouse.count(pushable),
        "proven_180d": warehouse.count(in_f.semi_join(proven(facts, active, asked), "consumer_id")),
        "basic_buyers": warehouse.count(basic.semi_join(buyers, "consumer_id")),
        "new": new,
        "lost": warehouse.count(opening) - (total - new),
        "by_role": {role: by_role[role] for role in ROLES if role in by_role},
        "by_relation_type": _counts(warehouse, held.semi_join(in_f, "consumer_id"), "relation_type"),
        "by_channel": _counts(warehouse, channels, "channel"),
    }


def _first_counted_day(asked: Asked) -> int:
    """First day of the purchases that count for roles."""
    days = asked.settings["roles.purchase_window_days"]
    return asked.last_days(days)[0] if days else 0


def _one(warehouse: Warehouse, expression: ir.Table) -> tuple[int, ...]:
    return tuple(warehouse.row(expression).values())


def _counts(warehouse: Warehouse, rows: ir.Table, column: str) -> dict[str, int]:
    """Distinct consumers by the values of a column, in the order of the values."""
    counted = rows.group_by(column).aggregate(consumers=rows.consumer_id.nunique()).order_by(ibis.asc(column))
    return {row[column]: row["consumers"] for row in warehouse.rows(counted)}
