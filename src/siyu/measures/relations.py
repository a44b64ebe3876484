"""Relations: when each consumer held each relation at each touchpoint, overlaps united."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.core.time import OPEN_AT, OPEN_DAY
from siyu.measures.facts import Facts
from siyu.measures.spans import union_of
from siyu.store.formula import formula

KEYS = ("consumer_id", "relation_type", "touchpoint")


def relation_spans(facts: Facts) -> ir.Table:
    """Relations of the relation list and of the member list as united spans (tables.RELATION_SPAN)."""
    members = facts.of_persons("members", *_bounds("joined", "left"))
    return union_of(_stated(facts.relations()).union(_from_member_list(members)), KEYS, few=facts.few)


def relation_starts(facts: Facts) -> ir.Table:
    """Every relation begun, one row per record, also inside a longer one: consumer_id, started_at, started_day. One
    that ends no later than it begins is none.
    """
    return _starts(facts.relations(), facts.of_persons("members", "joined_at", "joined_day", "left_at"))


@formula
def _starts(rows: ir.Table, members: ir.Table) -> ir.Table:
    began = rows.select("consumer_id", "started_at", "started_day", "ended_at")
    joined = members.select("consumer_id", started_at="joined_at", started_day="joined_day", ended_at="left_at")
    both = began.union(joined)
    return both.filter(lasting(both.started_at, both.ended_at)).drop("ended_at")


def lasting(start: ir.Value, end: ir.Value) -> ir.BooleanValue:
    """Whether a relation ever was: it began, and ends later than that, or never."""
    return start.notnull() & (end.isnull() | (end > start))


@formula
def _stated(rows: ir.Table) -> ir.Table:
    dated = rows.filter(rows.started_at.notnull())
    return _interval(dated, dated.relation_type, dated.touchpoint.fill_null(""), "started", "ended")


@formula
def _from_member_list(rows: ir.Table) -> ir.Table:
    dated = rows.filter(rows.joined_at.notnull())
    return _interval(dated, ibis.literal("member"), ibis.literal(""), "joined", "left")


def _bounds(start: str, end: str) -> tuple[str, ...]:
    return (f"{start}_at", f"{start}_day", f"{end}_at", f"{end}_day")


def _interval(rows: ir.Table, type_: ir.Value, touchpoint: ir.Value, start: str, end: str) -> ir.Table:
    return rows.select(
        "consumer_id",
        relation_type=type_,
        touchpoint=touchpoint,
        valid_from=rows[f"{start}_at"],
        valid_to=ibis.coalesce(rows[f"{end}_at"], ibis.literal(OPEN_AT, "int64")),
        from_day=rows[f"{start}_day"],
        to_day=ibis.coalesce(rows[f"{end}_day"], ibis.literal(OPEN_DAY, "int32")),
    )
