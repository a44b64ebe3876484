"""Recruit entries: which touchpoints turn visitors into members (definitions.md section 7.8)."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import credited, entries
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.measures.topics.membership import memberships
from siyu.store.tables import RELATION_SPAN


def recruit_entries(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Touchpoints by how many joined, with their visitors; a touchpoint nobody entered has no row."""
    warehouse = facts.warehouse
    entered = warehouse.scratch("entry", entries(facts, asked))
    visits = warehouse.scratch("visit", _visits(entered))
    met = visits.left_join(_joined(facts, asked, entered, visits), ["consumer_id", "touchpoint"])
    counted = met.group_by("touchpoint").aggregate(
        visitors=met.count().cast("int64"),
        not_members=met.is_member.ifelse(0, 1).sum().cast("int64"),
        joined=met.joined.fill_null(0).sum().cast("int64"),
    )
    rows = warehouse.rows(counted.order_by(ibis.desc("joined"), ibis.asc("touchpoint")))
    return [row | {"join_rate": ratio(row["joined"], row["visitors"])} for row in rows]


def _visits(entered: ir.Table) -> ir.Table:
    """Each visitor of each touchpoint once: consumer_id, touchpoint, first_at, is_member (at the first entry)."""
    first = entered.group_by("consumer_id", "touchpoint").aggregate(first_at=entered.entered_at.min())
    span = RELATION_SPAN.expr()
    member = span.filter(span.relation_type.isin(MEMBER_RELATIONS)).select("consumer_id", "valid_from", "valid_to")
    met = first.join(member, "consumer_id")
    held = met.filter((met.valid_from < met.first_at) & (met.valid_to >= met.first_at))
    members = held.select("consumer_id", "touchpoint", is_member=True).distinct()
    marked = first.left_join(members, ["consumer_id", "touchpoint"])
    return marked.select("consumer_id", "touchpoint", "first_at", is_member=marked.is_member.fill_null(False))


def _joined(facts: Facts, asked: Asked, entered: ir.Table, visits: ir.Table) -> ir.Table:
    """Visitors who were no members and began a membership credited to the touchpoint: consumer_id, touchpoint, joined.

    Credited as T credits what settles: to the last touchpoint entered at or before it, within the settle window.
    """
    records = memberships(facts)
    began = records.filter(records.from_day.between(asked.first_day, asked.day)).select(
        "consumer_id", kind=ibis.literal("settled"), at="valid_from"
    )
    starts = began.semi_join(entered, "consumer_id").distinct()
    won = credited(starts, entered, asked.settings).select("consumer_id", "touchpoint", "at")
    met = won.join(visits.filter(~visits.is_member), ["consumer_id", "touchpoint"])
    new = met.filter(met["at"] >= met.first_at)
    return new.select("consumer_id", "touchpoint", joined=ibis.literal(1, "int64")).distinct()


ENTRIES = Sheet(
    "membership.entries", "入会入口", "Recruit entries",
    "Visitors of each touchpoint in the period, how many were no members at their first entry, and how many of those "
    "began a membership credited to the touchpoint (last entry at or before it, within the settle window); the rate is "
    "of all visitors.",
    (
        Column("touchpoint", "触点", "Touchpoint", "text"),
        Column("visitors", "访客数", "Visitors", "consumers"),
        Column("not_members", "非会员访客数", "Visitors who were no members", "consumers"),
        Column("joined", "入会数", "Joined", "consumers"),
        Column("join_rate", "入会率", "Join rate", "share"),
    ),
    recruit_entries, needs=("entries", "memberships"), people="visitors",
)  # fmt: skip
