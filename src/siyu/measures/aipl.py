"""AIPL: awareness, interest, purchase, loyalty — the state of each consumer as of some days (metrics.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.store.tables import PURCHASE, RELATION_SPAN

STATES = ("A", "I", "P", "L")
AWARE, INTERESTED, BUYER, LOYAL = 1, 2, 3, 4
RECENT_DAYS = 15
LOYAL_DAYS = 365
PURCHASE_DAYS = 913
AWARE_EVENTS = ("impression", "click", "view", "visit", "enter", "open", "watch")
INTEREST_EVENTS = ("brand_search", "interact", "add_to_cart", "favorite", "claim_sample")
#: Two days of these make interest.
RETURN_EVENTS = ("visit", "enter", "open", "view")
INTEREST_RELATIONS = ("member", "offline_member", "fan")


def aipl(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """The highest state of each consumer as of several days at once: consumer_id and a level (0 = none, 1 = A to 4 = L)
    for each question, under its name.
    """
    every = ibis.union(*(source(facts, asked) for source in (_acting, _related, _buying, _praising)))
    return every.group_by("consumer_id").aggregate(**{name: every[name].max() for name in asked})


def _acting(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """Aware, or interested: by what they did, or by coming on two days."""
    events = facts.events(*_span(asked, RECENT_DAYS))
    recent = events.filter(events.name.isin((*AWARE_EVENTS, *INTEREST_EVENTS)))
    each = recent.group_by("consumer_id").aggregate(
        **{f"{name}_{part}": act for name, one in asked.items() for part, act in _acts(recent, one).items()}
    )
    levels = {}
    for name in asked:
        returned = (each[f"{name}_last"] > each[f"{name}_first"]).fill_null(False)
        interested = (each[f"{name}_interest"] > 0) | returned
        levels[name] = ibis.cases((each[f"{name}_any"] == 0, 0), (interested, INTERESTED), else_=AWARE)
    return each.select("consumer_id", **_levels(levels))


def _acts(recent: ir.Table, asked: Asked) -> dict[str, ir.Value]:
    """What each consumer did in the days before: anything, an act of interest, first and last day of coming."""
    inside = recent.occurred_day.between(*asked.last_days(RECENT_DAYS))
    came = inside & recent.name.isin(RETURN_EVENTS)
    return {
        "any": inside.ifelse(1, 0).max(),
        "interest": (inside & recent.name.isin(INTEREST_EVENTS)).ifelse(1, 0).max(),
        "first": recent.occurred_day.min(where=came),
        "last": recent.occurred_day.max(where=came),
    }


def _related(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    span = RELATION_SPAN.expr()
    rows = span.filter(span.relation_type.isin(INTEREST_RELATIONS))
    held = {name: (rows.from_day <= one.day) & (rows.to_day > one.day) for name, one in asked.items()}
    return rows.select("consumer_id", **_levels({name: now.ifelse(INTERESTED, 0) for name, now in held.items()}))


def _buying(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    """Buyers; loyal with occasions on two days of the last year."""
    purchase = PURCHASE.expr()
    first, last = _span(asked, PURCHASE_DAYS)
    paid = purchase.filter(purchase.consumer_id.notnull() & purchase.paid_day.between(first, last))
    each = paid.group_by("consumer_id").aggregate(
        **{f"{name}_{part}": days for name, one in asked.items() for part, days in _occasions(paid, one).items()}
    )
    levels = {}
    for name in asked:
        loyal = (each[f"{name}_last"] > each[f"{name}_first"]).fill_null(False)
        levels[name] = ibis.cases((each[f"{name}_any"] == 0, 0), (loyal, LOYAL), else_=BUYER)
    return each.select("consumer_id", **_levels(levels))


def _occasions(paid: ir.Table, asked: Asked) -> dict[str, ir.Value]:
    """What each consumer bought that holds: anything in the long window, first and last day in the last year."""
    holds = (paid.void_day > asked.day) & paid.paid_day.between(*asked.last_days(PURCHASE_DAYS))
    lately = holds & (paid.paid_day >= asked.last_days(LOYAL_DAYS)[0])
    return {
        "any": holds.ifelse(1, 0).max(),
        "first": paid.paid_day.min(where=lately),
        "last": paid.paid_day.max(where=lately),
    }


def _praising(facts: Facts, asked: Mapping[str, Asked]) -> ir.Table:
    contents = facts.of_persons("contents")
    rows = contents.filter(contents.positive.fill_null(False))
    praised = {name: rows.occurred_day.between(*one.last_days(LOYAL_DAYS)) for name, one in asked.items()}
    return rows.select("consumer_id", **_levels({name: now.ifelse(LOYAL, 0) for name, now in praised.items()}))


def _span(asked: Mapping[str, Asked], days: int) -> tuple[int, int]:
    """First and last of the days that windows of so many days see."""
    return min(one.last_days(days)[0] for one in asked.values()), max(one.day for one in asked.values())


def _levels(levels: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    return {name: level.cast("int64") for name, level in levels.items()}
