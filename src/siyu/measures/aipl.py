"""AIPL: awareness, interest, purchase, loyalty — the state of each consumer as of a day (metrics.md section 4)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import relations_held
from siyu.measures.occasions import occasions_by
from siyu.store.tables import PURCHASE

STATES = ("A", "I", "P", "L")
RECENT_DAYS = 15
LOYAL_DAYS = 365
PURCHASE_DAYS = 913
AWARE_EVENTS = ("impression", "click", "view", "visit", "enter", "open", "watch")
INTEREST_EVENTS = ("brand_search", "interact", "add_to_cart", "favorite", "claim_sample")
#: Two days of these make interest.
RETURN_EVENTS = ("visit", "enter", "open", "view")
INTEREST_RELATIONS = ("member", "offline_member", "fan")


def aipl(facts: Facts, asked: Asked) -> ir.Table:
    """The highest state of each consumer who has one: consumer_id, level (1 = A to 4 = L)."""
    levels = [_aware(facts, asked), _interested(facts, asked), _bought(asked), _loyal(facts, asked)]
    marked = [rows.select("consumer_id", level=ibis.literal(n, "int64")) for n, rows in enumerate(levels, start=1)]
    every = marked[0].union(*marked[1:])
    return every.group_by("consumer_id").aggregate(level=every.level.max())


def _recent_events(facts: Facts, asked: Asked, names: tuple[str, ...]) -> ir.Table:
    events = facts.of("events")
    wanted = events.filter(
        events.occurred_day.between(*asked.last_days(RECENT_DAYS))
        & events.name.isin(names)
        & events.identifier_id.notnull()
    )
    return wanted.join(facts.identity(), "identifier_id")


def _aware(facts: Facts, asked: Asked) -> ir.Table:
    return _recent_events(facts, asked, AWARE_EVENTS).select("consumer_id")


def _interested(facts: Facts, asked: Asked) -> ir.Table:
    did = _recent_events(facts, asked, INTEREST_EVENTS).select("consumer_id")
    came = _recent_events(facts, asked, RETURN_EVENTS)
    days = came.group_by("consumer_id").aggregate(days=came.occurred_day.nunique())
    held = relations_held(asked.day)
    return (
        did.union(days.filter(days.days >= 2).select("consumer_id"))
        .union(held.filter(held.relation_type.isin(INTEREST_RELATIONS)).select("consumer_id"))
    )  # fmt: skip


def _bought(asked: Asked) -> ir.Table:
    return occasions_by(PURCHASE.expr(), asked.day, asked.last_days(PURCHASE_DAYS)[0])


def _loyal(facts: Facts, asked: Asked) -> ir.Table:
    first, last = asked.last_days(LOYAL_DAYS)
    occasions = occasions_by(PURCHASE.expr(), asked.day, first)
    contents = facts.of_persons("contents")
    praised = contents.filter(contents.occurred_day.between(first, last) & contents.positive.fill_null(False))
    return occasions.filter(occasions.occasions >= 2).select("consumer_id").union(praised.select("consumer_id"))
