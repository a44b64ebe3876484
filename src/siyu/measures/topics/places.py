"""Places: the store, guide, platform, group or campaign a fact names, and the city or tier its consumer states.

A fact that names none, or whose kind has no such column, stands at '' (not stated), a place like any other.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.measures.facts import Facts
from siyu.measures.spans import holding

#: What a fact itself names, and what only the member list says of its consumer.
PLACES = ("platform", "store", "guide", "campaign", "group_chat")
TRAITS = ("city", "tier")


def placed(table: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """The table with each place asked for as a text; traits are left to `with_traits`."""
    empty = ibis.literal("")
    names = [name for name in by if name in PLACES]
    return table.mutate(**{n: table[n].fill_null("") if n in table.columns else empty for n in names})


def with_traits(table: ir.Table, facts: Facts, by: tuple[str, ...]) -> ir.Table:
    """The table with its consumers' traits asked for: once for each city or tier the member list states of them, once
    with '' if it states none. `table` has `consumer_id`, which may be null.
    """
    for trait in (name for name in by if name in TRAITS):
        members = facts.of_persons("members")
        stated = members.filter(members[trait].fill_null("") != "").select("consumer_id", trait).distinct()
        joined = table.left_join(stated, "consumer_id").drop("consumer_id_right")
        table = joined.mutate(**{trait: joined[trait].fill_null("")})
    return table


def relation_records(facts: Facts) -> ir.Table:
    """Every dated record of a relation, the member list's too, with where it was won: consumer_id, relation_type,
    touchpoint, PLACES, valid_from, valid_to, from_day, to_day. Records of one consumer may overlap.
    """
    rows, members = facts.relations(), facts.of_persons("members")
    listed = members.mutate(
        relation_type=ibis.literal("member"), started_at="joined_at", started_day="joined_day",
        ended_at="left_at", ended_day="left_day", touchpoint=ibis.literal(""),
    )  # fmt: skip
    both = _record(rows.rename(group_chat="group")).union(_record(listed))
    return both.filter(both.valid_from.notnull() & (both.valid_from < both.valid_to))


def _record(rows: ir.Table) -> ir.Table:
    stated = placed(rows, PLACES)
    return stated.select(
        "consumer_id", "relation_type", *PLACES,
        touchpoint=stated.touchpoint.fill_null(""),
        valid_from=stated.started_at, valid_to=ibis.coalesce(stated.ended_at, ibis.literal(OPEN_AT, "int64")),
        from_day=stated.started_day, to_day=ibis.coalesce(stated.ended_day, ibis.literal(OPEN_DAY, "int32")),
    )  # fmt: skip


def holders(facts: Facts, records: ir.Table, day: int, by: tuple[str, ...]) -> ir.Table:
    """Who holds any of the relation records at the end of a day, once per place: consumer_id and `by`."""
    return once(with_traits(holding(records, day), facts, by), by)


def once(table: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Each consumer once per group: consumer_id and `by`."""
    return table.select("consumer_id", *by).distinct()


def placed_purchases(facts: Facts, purchases: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Purchases (fact_id, consumer_id ...) with the place each order names and its buyer's traits."""
    names = tuple(name for name in by if name in PLACES)
    orders = facts.of("orders")
    where = placed(orders.select("fact_id", *(n for n in names if n in orders.columns)), names)
    kept = purchases.drop(*(n for n in names if n in purchases.columns))
    return with_traits(kept.join(where, "fact_id"), facts, by)
