"""F, capital: sustainable relationships and what stands beside them (definitions.md section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import PUSH_CHANNELS, ROLES
from siyu.measures.activity import ACTIVITY_DAYS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.moves import Move
from siyu.measures.spans import holding
from siyu.store.tables import REACH_SPAN, RELATION_SPAN, ROLE_SPAN
from siyu.store.warehouse import Warehouse


def sustainable(day: int) -> ir.Table:
    """Consumers who hold a relation and have a channel open: those in F (consumer_id, role, rank)."""
    return holding(ROLE_SPAN.expr(), day).select("consumer_id", "role", "rank")


def relations_held(day: int) -> ir.Table:
    """Relations held as of a day, reach not tested (consumer_id, relation_type, touchpoint)."""
    return holding(RELATION_SPAN.expr(), day).select("consumer_id", "relation_type", "touchpoint")


def combinations(day: int, types: Sequence[str], in_f: ir.Table) -> ir.Table:
    """How many consumers hold exactly which relation types as of a day, with how many relations, and how many of them
    are in F (`sustainable`).

    Columns: `held` (the sum of 2^place in `types`), `consumers`, `records`, `reachable`.
    """
    relations = relations_held(day)
    bits = ((relations.relation_type == t).ifelse(2**i, 0) for i, t in enumerate(types))
    rows = relations.select("consumer_id", bit=sum(bits, start=ibis.literal(0)).cast("int64"))
    each = rows.group_by("consumer_id").aggregate(held=rows.bit.bit_or(), records=rows.count())
    inside = in_f.select("consumer_id", reached=ibis.literal(1, "int64"))
    joined = each.left_join(inside, "consumer_id")
    return joined.group_by("held").aggregate(
        consumers=joined.count(),
        records=joined.records.sum().cast("int64"),
        reachable=joined.reached.fill_null(0).sum().cast("int64"),
    )


def channels_open(day: int) -> ir.Table:
    """Channels open as of a day (consumer_id, channel)."""
    return holding(REACH_SPAN.expr(), day).select("consumer_id", "channel")


def proven(facts: Facts, asked: Asked, active: ir.Table, in_f: ir.Table) -> int:
    """How many of some consumers (consumer_id, last_day of a purchase) did something in the last 180 days: bought, or
    `acted`.
    """
    lately = (in_f.last_day >= asked.last_days(ACTIVITY_DAYS)[0]).fill_null(False)
    otherwise = in_f.filter(~lately).semi_join(acted(facts, asked, active), "consumer_id")
    return facts.warehouse.count(in_f.filter(lately)) + facts.warehouse.count(otherwise)


def acted(facts: Facts, asked: Asked, active: ir.Table) -> ir.Table:
    """Who did something in the last 180 days that is no purchase: an event (`active`) or a content (consumer_id, once
    per act).
    """
    contents = facts.of_persons("contents", "occurred_day")
    published = contents.filter(contents.occurred_day.between(*asked.last_days(ACTIVITY_DAYS)))
    return active.select("consumer_id").union(published.select("consumer_id"))


def capital(facts: Facts, asked: Asked, moves: Sequence[Move], in_f: ir.Table, active: ir.Table) -> dict:
    """The F part of the document: counts of consumers, and `relationship_records` of relations. `moves` of the period;
    `in_f` (`sustainable`, with last_day of a purchase) and `active` (`activity`) as of the day.
    """
    warehouse = facts.warehouse
    types = [row["relation_type"] for row in warehouse.rows(_types(asked.day))]
    held = warehouse.rows(combinations(asked.day, types, in_f))
    gross = sum(row["consumers"] for row in held)
    by_role = _sums((move.closing, move.consumers) for move in moves if move.closing)
    total = sum(by_role.values())
    channels = channels_open(asked.day)
    pushable = channels.filter(channels.channel.isin(PUSH_CHANNELS)).select("consumer_id").distinct()
    basic_buyers = in_f.filter((in_f["rank"] == 1) & (in_f.last_day >= _first_counted_day(asked)))
    return {
        "sustainable_relationships": total,
        "relation_gross": gross,
        "unreachable": gross - total,
        "relationship_records": sum(row["records"] for row in held),
        "pushable": warehouse.count(pushable),
        "proven_180d": proven(facts, asked, active, in_f),
        "basic_buyers": warehouse.count(basic_buyers),
        "new": sum(move.consumers for move in moves if move.opening is None),
        "lost": sum(move.consumers for move in moves if move.closing is None),
        "by_role": {role: by_role[role] for role in ROLES if role in by_role},
        "by_relation_type": _reachable(types, held),
        "by_channel": _channels(warehouse, channels),
    }


def _first_counted_day(asked: Asked) -> int:
    """First day of the purchases that count for roles."""
    days = asked.settings["roles.purchase_window_days"]
    return asked.last_days(days)[0] if days else 0


def _sums(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sum of each name's counts."""
    sums: dict[str, int] = {}
    for name, count in counts:
        sums[name] = sums.get(name, 0) + count
    return sums


def _types(day: int) -> ir.Table:
    """The relation types that anyone holds."""
    return relations_held(day).select("relation_type").distinct().order_by("relation_type")


def _reachable(types: Sequence[str], held: list[dict]) -> dict[str, int]:
    """Consumers in F by relation type, of `combinations`; types that none of them holds are left out."""
    found = {t: sum(row["reachable"] for row in held if row["held"] >> i & 1) for i, t in enumerate(types)}
    return {relation_type: consumers for relation_type, consumers in found.items() if consumers}


def _channels(warehouse: Warehouse, channels: ir.Table) -> dict[str, int]:
    """Consumers by channel: each channel of a consumer is open once, and only relations held open it."""
    counted = channels.group_by("channel").aggregate(consumers=channels.count())
    return {row["channel"]: row["consumers"] for row in warehouse.rows(counted.order_by("channel"))}
