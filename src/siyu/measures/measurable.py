"""What the loaded files cannot answer: null with its reason, never 0 (metrics.md section 0.10)."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from siyu.core.kinds import MEMBER_RELATIONS
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.connection import ENTRY_EVENTS

#: Parts of the document, the facts each needs one of, and the reason when there is none.
NO_ORDERS = "not measurable: no paid orders"
NEEDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("fast_plus.F", ("relations",), "not measurable: no relations and no members"),
    ("fast_plus.A", ("relations",), "not measurable: no relations and no members"),
    (
        "fast_plus.T",
        ("entries",),
        "not measurable: no entries (visit, enter, open) of known consumers into touchpoints",
    ),
    *(
        (f"fast_plus.S.{name}", ("orders",), NO_ORDERS)
        for name in (
            "own_total",
            "anonymous_total",
            "clv_mean",
            "clv_median",
            "clv_p90",
            "by_role.*.own_total",
            "by_role.*.clv_mean",
        )
    ),
    ("fast_plus.S.propagation_total", ("referrals",), "not measurable: no referrals"),
    ("fast_plus.S.by_role.*.referral_total", ("referrals",), "not measurable: no referrals"),
    ("fast.fertility", ("events", "orders", "relations"), "not measurable: no events, orders or relations"),
    ("fast.aipl", ("events", "orders", "relations"), "not measurable: no events, orders or relations"),
    ("fast.superiority", ("memberships",), "not measurable: no memberships"),
)


def blank(facts: Facts, document: dict[str, Any]) -> dict[str, Any]:
    """The document with null where facts are lacking, and `not_measurable`: path -> reason."""
    there = present(facts)
    lacking = {path: reason for path, needs, reason in NEEDS if not any(there[need] for need in needs)}
    for path in lacking:
        _blank(document, path.split("."))
    return {**document, "not_measurable": lacking}


def present(facts: Facts) -> dict[str, bool]:
    """Which facts there are at all, whatever the day."""
    relations, members, events = facts.of("relations"), facts.of("members"), facts.of("events")
    orders = facts.of("orders")
    dated = members.filter(members.joined_at.notnull())
    memberships = relations.filter(relations.relation_type.isin(MEMBER_RELATIONS))
    entries = events.filter(
        events.name.isin(ENTRY_EVENTS) & (events.touchpoint.fill_null("") != "") & events.identifier_id.notnull()
    )
    asked: dict[str, tuple[ir.Table, ...]] = {
        "relations": (relations, dated),
        "memberships": (memberships, dated),
        "events": (events,),
        "entries": (entries,),
        "orders": (orders.filter(orders.paid_amount > 0),),
        "referrals": (facts.of("referrals"),),
    }
    return {name: any(facts.warehouse.count(rows.limit(1)) for rows in tables) for name, tables in asked.items()}


def _blank(node: Any, path: list[str]) -> None:
    """Null every number at or below a path; objects keep their names, lists become empty."""
    name, rest = path[0], path[1:]
    for key in list(node) if name == "*" else [name]:
        if rest:
            _blank(node[key], rest)
        elif isinstance(node[key], dict):
            _blank(node[key], ["*"])
        else:
            node[key] = [] if isinstance(node[key], list) else None
